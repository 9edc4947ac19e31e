"""What an image carries: baked texts, their kinds, and the order in which to trust them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from migrator.openbadges.documents import BLANK, first_object, parse_text
from migrator.openbadges.franken import is_franken
from migrator.openbadges.jws import is_jws
from migrator.openbadges.model import Json, JsonObject, Unreadable, Version
from migrator.openbadges.versions import detect, is_assertion

MAX_TEXT = 4 * 1024 * 1024
"""The longest baked text, in bytes after decompression."""

Kind = Literal["url", "json", "jws", "other"]

_URL = re.compile(r"https?://[^\s\x00-\x1f<>\"]+", re.IGNORECASE)
_QUOTES = "'\""
_OBJECT = ('{"', "{\n", "{\r", "{ ", "{\t")


@dataclass(frozen=True, slots=True)
class Baked:
    """One text an image carries; `start` and `end` are its chunk or element in the file."""

    kind: Kind
    text: str
    keyword: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unbaked:
    """All an image carries, in the order in which to trust it, and codes of `warnings`."""

    media_type: str
    baked: tuple[Baked, ...] = ()
    warnings: tuple[str, ...] = ()


def classify(text: str) -> tuple[Kind, str]:
    """Return the kind of a baked text and the text itself.

    Addresses and signatures come without blanks around them. A text that is nothing else is
    searched for a complete JSON object, then for an http address, before it is "other"
    (reference/mozilla-backpack.md 5: Moodle's frame).
    """
    bare = text.strip(BLANK)
    # What looks like JSON is not parsed here: a walk over thousands of pictures stays one.
    if bare.startswith(_OBJECT) and bare.endswith("}"):
        return "json", text
    if _URL.fullmatch(bare):
        return "url", bare
    if is_jws(bare):
        return "jws", bare
    if as_object(text) is not None:
        return "json", text
    return _search(text)


def _search(text: str) -> tuple[Kind, str]:
    if inside := first_object(text):
        return "json", inside
    addresses = {found.rstrip(_QUOTES) for found in _URL.findall(text)}
    # Of several addresses nobody can say which is the badge's.
    return ("url", addresses.pop()) if len(addresses) == 1 else ("other", text)


def as_object(text: str) -> JsonObject | None:
    """Return the JSON object a text is or, when it is broken, begins with; None without one."""
    if not text.lstrip(BLANK).startswith(("{", '"')):
        return None
    value = _parsed(text)
    if value is None and (inside := first_object(text)):
        value = _parsed(inside)
    return value if isinstance(value, dict) else None


def _parsed(text: str) -> Json:
    try:
        return parse_text(text)
    except Unreadable:
        return None


def is_rewritten(document: JsonObject) -> bool:
    """Say whether a JSON assertion is only a hint: the Backpack's own form, or 0.5.

    Such documents do not prove themselves; the address they were served at does.
    """
    if is_franken(document):
        return True
    return is_assertion(document) and detect(document) is Version.V0_5


def in_order_of_trust(found: list[Baked]) -> tuple[Baked, ...]:
    """Sort: signatures, original assertions, other JSON, addresses, rewritten ones, the rest."""
    return tuple(found if len(found) < 2 else sorted(found, key=_rank))


def _rank(baked: Baked) -> int:
    if baked.kind == "json":
        document = as_object(baked.text) or {}
        if not is_assertion(document):
            return 2
        return 4 if is_rewritten(document) else 1
    return {"jws": 0, "url": 3, "other": 5}[baked.kind]

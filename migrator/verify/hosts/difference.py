"""What differs between a document the archive holds and the one a host serves today."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from migrator.openbadges import baking, documents
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion, read_badge_class, read_issuer
from migrator.openbadges.values import mapping
from migrator.openbadges.versions import detect

SPELLING = "only the spelling of the JSON differs"
# What one version says and another leaves open: only two different answers are a difference.
_OPTIONAL = frozenset(
    {"id", "badge_class_id", "issuer_id", "verification_url", "badge_class", "issuer"}
)
# How it is written, not what it says.
_IGNORED = frozenset({"version"})


def changed_fields(kept: JsonObject, live: JsonObject, kind: str) -> tuple[str, ...]:
    """Return the fields of the normal form that differ, such as "name" or "badge_class.name".

    `kind` is "assertion", "badge_class" or "issuer"; of any other document the top-level keys are
    compared. Raises Unreadable for an assertion that is none.
    """
    if kind == "assertion":
        return tuple(_differing(_assertion(kept), _assertion(live)))
    if kind == "badge_class":
        return tuple(_differing(read_badge_class(kept), read_badge_class(live)))
    if kind == "issuer":
        return tuple(_differing(read_issuer(kept), read_issuer(live)))
    return _differing_keys(kept, live)


def same_words(kept: bytes, live: bytes, kind: str) -> str:
    """Say how two documents of equal meaning differ: "" for byte for byte the same."""
    if kept == live:
        return ""
    one, other = documents.parse_object(kept), documents.parse_object(live)
    if documents.canonical(one) == documents.canonical(other):
        return SPELLING
    if kind == "assertion" and detect(one) != detect(other):
        return f"the same badge, written as Open Badges {detect(other)} instead of {detect(one)}"
    return "only what no badge rule reads differs: " + ", ".join(_differing_keys(one, other)[:8])


def same_picture(one: bytes, other: bytes) -> bool:
    """Say whether two pictures are the same but for the badge data baked into them."""
    return one == other or _artwork(one) == _artwork(other)


def _assertion(document: JsonObject) -> Any:
    badge_class = mapping(document.get("badge"))
    return read_assertion(document, badge_class=badge_class)


def _differing(one: Any, other: Any, before: str = "") -> list[str]:
    found: list[str] = []
    for each in fields(one):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        name = f"{before}{each.name}"
        if each.name in _IGNORED or mine == theirs:
            continue
        if each.name in _OPTIONAL and (mine is None or theirs is None):
            continue
        if each.name in ("badge_class", "issuer") and is_dataclass(mine):
            found += _differing(mine, theirs, f"{name}.")
        elif not (_is_address(mine, theirs) and canonical_url(mine) == canonical_url(theirs)):
            found.append(name)
    return found


def _is_address(*values: Any) -> bool:
    return all(isinstance(value, str) and "://" in value for value in values)


def _differing_keys(one: dict[str, Json], other: dict[str, Json]) -> tuple[str, ...]:
    keys = dict.fromkeys((*one, *other))
    return tuple(key[:40] for key in keys if one.get(key) != other.get(key))


def _artwork(data: bytes) -> bytes:
    try:
        baked = baking.unbake(data).baked
    except Unreadable:
        return data
    parts, at = [], 0
    for one in sorted(baked, key=lambda one: one.start):
        parts.append(data[at : max(at, one.start)])
        at = max(at, one.end)
    return b"".join((*parts, data[at:]))

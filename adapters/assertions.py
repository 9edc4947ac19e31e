"""Assertions in text files: JSON, JSON Lines, signatures and lists of addresses.

Told by content, whatever the file is called (.json, .jsonl, .txt, .csv, .jws, .1ob), and read one
by one: a file may hold a million. Versions are not looked at here. Reference: badge-formats.md 1.4.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from migrator.openbadges.documents import decode
from migrator.openbadges.jws import is_jws
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.versions import document_type
from migrator.sources.adapter import Match
from migrator.sources.found import Found, Outcome, Problem, Severity, Yielded
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.place import Member, MemberUnreadable, Place

_INSIDE = frozenset(
    {
        *("assertion", "assertions", "awards", "backpack", "badges", "content", "credential"),
        *("credentials", "data", "earned", "items", "list", "result", "results", "rows"),
        *("signedAssertion", "signedAssertions", "verifiableCredential"),
    }
)
_ADDRESS_KEYS = ("assertionUrl", "assertion_url", "hostedUrl", "openBadgeId", "url", "href")
_ENDINGS = (".json", ".jsonl", ".ndjson", ".txt", ".csv", ".tsv", ".jws", ".jwt", ".1ob")
_NAMES_LOOKED_AT = 2_000
_FILES_LOOKED_INTO = 7
_HEAD = 8 * 1024
_FIRST = 20
_URL = re.compile(r"https?://[^\s\"'<>,;]+", re.IGNORECASE)
_COMPACT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_MAIL = re.compile(r"[^@\s,;\"]+@[^@\s,;\"]+\.[^@\s,;\"]+")
_LONGEST_ROW = 10_000
_NO_BREAKS = dict.fromkeys(map(ord, "\r\n\0"), " ")
_HEADER_CELL = re.compile(r"[\w .-]{1,40}")
_FIELDS = re.compile(r'"(badge|recipient|verify|verification|credentialSubject|issuedOn)"\s*:')

_CLASS = (
    "This is a badge class (what can be awarded), not an award, so nobody's badge is in it. "
    "It is kept; the awards are in other files, or at the issuer."
)
_ISSUER = (
    "This is an issuer profile, not an award, so nobody's badge is in it. "
    "It is kept; the awards are in other files, or at the issuer."
)
_REVOKED = (
    "This only says that a badge was revoked, not which badge it was. "
    "Look for an earlier copy of the badge, such as its picture."
)
_NO_BADGE = (
    "This is JSON, but it holds no assertion, signature or address of a badge. "
    "If it is an export of a platform, say of which: archive FILE --adapter NAME."
)
_NO_LINE = (
    "This line is neither an assertion nor the address of one. "
    "Correct it (http://... or https://...) and archive the file again."
)
_UNREADABLE = "This cannot be read. {} What stands before and after it was read."
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


class Assertions:
    """Any text file of assertions; other JSON and other text is left to other adapters."""

    name = "assertions"
    title = "Assertions and lists of badge addresses"
    reads = (
        "badge JSON, JSON Lines, signed badges (JWS), and lists of badge addresses in text or CSV"
    )

    def detect(self, place: Place) -> Match | None:
        """Read the beginning as far as it goes; in a folder, that of a few files."""
        if place.kind == "file":
            return _judge(place.head())
        members = (m for m in islice(place.members(), _NAMES_LOOKED_AT) if _may_be_ours(m))
        found = (_judge(place.beginning(m, _HEAD)) for m in islice(members, _FILES_LOOKED_INTO))
        return max(filter(None, found), key=lambda match: match.confidence, default=None)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield one outcome for each value or line of every file that may be ours."""
        for member in place.members():
            try:
                if place.kind != "file" and _judge(place.peek(member, _HEAD)) is None:
                    yield place.foreign(member)
                    continue
                yield from _read(place, member)
            except MemberUnreadable as error:
                yield place.problem(member, error)
                continue
            with suppress(MemberUnreadable):  # longer than a member may be: its badges are here
                if (file := place.kept(member)) is not None:
                    yield file


def _may_be_ours(member: Member) -> bool:
    return member.name.lower().endswith(_ENDINGS)


def _judge(head: bytes) -> Match | None:
    """Say what the beginning of a file tells; never raises."""
    text = JsonText(io.BytesIO(head), inside=_INSIDE, is_one=_is_award)
    items = list(islice(text, _FIRST))
    kinds = [_kind(item) for item in items]
    if "award" in kinds:
        return Match(70, "It holds assertions: the data of badges.")
    if "definition" in kinds:
        return Match(40, "It describes badges, though no award is in it.")
    if items and items[0].kind == "bad" and len(set(_FIELDS.findall(decode(head)))) >= 2:
        return Match(60, "It begins like the data of a badge.")
    addresses = kinds.count("address")
    if addresses and addresses >= kinds.count("other"):
        return Match(60, "It is a list of badge addresses.")
    if kinds.count("cells") >= max(1, len(kinds) - 1):
        return Match(35, "It is a table with one web address in each line.")
    return None


def _kind(item: Item) -> str:
    value = item.value
    if isinstance(value, dict):
        if _is_award(value) or _address(value):
            return "award"
        return "definition" if document_type(value) in ("badge_class", "issuer") else "other"
    if item.kind == "bad" or not isinstance(value, str):
        return "bad"
    return _kind_of_text(value)


def _kind_of_text(text: str) -> str:
    if _COMPACT.fullmatch(text):
        return "award" if is_jws(text) else "other"
    if text.lstrip().startswith("{"):  # JSON that was encoded twice
        return "award" if len(set(_FIELDS.findall(text))) >= 2 else "other"
    if _URL.fullmatch(text):
        return "address"
    return "cells" if len(_URL.findall(text)) == 1 and _cells(text) else "other"


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    prefix = f"{place.locator(member)}, "
    with place.open(member) as stream:
        text = JsonText(stream, inside=_INSIDE, is_one=_is_award)
        for item in text:
            value = item.value
            if item.kind == "json" and isinstance(value, dict) and _is_award(value):
                yield Found(prefix + item.where, item.data)
            else:
                yield from _other(prefix + item.where, item)
        if text.damage:
            yield Problem(f"{prefix}end", "file_damaged", _DAMAGED.format(text.damage))


def _is_award(value: JsonObject) -> bool:
    if "badge" in value and "recipient" in value:
        return True
    return document_type(value) == "assertion"


def _other(locator: str, item: Item) -> Iterator[Outcome]:
    """Yield what is no plain assertion; nothing for blank lines, comments and headers."""
    value = item.value
    if item.kind == "bad":
        yield Problem(locator, "unreadable", _UNREADABLE.format(value), item.data)
    elif isinstance(value, str):
        yield from _text(locator, value, item)
    elif isinstance(value, dict):
        yield _object(locator, value, item.data)
    else:
        yield Problem(locator, "no_badge", _NO_BADGE, item.data)


def _object(locator: str, value: JsonObject, data: bytes) -> Outcome:
    if url := _address(value):
        return Found(locator, hosted_url=url)
    named = document_type(value)
    if named == "badge_class":
        return Problem(locator, "badge_class_alone", _CLASS, data, Severity.WARNING)
    if named == "issuer":
        return Problem(locator, "issuer_alone", _ISSUER, data, Severity.WARNING)
    if value.get("revoked"):
        return Problem(locator, "revoked_only", _REVOKED, data)
    return Problem(locator, "no_badge", _NO_BADGE, data)


def _address(value: JsonObject) -> str | None:
    """Return the address an object is about: one that says little more than it."""
    if len(value) > 4 or document_type(value) != "other":
        return None
    return next((url for key in _ADDRESS_KEYS if (url := _as_url(value.get(key)))), None)


def _as_url(value: Json) -> str | None:
    return value if isinstance(value, str) and _URL.fullmatch(value) else None


def _text(locator: str, text: str, item: Item) -> Iterator[Outcome]:
    if not text or text.startswith("#"):
        return
    if _URL.fullmatch(text):
        yield Found(locator, hosted_url=text)
    elif is_jws(text):
        yield Found(locator, jws=text.encode())
    elif item.kind == "json" and text.lstrip().startswith("{"):
        yield Found(locator, item.data)  # JSON that was encoded twice
    elif outcome := _row(locator, text):
        yield outcome
    elif item.where != "line 1" or not _is_header(text):
        yield Problem(locator, "not_a_badge", _NO_LINE, item.data)


def _row(locator: str, text: str) -> Outcome | None:
    """Return the badge of a line of a table: one address, and perhaps whose it is."""
    cells = _cells(text) or [text]
    urls = [cell for cell in cells if _URL.fullmatch(cell)]
    if len(urls) != 1:
        return None
    mails = [cell for cell in cells if _MAIL.fullmatch(cell)]
    return Found(locator, hosted_url=urls[0], holder=mails[0] if len(mails) == 1 else None)


def _is_header(text: str) -> bool:
    cells = _cells(text)
    return len(cells) > 1 and all(_HEADER_CELL.fullmatch(cell) for cell in cells)


def _cells(text: str) -> list[str]:
    """Return the cells of a line with commas, semicolons or tabs; none when it has no such sign."""
    mark = max("\t;,", key=text.count)
    if mark not in text or len(text) > _LONGEST_ROW:
        return []
    line = text.translate(_NO_BREAKS)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]

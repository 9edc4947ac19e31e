"""Looking at a place without archiving it: what it is, what is in it, what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrator.errors import NotRecognised, SourceUnreadable
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Assertion, Unreadable
from migrator.sources.adapter import Adapter
from migrator.sources.division import divided
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Outcome,
    Problem,
    Severity,
)
from migrator.sources.glimpse import Glimpse
from migrator.sources.place import Place

MOST_OUTCOMES = 2_000
MOST_BYTES = 16 << 20
"""How many outcomes, and how many bytes of each file, are looked at."""
_NAMES = 5
_SHOWN = 10
_MOST_TOLD = 60
_READ_WHOLE = 100
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x1f\x8b", "a file packed with gzip"),
    (b"BZh", "a file packed with bzip2"),
    (b"\xfd7zXZ", "a file packed with xz"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "an SVG picture"),
    (b"<?xml", "an SVG picture or other XML"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"{", "JSON data"),
    (b"[", "JSON data"),
)


@dataclass(slots=True)
class Part:
    """What one adapter finds in a place; `names` and `holders` are the first few."""

    adapter: str
    title: str
    badges: int = 0
    learners: int = 0
    collections: int = 0
    problems: int = 0
    names: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Inspection:
    """What is in a place. Unless `complete`, there are at least so many badges.

    `unreadable` are the first problems, (locator, sentence), `remarks` the first warnings;
    `unknown` the first files that no adapter knows, of `unknown_files`. `told` are sentences on how
    files are read. `refusal` and `advice` are there when nothing can be read.
    """

    label: str
    kind: str
    parts: list[Part] = field(default_factory=list)
    complete: bool = True
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unknown_files: int = 0
    told: list[str] = field(default_factory=list)
    refusal: str = ""
    advice: str = ""

    @property
    def badges(self) -> int:
        """How many badges were seen."""
        return sum(part.badges for part in self.parts)


def inspect(
    place: Place,
    adapter: Adapter | None = None,
    *,
    most_outcomes: int = MOST_OUTCOMES,
    most_bytes: int = MOST_BYTES,
) -> Inspection:
    """Look at a place, at large ones only as far as it is cheap; writes nothing."""
    told = Inspection(place.label, kind_of(place))
    seen = Glimpse(place, most_bytes)
    parts: dict[str, Part] = {}
    try:
        division = divided(seen, adapter)
        for number, (reader, outcome) in enumerate(division.read(seen), 1):
            part = parts.setdefault(reader.name, Part(reader.name, reader.title))
            if isinstance(outcome, FoundFile):
                told.told = [*told.told, *outcome.told][:_MOST_TOLD]
            _note(told, part, outcome, seen)
            if number >= most_outcomes:
                told.complete = False
                break
    except (NotRecognised, SourceUnreadable) as error:
        told.refusal, told.advice = error.what, error.next_step
    told.parts = [part for part in parts.values() if part.badges or part.problems]
    told.complete = told.complete and not seen.cut
    return told


def kind_of(place: Place) -> str:
    """Return in words what kind of file or folder a place is."""
    if place.kind != "file":
        return f"a {place.kind.upper() if place.kind == 'zip' else place.kind}"
    head = place.head(512)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, words in _KINDS:
        if head.startswith(start):
            return words
    for start, words in _TEXTS:
        if text.startswith(start):
            return words
    if not head:
        return "an empty file"
    return "a file of unknown kind" if b"\0" in head else "a text file"


def _note(told: Inspection, part: Part, outcome: Outcome, seen: Glimpse) -> None:
    match outcome:
        case Found():
            part.badges += 1
            if part.badges <= _READ_WHOLE:
                _describe(part, outcome)
        case FoundLearner():
            part.learners += 1
            for address in outcome.addresses:
                _add(part.holders, address)
        case FoundCollection():
            part.collections += 1
        case Problem() if outcome.code in ("unknown_file", "empty_file"):
            told.unknown_files += 1
            if len(told.unknown) < _SHOWN:
                told.unknown.append(outcome.locator)
        case Problem(severity=Severity.PROBLEM):
            # What a file seems to lack because it was not read to its end is no problem of it.
            if any(outcome.locator.startswith(locator) for locator in seen.cut):
                return
            part.problems += 1
            if len(told.unreadable) < _SHOWN:
                told.unreadable.append((outcome.locator, outcome.sentence))
        case Problem() if len(told.remarks) < _SHOWN:
            told.remarks.append((outcome.locator, outcome.sentence))


def _describe(part: Part, found: Found) -> None:
    try:
        assertion = read_badge(Pieces(*found.parts)).assertion
    except Unreadable:
        return
    if assertion.badge_class is not None:
        _add(part.names, assertion.badge_class.name)
    _add(part.holders, found.holder or _recipient(assertion))


def _recipient(assertion: Assertion) -> str | None:
    recipient = assertion.recipient
    return None if recipient is None or recipient.hashed else recipient.identity


def _add(shown: list[Any], text: str | None) -> None:
    if text and text not in shown and len(shown) < _NAMES:
        shown.append(text)

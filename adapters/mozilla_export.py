"""The ZIP that Mozilla sent out in 2019 when the Backpack closed, or the folder it unpacks to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, islice

from migrator.openbadges.documents import decode, parse_object
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.sources.adapter import Match
from migrator.sources.found import (
    Foreign,
    Found,
    FoundFile,
    FoundLearner,
    Outcome,
    Problem,
    Severity,
    Yielded,
)
from migrator.sources.image import is_fingerprint, no_picture, read_image
from migrator.sources.place import Member, MemberUnreadable, Place, is_clutter

_MANIFEST = "manifest.txt"
_NAMES_LOOKED_AT = 20_000
_BEGINNING = 8 * 1024
_LISTS_FILES = re.compile(r'[\s\ufeff]*\{\s*"[^"]*@[^"]*"\s*:\s*\[')
_EXPORT_ZIP = re.compile(
    rb"PK\x03\x04.{26}(?:manifest\.txt|[0-9a-f]{64}\.(?:png|svg))", re.IGNORECASE | re.DOTALL
)

_MISSING = (
    "The manifest lists {name} for {holders}, but the file is not there. "
    "Look for it in the e-mail from Mozilla or in another copy of the ZIP, and archive that too."
)
_UNREADABLE = (
    "The manifest, which says whose badges these are, cannot be read. {why} "
    "Every picture is read all the same, but without its owner."
)
_STRANGE = (
    "The manifest has an entry that is not an e-mail address with a list of files: {name}. "
    "Every picture is read all the same, but perhaps without its owner."
)
_LISTED_TWICE = "The manifest lists this badge under several addresses: {holders}."
_NOT_LISTED = "The manifest does not list this picture, so it does not say whose badge it is."


class MozillaExport:
    """The export ZIP (reference: mozilla-backpack.md 3.1, badge-formats.md 1.3).

    `manifest.txt` is JSON, address -> file names; all its addresses are one person's. Several
    exports may lie in one place, each in a folder or ZIP of its own.
    """

    name = "mozilla-export"
    title = "Mozilla Backpack export (2019)"
    reads = "the ZIP from Mozilla's e-mail of 2019 (manifest.txt and pictures), or its folder"

    def detect(self, place: Place) -> Match | None:
        """Look for the manifest, then for pictures named by fingerprint, then for export ZIPs."""
        if place.kind == "file":
            return None
        members = list(islice(place.members(), _NAMES_LOOKED_AT))
        manifest = next((member for member in members if _is_manifest(member)), None)
        if manifest is not None:
            if _LISTS_FILES.match(decode(_beginning(place, manifest))):
                why = "It has Mozilla's manifest.txt, which lists files by address."
                return Match(95, why, whole=True)
            why = "It has a manifest.txt, though not quite as Mozilla wrote it."
            return Match(45, why, whole=True)
        if any(is_fingerprint(member.basename) for member in members):
            why = "Its pictures are named as the Mozilla Backpack named them."
            return Match(45, why)
        inner = next((member for member in members if member.name.lower().endswith(".zip")), None)
        if inner is not None and _EXPORT_ZIP.match(_beginning(place, inner)):
            return Match(70, "It holds a ZIP like the ones Mozilla sent.")
        return None

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield each manifest's learner, then one outcome per file, then what is missing.

        A folder with a manifest is an export of its own; all else belongs to the manifest at the
        top, if there is one.
        """
        top: _Manifest | None = None
        for folder, group in groupby(place.members(), key=_top_folder):
            members = [member for member in group if not is_clutter(member)]
            listing = [member for member in members if _is_manifest(member)]
            own = _Manifest.read(place, folder, listing) if listing else None
            if own is not None:
                yield from own.opening()
            if not folder:
                top = own
            for member in members:
                if member not in listing:
                    yield _outcome(place, member, own or top)
            if own is not None and folder:
                yield from own.missing()
        if top is not None:
            yield from top.missing()


def _outcome(place: Place, member: Member, manifest: _Manifest | None) -> Yielded:
    outcome = read_image(place, member)
    if manifest is None:
        return outcome
    if isinstance(outcome, Foreign):
        return no_picture(place, member) if manifest.lists_picture(member) else outcome
    return manifest.with_holder(outcome, member)


def _top_folder(member: Member) -> str:
    return member.name.partition("/")[0] if "/" in member.name else ""


def _is_manifest(member: Member) -> bool:
    return member.basename.lower() == _MANIFEST and member.name.count("/") <= 1


def _beginning(place: Place, member: Member) -> bytes:
    try:
        return place.peek(member, _BEGINNING)
    except MemberUnreadable:
        return b""


@dataclass(slots=True)
class _Manifest:
    """What the manifest of one folder says, and which of its lines have been seen as files."""

    folder: str
    locator: str
    holders: dict[str, list[str]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    by_case: dict[str, str] = field(default_factory=dict)
    by_last_part: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def read(cls, place: Place, folder: str, members: list[Member]) -> _Manifest:
        """Read the manifest of a folder (a ZIP may hold several of that name: they are joined)."""
        manifest = cls(folder, place.locator(members[0]))
        for member in members:
            locator = place.locator(member)
            try:
                content = place.read(member)
                manifest.files.append(FoundFile(locator, content))
                manifest.add(locator, parse_object(content))
            except MemberUnreadable as error:
                manifest.problems.append(place.problem(member, error))
            except Unreadable as error:
                sentence = _UNREADABLE.format(why=error)
                manifest.problems.append(Problem(locator, "manifest_unreadable", sentence))
        return manifest

    def add(self, locator: str, document: JsonObject) -> None:
        """Take in the lines of a manifest document."""
        for key, value in document.items():
            names = [value] if isinstance(value, str) else value
            address = key.strip()
            if "@" not in address or not isinstance(names, list):
                self._strange(locator, key)
                continue
            if address not in self.addresses:
                self.addresses.append(address)
            for name in names:
                if isinstance(name, str) and name.strip("/. "):
                    self._list(name, address)
                else:
                    self._strange(locator, str(name))

    def opening(self) -> Iterator[Outcome]:
        """Yield the person the export belongs to, the manifest, and what is wrong with it."""
        if self.addresses:
            yield FoundLearner(self.locator, tuple(self.addresses))
        yield from self.files
        yield from self.problems

    def missing(self) -> Iterator[Outcome]:
        """Yield a problem for every listed file that was not met."""
        for name, holders in self.holders.items():
            if name not in self.seen:
                sentence = _MISSING.format(name=name, holders=" and ".join(holders))
                yield Problem(f"{self.locator}: {name}", "listed_but_missing", sentence)

    def lists_picture(self, member: Member) -> bool:
        """Say whether a file that is no picture is listed as one, and take it as met."""
        name = self._name_of(member)
        if name is None or name.lower().endswith(".zip"):
            return False
        self.seen.add(name)
        return True

    def with_holder(self, outcome: Found | Problem, member: Member) -> Outcome:
        """Return the outcome of a file with what the manifest says about it."""
        name = self._name_of(member)
        if name is None:
            if isinstance(outcome, Problem) or self.problems:
                return outcome
            return replace(outcome, warnings=(_warning(outcome, "not_listed", _NOT_LISTED),))
        self.seen.add(name)
        if isinstance(outcome, Problem):
            return replace(outcome, severity=Severity.PROBLEM)
        holders = self.holders[name]
        warnings: tuple[Problem, ...] = ()
        if len(holders) > 1:
            sentence = _LISTED_TWICE.format(holders=", ".join(holders))
            warnings = (_warning(outcome, "listed_twice", sentence),)
        return replace(outcome, holder=holders[0], warnings=warnings)

    def _list(self, listed: str, address: str) -> None:
        name = "/".join(p for p in listed.replace("\\", "/").split("/") if p not in ("", "."))
        holders = self.holders.setdefault(name, [])
        if address not in holders:
            holders.append(address)
        self.by_case.setdefault(_fold(name), name)
        last = _fold(name.rpartition("/")[2])
        if self.by_last_part.setdefault(last, name) != name:
            self.by_last_part[last] = None  # several files end so: nobody can tell which is meant

    def _name_of(self, member: Member) -> str | None:
        """Return the listed name of a file: exact, else but for case, else by its last part."""
        inside = member.name.removeprefix(f"{self.folder}/") if self.folder else member.name
        for name in (inside, member.name):
            if name in self.holders:
                return name
        return self.by_case.get(_fold(inside)) or self.by_last_part.get(_fold(member.basename))

    def _strange(self, locator: str, name: str) -> None:
        sentence = _STRANGE.format(name=name[:100])
        self.problems.append(
            Problem(locator, "manifest_entry", sentence, severity=Severity.WARNING)
        )


def _fold(name: str) -> str:
    """A name without letter case and without the two ways of writing accents."""
    return unicodedata.normalize("NFC", name).casefold()


def _warning(found: Found, code: str, sentence: str) -> Problem:
    return Problem(found.locator, code, sentence, severity=Severity.WARNING)

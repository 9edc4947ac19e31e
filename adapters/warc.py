"""WARC and WACZ files: the badges whose documents a crawl of the web has saved.

Assertions are put together with their badge class, issuer and picture, each as it was saved
nearest to the assertion. Other badge data (saved pages of a Backpack, answers of its Displayer API)
goes to the adapters that know it. WARC 1.1; reference page badge-formats.md, 1.13.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from migrator.sources.adapter import Match
from migrator.sources.found import Found, FoundFile, Outcome, Problem, Severity, Yielded
from migrator.sources.inner import Inside
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.place.place import printable
from migrator.sources.warc import Fault, Saved, saved_in
from migrator.sources.window import decompressed_head

from ._warc_index import Kept, WarcIndex, key_of, warc_index
from ._warc_record import hosted_url, is_json_type, take, take_picture

_ENDINGS = (".warc", ".warc.gz")
_PACKAGE = "datapackage.json"
_OF_A_PACKAGE = ("indexes/", "pages/", "datapackage-digest.json", "fuzzy")
_NAMES_LOOKED_AT = 5_000
_FILES_LOOKED_INTO = 4
_BEGINNING = 16 << 10

_NOT_SAVED = (
    "The file has this answer of a web server, but {}. If it is a badge, look for another copy."
)
_REVOKED = (
    "When this was saved, the issuer said that the badge at this address was revoked, and not "
    "which badge it was. Look for an earlier copy of it."
)
_REVOKED_LATER = "When this was saved, the issuer said that the badge at this address was revoked."
_ALONE = (
    "Badge classes ({}) and issuers ({}) that belong to no badge in it were not archived. For "
    "badges you have archived already they are found by `badge-migrator recover --warc FILE`."
)


class Warc:
    """One file, or all of a folder, ZIP or WACZ together: parts of a badge lie in any of them."""

    name = "warc"
    title = "Web archives (WARC, WACZ)"
    reads = "WARC and WACZ files: badges whose documents a crawl of the web has saved"

    def detect(self, place: Place) -> Match | None:
        """Look at the first bytes of a file, or for WARC files in a folder or ZIP."""
        if place.kind == "file":
            return _judge(place.head())
        members = islice(place.members(), _NAMES_LOOKED_AT)
        first = islice(filter(_is_warc, members), _FILES_LOOKED_INTO)
        matches = (_judge(_beginning(place, member)) for member in first)
        match = next(filter(None, matches), None)
        return match and Match(match.confidence, "There are WARC files in it.", whole=True)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield each badge with its parts, then what else there is to say."""
        with warc_index() as index:
            reading = _Reading(place, index)
            packaged = place.kind == "zip" and any(one.name == _PACKAGE for one in place.members())
            for member in place.members() if place.kind != "file" else ():
                if packaged and member.name == _PACKAGE:
                    yield from _package(place, member)
                elif not _is_warc(member) and not (
                    packaged and member.name.startswith(_OF_A_PACKAGE)
                ):
                    yield place.foreign(member)
            for member in _warcs(place):
                yield from reading.documents(member)
            if index.want_images():
                for member in _warcs(place):
                    reading.pictures(member)
            yield from _badges(index)
            yield from _rest(place, index)


def _judge(head: bytes) -> Match | None:
    start = decompressed_head(head, 64)
    if start.lstrip(b"\r\n").startswith(b"WARC/"):
        return Match(95, "It is a WARC file: answers of web servers, saved.")
    if start.startswith(b"filedesc://"):
        return Match(80, "It is an ARC file, the older form of WARC.")
    return None


def _is_warc(member: Member) -> bool:
    return member.name.lower().endswith(_ENDINGS)


def _warcs(place: Place) -> Iterator[Member]:
    return (one for one in place.members() if place.kind == "file" or _is_warc(one))


def _beginning(place: Place, member: Member) -> bytes:
    try:
        return place.peek(member, _BEGINNING)
    except MemberUnreadable:
        return b""


def _package(place: Place, member: Member) -> Iterator[Outcome]:
    """Yield what a WACZ says of itself: who made it, when, and the checksums of its files."""
    try:
        yield FoundFile(place.locator(member), place.read(member))
    except MemberUnreadable as error:
        yield place.problem(member, error)


@dataclass(slots=True)
class _Reading:
    """The passes over the files of a place."""

    place: Place
    index: WarcIndex

    def documents(self, member: Member) -> Iterator[Yielded]:
        """Keep the parts of badges; yield damage, and what other adapters may know."""
        label, faults = self.place.locator(member), 0
        inside = Inside(self.place, label)
        try:
            with self.place.open(member) as file:
                for number, one in enumerate(saved_in(file, lambda _: True), 1):
                    if isinstance(one, Fault):
                        faults += 1
                        where = f"{label}, damage {faults}"
                        yield Problem(where, "warc_damaged", one.sentence)
                    elif one.trouble and is_json_type(one):
                        yield _troubled(label, number, one)
                    elif take(self.index, label, one) and one.body:
                        copy = self.index.passes_on(one.uri, one.body)
                        if copy:
                            yield inside.foreign_document(one.uri, one.body, copy)
        except MemberUnreadable as error:
            yield self.place.problem(member, error)

    def pictures(self, member: Member) -> None:
        """Keep the pictures that badges name."""
        try:
            with self.place.open(member) as file:
                for one in saved_in(file, self.index.wants):
                    if isinstance(one, Saved):
                        take_picture(self.index, self.place.locator(member), one)
        except MemberUnreadable:
            return  # told in the first pass


def _troubled(label: str, number: int, saved: Saved) -> Problem:
    where = f"{label}, record {number}, {printable(saved.uri)}"
    sentence = _NOT_SAVED.format(saved.trouble)
    return Problem(where, "record_damaged", sentence, severity=Severity.WARNING)


def _badges(index: WarcIndex) -> Iterator[Found]:
    for kept in index.of_kind("assertion", "jws"):
        badge_class = index.at("badge_class", kept.class_key, kept.moment)
        issuer_key = badge_class.issuer_key if badge_class else kept.issuer_key
        issuer = index.at("issuer", issuer_key, kept.moment)
        image_keys = (kept.image_key, badge_class.image_key if badge_class else None)
        image = index.baked(kept.identity, kept.moment) or next(
            filter(None, (_picture(index, key, kept.moment) for key in image_keys)), None
        )
        signed = kept.kind == "jws"
        yield Found(
            _locator(kept),
            assertion=None if signed else kept.body,
            badge_class=index.use(badge_class),
            issuer=index.use(issuer),
            jws=kept.body.strip() if signed else None,
            hosted_url=None if signed else hosted_url(kept.body, kept.uri),
            image=index.use(image),
            added_at=_iso(kept.moment),
        )
    for kept in index.of_kind("baked"):
        if not index.is_used(kept):
            yield Found(_locator(kept), image=kept.body, added_at=_iso(kept.moment))


def _picture(index: WarcIndex, key: str | None, moment: str) -> Kept | None:
    return index.at("baked", key, moment) or index.at("picture", key, moment)


def _rest(place: Place, index: WarcIndex) -> Iterator[Problem]:
    for kept in index.of_kind("revoked"):
        later = index.has(key_of(kept.uri))
        sentence = _REVOKED_LATER if later else _REVOKED
        severity = Severity.WARNING if later else Severity.PROBLEM
        yield Problem(_locator(kept), "revoked_only", sentence, kept.body, severity)
    classes, issuers = index.unused("badge_class"), index.unused("issuer")
    if classes:
        sentence = _ALONE.format(classes, issuers)
        yield Problem(place.label, "documents_alone", sentence, severity=Severity.WARNING)


def _locator(kept: Kept) -> str:
    copy = f", copy {kept.copy}" if kept.copy > 1 else ""
    when = f", saved {_iso(kept.moment)}" if kept.moment else ""
    return f"{kept.label}, {printable(kept.uri)}{when}{copy}"


def _iso(moment: str) -> str | None:
    day, time = moment[:8], moment[8:]
    if not moment:
        return None
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"

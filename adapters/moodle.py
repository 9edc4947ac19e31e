"""Moodle: a learner's badges.zip, an admin's list of issued badges, or the database dump.

Reference: badge-formats.md 1.8. Passwords (Moodle keeps those of backpacks as they are) are never
looked at.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from migrator.errors import SourceUnreadable
from migrator.openbadges.model import JsonObject
from migrator.openbadges.values import label
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, is_dump
from migrator.sources.csvrows import fields_of, rows_of
from migrator.sources.csvtext import CsvText
from migrator.sources.found import FoundLearner, Outcome, Problem, Yielded
from migrator.sources.image import read_image
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.place import Member, MemberUnreadable, Place, is_clutter
from migrator.sources.window import decompressed_head

from ._moodle_award import ALIASES, WWWROOT, award, name_of, root, site_of, unknown_site
from ._moodle_dump import read_dump

_PICTURE = re.compile(r".+_\d\d?_[^\W\d]+\.?_\d{4}_\d+(?:_\d+)?\.png", re.IGNORECASE)
_TABLES = re.compile(rb"CREATE TABLE [`\"]?\w*?(?:analytics_indicator_calc|assign_grades)[`\"]? \(")
_INSIDE = frozenset({"badges", "issued", "data"})
_SERVICE_NAMES = {**{name: name for name in ALIASES}, "badgeurl": "url"}
_EXPORT_NAMES = {
    "unique_hash": "uniquehash",
    "issued_on": "dateissued",
    "expires_on": "dateexpire",
}
_HEAD = 8 << 10
_NAMES_LOOKED_AT = 2_000
_FILES_LOOKED_INTO = 8

_NO_AWARDS = (
    "This is a course backup of Moodle (.mbz). It describes badges, but awards are not in it."
)
_ASK = (
    "Ask the learners for their badges.zip, or the site's admin for the list of issued badges: "
    "docs/adapters/moodle.md has the query."
)
_NO_ADDRESS = (
    "Moodle's list of recipients says only a name and a day: neither which badge it is, nor its "
    "address, nor an e-mail address. Ask the site's admin for the list of issued badges "
    "(docs/adapters/moodle.md has the query)."
)
_NO_BADGE = "This entry has no uniquehash, so it is no issued badge of Moodle. Save the list again."
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


class Moodle:
    """Reads badges.zip as a whole; lists, answers of the web service and dumps one by one."""

    name = "moodle"
    title = "Moodle"
    reads = (
        "Moodle's badges.zip, lists of issued badges (CSV or the web service's JSON), and"
        " mysqldump or pg_dump files of its database"
    )
    settings = {  # noqa: RUF012 (nobody changes it)
        WWWROOT: "the address of the Moodle site, as its config.php has it: lists and dumps do not"
        " say it, and a badge's address begins with it"
    }

    def detect(self, place: Place) -> Match | None:
        """Look at the names of pictures, or at the beginning of a file or of a few."""
        if place.kind == "file":
            return _match(_kind(place.head()))
        members = [one for one in islice(place.members(), _NAMES_LOOKED_AT) if not is_clutter(one)]
        if _is_backup(members):
            return _match("backup")
        pictures = [one for one in members if one.name.lower().endswith(".png")]
        ours = sum(map(_is_ours, pictures))
        if ours and ours * 2 > len(pictures):
            return Match(80, "It has pictures named as Moodle names badges.", whole=True)
        likely = (one for one in members if one.name.lower().endswith((".csv", ".json", ".sql")))
        heads = (_peek(place, one, _HEAD) for one in islice(likely, _FILES_LOOKED_INTO))
        return next(filter(None, (_match(_kind(head)) for head in heads)), None)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield one outcome for every picture, row or entry."""
        if place.kind != "file" and _is_backup(islice(place.members(), _NAMES_LOOKED_AT)):
            raise SourceUnreadable(_NO_AWARDS, _ASK)
        for member in place.members():
            try:
                kind = _kind(_peek(place, member, 64 << 10))
                if kind in _READ:
                    yield from _READ[kind](place, member)
                elif kind == "backup":
                    raise SourceUnreadable(_NO_AWARDS, _ASK)
                elif member.name.lower().endswith(".png"):
                    yield read_image(place, member)
                else:
                    yield place.foreign(member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _kind(first: bytes) -> str:
    """Say what begins so: dump, list, recipients, json, backup, or "" for nothing of Moodle's."""
    head = decompressed_head(first)
    if head.startswith((b".ARCHIVE_INDEX", b"moodle_backup.xml")):
        return "backup"
    if head.startswith(b"\x89PNG"):
        return ""
    if is_dump(head):
        issued = any(name.endswith("badge_issued") for name in created(head))
        return "dump" if issued else "site" if _TABLES.search(head) else ""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        text = JsonText(io.BytesIO(head), inside=_INSIDE, is_one=_is_award)
        ours = any(_is_award(_object(item)) for item in islice(text, 3))
        return "json" if ours or b'"uniquehash"' in head[:4096] else ""
    fields = fields_of(CsvText(io.BytesIO(head[:_HEAD])), ALIASES)
    if "uniquehash" in fields and fields.keys() & {"dateissued", "email", "name"}:
        return "list"
    return "recipients" if fields.keys() == {"fullname", "dateissued"} else ""


_WHY = {
    "dump": (96, "It is a database dump with Moodle's table badge_issued."),
    "site": (85, "It is a database dump of a Moodle site."),
    "list": (94, "It is a list of badges issued by Moodle (it has a column uniquehash)."),
    "json": (94, "It is an answer of Moodle's web service about badges."),
    "recipients": (80, "It is Moodle's list of the recipients of a badge."),
    "backup": (90, "It is a course backup of Moodle."),
}


def _match(kind: str) -> Match | None:
    return Match(*_WHY[kind], whole=kind == "backup") if kind else None


def _read_list(place: Place, member: Member) -> Iterator[Outcome]:
    prefix, wwwroot = place.locator(member), root(place.settings)
    with place.open(member) as stream:
        text = CsvText(stream)
        known = False
        for row in rows_of(text, ALIASES):
            locator, said = f"{prefix}, line {row.line}", row.said
            if row.wrong:
                yield Problem(locator, "row_unreadable", row.wrong, row.raw)
            elif said.keys() <= {"fullname", "dateissued"}:
                yield Problem(locator, "recipient_without_address", _NO_ADDRESS, row.raw)
            elif known or site_of(said, wwwroot):
                known = True
                yield from _learner(locator, said)
                yield award(locator, said, wwwroot, unread=row.unread, raw=row.raw)
            else:
                raise unknown_site()
        if text.damage:
            yield Problem(f"{prefix}, end", "file_damaged", _DAMAGED.format(text.damage))


def _read_json(place: Place, member: Member) -> Iterator[Outcome]:
    prefix, wwwroot = place.locator(member), root(place.settings)
    with place.open(member) as stream:
        text = JsonText(stream, inside=_INSIDE, is_one=_is_award)
        known = False
        for item in text:
            locator, said = f"{prefix}, {item.where}", _said(_object(item))
            if "uniquehash" not in said:
                why = f"{item.value} " if item.kind == "bad" else ""
                yield Problem(locator, "no_award", why + _NO_BADGE, item.data)
            elif known or site_of(said, wwwroot):
                known = True
                yield award(locator, said, wwwroot, raw=item.data)
            else:
                raise unknown_site()
        if text.damage:
            yield Problem(f"{prefix}, end", "file_damaged", _DAMAGED.format(text.damage))


_READ = {
    "dump": read_dump,
    "site": read_dump,
    "list": _read_list,
    "recipients": _read_list,
    "json": _read_json,
}


def _learner(locator: str, said: Mapping[str, str]) -> Iterator[FoundLearner]:
    email, name = said.get("email", ""), name_of(said)
    if "@" in email and name:
        yield FoundLearner(locator, (email,), name)


def _object(item: Item) -> JsonObject:
    return item.value if isinstance(item.value, dict) else {}


def _said(value: JsonObject) -> dict[str, str]:
    """Return the facts of an entry of the web service, or of the export of a person's data."""
    issued = value.get("issued")
    inner = issued if isinstance(issued, dict) else {}
    said: dict[str, str] = {}
    for source, names in ((value, _SERVICE_NAMES), (inner, _EXPORT_NAMES)):
        for name, ours in names.items():
            if text := label(source.get(name)):
                said[ours] = text
    return said


def _is_award(value: JsonObject) -> bool:
    return "uniquehash" in _said(value)


def _is_backup(members: Iterable[Member]) -> bool:
    return any(one.name == "moodle_backup.xml" for one in members)


def _is_ours(member: Member) -> bool:
    return _PICTURE.fullmatch(member.basename) is not None


def _peek(place: Place, member: Member, size: int) -> bytes:
    try:
        return place.peek(member, size)
    except MemberUnreadable:
        return b""

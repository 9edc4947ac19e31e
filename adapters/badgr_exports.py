"""What Badgr, Canvas Credentials and Parchment Digital Badges let admins export: CSV and JSON.

Lists of awards, whole issuers as JSON (also in a ZIP), and the lists that awards were made from.
The formats are not published, so columns are known by many names, and what is not known is kept.
Reference: badge-formats.md 1.6.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice

from migrator.openbadges.documents import decode
from migrator.sources.adapter import Match
from migrator.sources.beginning import surest
from migrator.sources.csvrows import rows_of
from migrator.sources.csvtext import CsvText
from migrator.sources.found import FoundFile, Outcome, Problem, Severity, Yielded
from migrator.sources.header import located, plain
from migrator.sources.jsonaround import JsonAround
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.window import decompressed_head
from migrator.sources.writtendate import ORDERS, Order, order_of

from ._badgr_entries import Entries
from ._badgr_rows import FIELDS, HOST, SETTINGS, Rows

_HEAD = 12 * 1024
_SAMPLE = 200
_FILES_LOOKED_INTO = 5
_ENDINGS = (".csv", ".tsv", ".txt", ".json")
_START = re.compile(r"[\s\ufeff]*[\[{]")
_NESTED = re.compile(r'"(badge_?classes|badgeClasses)"\s*:\s*\[')
_AWARD = re.compile(r'"(badge_?class_?(id|name)?|openbadgeid|badge_name)"\s*:', re.IGNORECASE)
_RECIPIENT = re.compile(r'"(recipient\w*|identifier|issued_?to_?email)"\s*:', re.IGNORECASE)

_BULK = {"badgeclassid", "identifier", "issuedate"}
_TEMPLATES = ({"email", "evidence"}, {"identifier", "evidence"})
_WHICH = frozenset({"class_name", "class_id", "url"})
_OURS = ("badgeclass", "issuedto", "openbadgeid")
_OTHERS = {"badgetemplateid", "issuerearnerid", "uniquehash", "recipients"}
_GROUPS = {"groupname", "groupid"}

_TO_AWARD = (
    "This is a list from which badges were to be awarded; whether they were, it does not say. "
    "If you can still sign in as the issuer, archive badgr-api:REGION too: it has the awards."
)
_NO_BADGES = (
    "This list says who was to be awarded, but not which badge. It is kept as it is. Add a column "
    '"Badge name" to it and archive it again.'
)
_ABOUT_GROUPS = (
    "This is a list of groups and progress, not of awards: no badge is in it. It is kept as it is; "
    "export the awards too."
)
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


class BadgrExports:
    """Files that an admin has exported, told by their columns or keys."""

    name = "badgr-exports"
    title = "Exports of Badgr, Canvas Credentials and Parchment Digital Badges"
    reads = "awards as CSV, issuers as JSON or ZIP, and bulk award CSV, as admins export them"
    settings = SETTINGS

    def detect(self, place: Place) -> Match | None:
        """Look at the header of a table, or the first keys of a JSON file."""
        return surest(place, _judge, _ENDINGS, head=_HEAD, files=_FILES_LOOKED_INTO)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield each row or entry as a badge; what stands around them is kept."""
        for member in place.members():
            head = place.beginning(member, _HEAD)
            try:
                if place.kind != "file" and _judge(head) is None:
                    yield place.foreign(member)
                elif _START.match(decode(decompressed_head(head, _HEAD))):
                    yield from _json(place, member)
                else:
                    yield from _table(place, member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _judge(head: bytes) -> Match | None:
    """Say what the beginning of a file tells; never raises."""
    head = decompressed_head(head, _HEAD)
    text = decode(head)
    if not _START.match(text):
        return _judge_table(_names(head))
    if _NESTED.search(text):
        return Match(94, "It is the export of an issuer with its badge classes.")
    ours = _AWARD.search(text) is not None and _RECIPIENT.search(text) is not None
    return Match(72, "It is a list of awards.") if ours else None


def _judge_table(names: set[str]) -> Match | None:
    fields = located(list(names), FIELDS).keys()
    is_award = "recipient" in fields and fields & _WHICH
    ours = "identifier" in names or any(name.startswith(_OURS) for name in names)
    if names & _OTHERS:
        return None
    if names >= _GROUPS:
        return Match(85, "It is a list of groups or of their progress.")
    if names in _TEMPLATES or names >= _BULK:
        return Match(92, "It is a list from which badges were to be awarded.")
    return Match(82, "It is a list of awards.") if is_award and ours else None


def _names(head: bytes) -> set[str]:
    """Return the names in the first row of a table."""
    text = CsvText(io.BytesIO(head))
    first = next(iter(text), None)
    return {plain(cell) for cell in first.cells} - {""} if first and not first.wrong else set()


def _table(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    names = _names(decompressed_head(place.beginning(member, _HEAD), _HEAD))
    if not located(list(names), FIELDS).keys() & _WHICH:
        groups = names >= _GROUPS
        code, sentence = ("no_awards", _ABOUT_GROUPS) if groups else ("no_badges", _NO_BADGES)
        yield FoundFile(label, place.read(member))
        yield Problem(label, code, sentence, severity=Severity.WARNING)
        return
    if names >= _BULK:
        yield Problem(label, "to_be_awarded", _TO_AWARD, severity=Severity.WARNING)
    rows = _rows(place, member, "a table of awards at Badgr")
    with place.open(member) as stream:
        text = CsvText(stream)
        for row in rows_of(text, FIELDS):
            locator = f"{label}, line {row.line}"
            if row.wrong:
                yield Problem(locator, "row_unreadable", row.wrong, row.raw)
            else:
                yield from rows.outcomes(locator, row.said, row.unread, row.raw)
        if text.damage:
            yield Problem(f"{label}, end", "file_damaged", _DAMAGED.format(text.damage))


def _rows(place: Place, member: Member, source: str) -> Rows:
    """Return what reads rows as a person says, or as a date after the 12th of a month shows."""
    said = place.settings.get("dates", "")
    order: Order = next((one for one in ORDERS if one == said), "")
    if not order:
        with place.open(member) as stream:
            rows = islice(rows_of(CsvText(stream), FIELDS), _SAMPLE)
            order = order_of(row.said.get("issued_on", "") for row in rows)
    return Rows(source, place.settings.get(HOST, ""), order)


def _json(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    with place.open(member) as stream:
        around = JsonAround(stream, inside=Entries.INSIDE, is_one=Entries.is_one, deep=True)
        for _ in around:
            pass
    entries = Entries(
        around.fields, Rows("an issuer's export at Badgr", place.settings.get(HOST, ""))
    )
    with place.open(member) as stream:
        text = JsonAround(stream, inside=Entries.INSIDE, is_one=Entries.is_one, deep=True)
        for item in text:
            yield from entries.outcomes(f"{label}, {item.where}", item, tuple(text.path))
        if text.damage:
            yield Problem(f"{label}, end", "file_damaged", _DAMAGED.format(text.damage))
    if entries.around:
        yield FoundFile(f"{label}, around the awards", entries.around)

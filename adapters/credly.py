"""Credly (before: Acclaim): lists of badges and assertions as files, or one's own profile live.

Reference: badge-formats.md 1.7. Live it is asked only when it is named on the command line, slowly,
and for one's own badges.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice

from migrator.openbadges.model import JsonObject
from migrator.openbadges.values import label, mapping
from migrator.openbadges.versions import is_assertion
from migrator.sources.adapter import Match
from migrator.sources.beginning import each_file, judged
from migrator.sources.csvrows import Row, fields_of, rows_of
from migrator.sources.csvtext import CsvText
from migrator.sources.found import Found, Outcome, Problem, Severity, Yielded
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.live import Live, LivePlace
from migrator.sources.place import Member, Place

from ._credly_badge import OBI, PAGE, Award, is_badge
from ._credly_live import listed, read_live
from ._credly_rows import ALIASES, award_of_row

_INSIDE = frozenset({"data"})
_FIRST = 8
_SAMPLE = 16 << 10

_NO_BADGE = "This entry is no badge of Credly. {}Save the list, or the badge, again."
_NO_LINE = (
    "This line is not the address of a badge at Credly. Correct it and archive the file again."
)
_NO_ROW = (
    "This row has neither a badge's number nor an e-mail address, so nobody can tell whose badge "
    "it is. Fill in what is missing and archive the file again."
)
_NO_NUMBERS = (
    "This is a list for awarding at Credly: it says to whom, but not where the badges are. They "
    "are kept, and can only be awarded anew. Credly's report of issued badges has their numbers."
)
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


class Credly:
    """Saved pages, assertions, lists of badge pages and CSV files; live with `credly:https`."""

    name = "credly"
    title = "Credly (Acclaim)"
    reads = (
        "Credly's badges.json and API pages, its assertions, lists of its badge pages, and CSV"
        " lists of issued badges"
    )
    live = Live(
        "credly:https://www.credly.com/users/YOUR-NAME",
        account="your own e-mail address at Credly (only badges awarded to it are copied)",
        secret="the organisation's authorization token",  # noqa: S106 (what is asked for)
        pause=2.0,
    )

    def detect(self, place: Place) -> Match | None:
        """Look for Credly's own keys and addresses."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield every badge of a file, or of the live profile or organisation."""
        if isinstance(place, LivePlace):
            yield from read_live(place)
        else:
            yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    if head.startswith((b"\x89PNG", b"PK")):
        return None
    if _is_json(head):
        return _judge_json(head)
    fields = fields_of(CsvText(io.BytesIO(head[:_SAMPLE])), ALIASES)
    if "template" in fields and "email" in fields:
        return Match(90, "It is a list of badges with Credly's badge template numbers.")
    lines = head[:_SAMPLE].decode("latin-1").splitlines()[:_FIRST]
    pages = sum(PAGE.search(line) is not None for line in lines)
    if fields and pages:
        return Match(80, "It is a table with addresses of badges at Credly.")
    if pages and pages * 2 >= sum("://" in line for line in lines):
        return Match(75, "It is a list of badge pages at Credly.")
    return None


def _is_json(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _judge_json(head: bytes) -> Match | None:
    text = JsonText(io.BytesIO(head), inside=_INSIDE, is_one=_is_ours)
    found = [one.value for one in islice(text, _FIRST) if isinstance(one.value, dict)]
    if any(map(is_badge, found)):
        return Match(93, "It is a list of badges as Credly gives it.")
    if any(map(_is_assertion, found)):
        return Match(85, "It holds assertions of Credly.")
    if b'"badge_template"' in head[:_SAMPLE] and b'"issued_at' in head[:_SAMPLE]:
        return Match(72, "It begins like a list of badges at Credly.")
    return None


def _is_assertion(value: JsonObject) -> bool:
    return is_assertion(value) and OBI.match(label(value.get("id")) or "") is not None


def _is_ours(value: JsonObject) -> bool:
    return is_badge(value) or is_assertion(value)


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    head = place.peek(member, _SAMPLE)
    table = {} if _is_json(head) else fields_of(CsvText(io.BytesIO(head)), ALIASES)
    prefix = f"{place.locator(member)}, "
    with place.open(member) as stream:
        text: CsvText | JsonText
        if table:
            text = CsvText(stream)
            if not table.keys() & {"number", "url"}:
                yield Problem(
                    f"{prefix}header", "no_addresses", _NO_NUMBERS, severity=Severity.WARNING
                )
            for row in rows_of(text, ALIASES):
                yield from _row(f"{prefix}line {row.line}", row)
        else:
            text = JsonText(stream, inside=_INSIDE, is_one=_is_ours)
            for item in text:
                yield from _item(prefix + item.where, item)
        if text.damage:
            yield Problem(f"{prefix}end", "file_damaged", _DAMAGED.format(text.damage))


def _item(locator: str, item: Item) -> Iterator[Outcome]:
    value = item.value
    if item.kind == "text":
        yield from _line(locator, str(value), item.data)
    elif isinstance(value, dict) and is_badge(value):
        yield from listed(locator, value)
    elif isinstance(value, dict) and is_assertion(value):
        yield Found(locator, item.data)
    else:
        said = value if isinstance(value, str) else label((mapping(value) or {}).get("message"))
        why = f"It says: {said.rstrip('.')}. " if said else ""
        yield Problem(locator, "no_badge", _NO_BADGE.format(why), item.data)


def _line(locator: str, line: str, data: bytes) -> Iterator[Outcome]:
    page = PAGE.fullmatch(line)
    if page:
        yield Found(locator, hosted_url=Award(number=page[1]).url)
    elif OBI.fullmatch(line):
        yield Found(locator, hosted_url=line)
    elif line and not line.startswith("#"):
        yield Problem(locator, "not_a_badge", _NO_LINE, data)


def _row(locator: str, row: Row) -> Iterator[Outcome]:
    if row.wrong:
        yield Problem(locator, "row_unreadable", row.wrong, row.raw)
        return
    award = award_of_row(row)
    if not award.number and not award.email:
        yield Problem(locator, "row_without_badge", _NO_ROW, row.raw)
        return
    learner = award.learner(locator)
    if learner is not None:
        yield learner
    yield award.found(locator)

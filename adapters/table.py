"""Any table with a badge in each row: CSV, TSV, Excel workbooks, whoever made them.

Which column is what is guessed from its name and its cells, shown by `inspect`, kept in the
archive, and set by `--map` or `--set`. Reference: badge-formats.md 1.1 row 11, 5.2.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Match
from migrator.sources.csvtext import CsvText, Record
from migrator.sources.found import FoundFile, Outcome, Problem, Severity, Yielded
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.window import decompressed_head

from ._table_columns import Columns, columns_of
from ._table_fields import SETTINGS
from ._table_rows import TELLING, Rows
from ._table_sheets import BROKEN, Workbook, is_workbook, opened
from ._table_told import told, written_as

_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
_PACKED = (".gz", ".bz2", ".xz")
_NAMES_LOOKED_AT = 2_000
_FILES_LOOKED_INTO = 6
_HEAD = 10_000
_SAMPLE = 50
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (
    "It is a file of an old Office program; if it is a table, open it there and save it as .xlsx."
)
_OTHER_OFFICE = "It is a spreadsheet of LibreOffice or OpenOffice; save it there as .xlsx or CSV."
_NO_COLUMN = (
    "No column of this table says where a badge is, or which badge was awarded to which e-mail "
    "address. Its columns are: {}."
)
_SAY_WHICH = (
    "Say which column is what, such as --set column.url='Name of the column', or "
    "--set column.email=... and --set column.badge_class=... (or --set badge_class='First Aid', "
    "when all of it is about one badge)."
)
_NO_ADDRESS = (
    "These rows say who was awarded what, but not where the badge is. They are kept, and can only "
    "be awarded anew (`reaward`). If the platform can tell the addresses, archive those too."
)
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."
_SHEET = "This sheet cannot be read from here on. Save it as CSV and archive that."


class Table:
    """One badge a row; tables of platforms that are known have adapters of their own."""

    name = "table"
    title = "Tables of badges"
    reads = "CSV, TSV or Excel tables with a badge in each row, in any language"
    settings = SETTINGS

    def detect(self, place: Place) -> Match | None:
        """Look at the first rows; in a folder, at those of a few files."""
        if place.kind == "file":
            return _judge(place.head(_HEAD), place.settings)
        members = list(islice(place.members(), _NAMES_LOOKED_AT))
        if place.kind == "zip" and is_workbook(members):
            return Match(30, "It is an Excel workbook.", whole=True)
        if place.kind == "zip" and any(one.name == "mimetype" for one in members):
            return Match(5, _OTHER_OFFICE) if _is_open_document(place, members) else None
        likely = islice((one for one in members if _may_be_ours(one)), _FILES_LOOKED_INTO)
        found = (_judge(_peek(place, member), place.settings) for member in likely)
        return max(filter(None, found), key=lambda match: match.confidence, default=None)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the mapping of each table, then its rows."""
        if place.kind == "zip" and is_workbook(list(islice(place.members(), _NAMES_LOOKED_AT))):
            yield from _read_workbook(place)
            return
        for member in place.members():
            if place.kind != "file" and _judge(_peek(place, member), place.settings) is None:
                yield place.foreign(member)
                continue
            try:
                yield from _read_text(place, member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _judge(head: bytes, settings: Mapping[str, str]) -> Match | None:
    """Say what the beginning of a file tells; never raises."""
    if head.startswith(_OLD_OFFICE):
        return Match(5, _OLD_EXCEL)
    text = CsvText(io.BytesIO(decompressed_head(head, _HEAD)))
    sample = list(islice(text, _SAMPLE))
    if len(sample) > 2:
        sample.pop()  # it may have been cut off
    wide = [record for record in sample if len(record.cells) > 1]
    if len(wide) < 2 or len(wide) * 4 < len(sample) * 3 or b"\0" in sample[0].raw:
        return None
    return _claim(columns_of(sample, settings), settings)


def _claim(columns: Columns, settings: Mapping[str, str]) -> Match:
    if not columns.readable:
        return Match(10, "It is a table, but no column of it is known to say anything of badges.")
    if any(name.startswith("column.") for name in settings) and not columns.refused:
        return Match(97, "It is a table with the columns that were named.")
    if "url" not in columns.fields:
        return Match(30, "It is a table of who was awarded which badge.")
    if columns.fields.keys() & TELLING:
        return Match(45, "It is a table with addresses of badges and more about each.")
    return Match(25, "It is a table with addresses of badges.")


def _read_text(place: Place, member: Member) -> Iterator[Outcome]:
    label, settings = place.locator(member), place.settings
    sign = settings.get("delimiter", "").lower()
    sign = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(sign, sign[:1])
    with place.open(member) as stream:
        try:
            text = CsvText(stream, delimiter=sign, encoding=settings.get("encoding", ""))
        except LookupError as error:
            encoding = settings.get("encoding")
            raise SourceUnreadable(
                f"There is no encoding {encoding}.", "Try --set encoding=utf-8 or cp1252."
            ) from error
        rows = iter(text)
        sample = list(islice(rows, _SAMPLE))
        columns = columns_of(sample, settings)
        if not columns.readable:
            raise _no_column(columns)
        how = written_as(text.delimiter, text.encoding)
        reader = Rows(columns, lambda number: f"{label}, line {number}", text.delimiter)
        yield from _rows(label, how, reader, chain(sample[columns.body :], rows))
        if text.damage:
            yield Problem(f"{label}, end", "file_damaged", _DAMAGED.format(text.damage))


def _read_workbook(place: Place) -> Iterator[Outcome]:
    read, refused = 0, None
    with place.seekable() as file, opened(file, place.limits) as book:
        for sheet in book.sheets:
            label = f"{place.label}, sheet {sheet}"
            try:
                yield from _read_sheet(place, book, sheet, label)
                read += 1
            except SourceUnreadable as error:
                refused = error
                yield Problem(label, "no_badges_in_sheet", str(error), severity=Severity.WARNING)
            except BROKEN:
                read += 1
                yield Problem(f"{label}, end", "sheet_damaged", _SHEET)
    if not read:
        raise refused or SourceUnreadable(f"{place.label} has no sheet with cells.", _SAY_WHICH)


def _read_sheet(place: Place, book: Workbook, sheet: str, label: str) -> Iterator[Outcome]:
    rows = book.records(sheet)
    sample = list(islice(rows, _SAMPLE))
    columns = columns_of(sample, place.settings)
    if not columns.readable:
        raise _no_column(columns)
    reader = Rows(columns, lambda number: f"{place.label}, row {number} of sheet {sheet}")
    yield from _rows(label, "in an Excel workbook", reader, chain(sample[columns.body :], rows))


def _rows(label: str, how: str, rows: Rows, found: Iterator[Record]) -> Iterator[Outcome]:
    locator, columns = f"{label}, mapping", rows.columns
    yield FoundFile(locator, columns.as_json(), told(label, how, columns))
    if "url" not in columns.fields:
        yield Problem(locator, "no_addresses", _NO_ADDRESS, severity=Severity.WARNING)
    for record in found:
        yield from rows.outcomes(record)


def _no_column(columns: Columns) -> SourceUnreadable:
    names = ", ".join(filter(None, columns.header[:20])) or "none"
    return SourceUnreadable(" ".join((_NO_COLUMN.format(names), *columns.refused)), _SAY_WHICH)


def _may_be_ours(member: Member) -> bool:
    name = member.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.endswith(_ENDINGS)


def _peek(place: Place, member: Member) -> bytes:
    try:
        return place.peek(member, _HEAD)
    except MemberUnreadable:
        return b""


def _is_open_document(place: Place, members: list[Member]) -> bool:
    member = next(one for one in members if one.name == "mimetype")
    return _peek(place, member)[:80].startswith(b"application/vnd.oasis.opendocument.spreadsheet")

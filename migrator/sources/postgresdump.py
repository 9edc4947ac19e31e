"""A dump made by pg_dump, read row by row: its COPY blocks, tab separated, one row a line.

Dumps made with --inserts, and those in pg_dump's own packed formats, are not read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Generator, Iterator
from typing import BinaryIO, NamedTuple

from migrator.errors import SourceUnreadable
from migrator.sources.mysqldump import RAW_LIMIT, ROW_LIMIT, Broken, Row
from migrator.sources.mysqlgrammar import listed_columns, unquote
from migrator.sources.window import Window

_NAME = rb"(?:\"(?:[^\"]|\"\")+\"|[\w$]+)"
COPY = re.compile(
    rb"^COPY (?:" + _NAME + rb"\.)?(" + _NAME + rb") \(([^()]*)\) FROM stdin;", re.MULTILINE
)
HEADER = re.compile(rb"^-- PostgreSQL database dump\s*$", re.MULTILINE)
_COMPLETE = b"-- PostgreSQL database dump complete"
_PACKED = b"PGDMP"
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_WIDTH = (
    "This row cannot be read: it has {} values, but the table has {} columns. The rows around it "
    "were read. Look at it in the database, or make the dump again."
)
_LONG = "This row is too large and was left out. Look at it in the database."
_END = b"\\."
_CUT = (
    "The dump breaks off here{}: it was not written or copied to its end. What stands before was "
    "read. Make the dump again, or find a whole copy, and archive it too."
)
_PLAIN = "Run `pg_dump --format=plain --file=backup.sql DATABASE` and archive backup.sql."


class _Line(NamedTuple):
    text: bytes
    number: int
    unfinished: bool = False
    too_long: bool = False


class PostgresDump:
    """Iterate over it once: rows of the wanted tables in file order, and what is broken.

    As `migrator.sources.mysqldump.Dump`; tables are named without their schema. Raises
    SourceUnreadable at the first step for a packed dump.
    """

    def __init__(
        self, stream: BinaryIO, wanted: Container[str], *, row_limit: int = ROW_LIMIT
    ) -> None:
        self.tables: dict[str, tuple[str, ...]] = {}
        self._wanted = wanted
        self._window = Window(stream, row_limit)
        self._counts: dict[str, int] = {}

    def __iter__(self) -> Iterator[Row | Broken]:
        window = self._window
        window.ensure(RAW_LIMIT)
        if window.data.startswith(_PACKED):
            raise SourceUnreadable("This dump is in pg_dump's own packed format.", _PLAIN)
        whole = not HEADER.search(window.data, 0, RAW_LIMIT)
        while line := self._line():
            copied = COPY.match(line.text)
            if copied is None:
                whole = whole or line.text.startswith(_COMPLETE)
            elif not (yield from self._rows(copied)):
                return
        if window.damage or not whole:
            yield self._cut()

    def _rows(self, copied: re.Match[bytes]) -> Generator[Row | Broken, None, bool]:
        """Yield the rows of one COPY block; returns whether the block has its end."""
        table, columns = unquote(copied[1]), listed_columns(copied[2])
        self.tables[table] = columns
        wanted = table in self._wanted
        while True:
            number = self._counts.get(table, 0) + 1
            line = self._line()
            if line is None or (line.unfinished and line.text != _END):
                raw = line.text if line else b""
                yield self._cut(table, number, raw[:RAW_LIMIT])
                return False
            if line.text == _END:
                return True
            self._counts[table] = number
            if wanted:
                yield _row(table, columns, number, line)

    def _line(self) -> _Line | None:
        """Return the next line; None at the end of the dump."""
        window = self._window
        number = window.line()
        while (end := window.data.find(b"\n", window.at)) < 0:
            if window.full:
                start = window.data[window.at : window.at + RAW_LIMIT]
                window.skip_past(b"\n")
                return _Line(start, number, too_long=True)
            if not window.more():
                rest = window.data[window.at :]
                window.at = len(window.data)
                return _Line(rest, number, unfinished=True) if rest else None
        text = window.data[window.at : end].removesuffix(b"\r")
        window.at = end + 1
        return _Line(text, number)

    def _cut(self, table: str | None = None, number: int | None = None, raw: bytes = b"") -> Broken:
        window = self._window
        why = f" ({window.damage})" if window.damage else ""
        return Broken("dump_cut", _CUT.format(why), window.line(), table, number, raw)


def is_postgres(head: bytes) -> bool:
    """Say whether a file that begins so was made by pg_dump."""
    return bool(head.startswith(_PACKED) or HEADER.search(head) or COPY.search(head))


def _row(table: str, columns: tuple[str, ...], number: int, line: _Line) -> Row | Broken:
    raw = line.text[:RAW_LIMIT]
    if line.too_long:
        return Broken("row_too_large", _LONG, line.number, table, number, raw)
    values = tuple([_value(field) for field in line.text.split(b"\t")])
    if len(values) != len(columns):
        sentence = _WIDTH.format(len(values), len(columns))
        return Broken("row_broken", sentence, line.number, table, number, raw)
    return Row(table, columns, values, line.number, number)


def _value(field: bytes) -> bytes | None:
    if field == b"\\N":
        return None
    return _ESCAPE.sub(_unescaped, field) if b"\\" in field else field


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    if sign[:1] == b"x" and len(sign) > 1:
        return bytes([int(sign[1:], 16)])
    if sign[:1].isdigit():
        return bytes([int(sign, 8) & 0xFF]) if sign[:1] < b"8" else sign
    return _SIGNS.get(sign, sign)

"""A mysqldump file, read row by row as bytes, without a database and without ever holding it all.

Understood: MySQL's one long line per INSERT and MariaDB's line per tuple, `--hex-blob`,
`--complete-insert`, `--compatible=ansi`, `--replace`, `--insert-ignore`, conditional comments,
triggers and routines (passed over), gzip, bzip2 and xz. Character sets are left to the caller: one
line may hold latin-1 text beside UTF-8 blobs (reference page mozilla-backpack.md, 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from migrator.sources.mysqlgrammar import (
    BEHIND_ROW,
    BLANK,
    BLOCK_COMMENT,
    CHATTER,
    CREATE,
    DELIMITER,
    HEADER,
    INSERT,
    LINE_COMMENT,
    QUOTE_OR_END,
    STATEMENT,
    created_columns,
    listed_columns,
    refuse_other_formats,
    resync,
    statement_end,
    unquote,
)
from migrator.sources.mysqlrow import (
    Malformed,
    NeedMore,
    backslashes_before,
    parse_row,
    unescaped_quote,
)
from migrator.sources.window import Window

ROW_LIMIT = 64 << 20
"""Bytes one row may take; a longer one is a `Broken` and is passed over."""
RAW_LIMIT = 64 << 10
"""Bytes of a broken row that are kept."""
_LOOKAHEAD = 64 << 10
_RESYNC_SPACE = 4 << 20
_SEPARATOR_SPACE = 64
_ROW_SENTENCE = (
    "This row cannot be read: {}. The rows around it were read. "
    "Look at it in the database, or make the dump again."
)
_NOT_SQL = (
    "Here stands something that is not SQL, and it was passed over to the next statement. "
    "If rows are missing, make the dump again with --result-file."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` counts within its table from 1, `line` within the file from 1."""

    table: str
    columns: tuple[str, ...]
    values: tuple[bytes | None, ...]
    line: int
    number: int

    def named(self) -> dict[str, bytes | None]:
        """Return the values by column name."""
        return dict(zip(self.columns, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the dump cannot be read; `raw` may hold secrets, the caller knows the table.

    Codes: `row_broken`, `row_too_large`, `columns_unknown`, `not_sql`, and, last of all,
    `dump_cut` when the dump breaks off.
    """

    code: str
    sentence: str
    line: int
    table: str | None = None
    number: int | None = None
    raw: bytes = b""

    @property
    def locator(self) -> str:
        """Where it is, for a person: `row 17 of table badge, line 52`."""
        row = f"row {self.number} of " if self.number else ""
        table = f"{row}table {self.table}, " if self.table else ""
        return f"{table}line {self.line}"


class Dump:
    """Iterate over it once: rows of the wanted tables in file order, and what is broken.

    `tables` maps the tables met so far to their columns: from CREATE TABLE, else from the column
    list of an INSERT. Raises SourceUnreadable at the first step when the file is no SQL at all
    (`mysqldump --xml`, PowerShell's UTF-16).
    """

    def __init__(
        self, stream: BinaryIO, wanted: Container[str], *, row_limit: int = ROW_LIMIT
    ) -> None:
        self.tables: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}
        self._wanted = wanted
        self._window = Window(stream, row_limit)
        self._cut: Broken | None = None
        self._header = self._trailer = False

    def __iter__(self) -> Iterator[Row | Broken]:
        window = self._window
        window.ensure(_LOOKAHEAD)
        refuse_other_formats(window.data)
        window.skip(b"\xef\xbb\xbf")
        self._header = bool(HEADER.search(window.data, 0, 4096))
        noisy = False
        while self._to_statement():
            head = window.data, window.at
            inserted, created = INSERT.match(*head), CREATE.match(*head)
            if inserted:
                yield from self._insert(inserted)
            elif created:
                self._create(created)
            elif STATEMENT.match(*head):
                self._pass_statement()
            else:
                told, line = noisy or CHATTER.match(*head), window.line()
                if not window.skip_past(b"\n") and not self._trailer:
                    self._cut = Broken("dump_cut", "", line)
                elif not told:
                    yield Broken("not_sql", _NOT_SQL, line)
                noisy = True
                continue
            noisy = False
        yield from self._ending()

    def _to_statement(self) -> bool:
        """Go to the next statement; False at the end of the dump."""
        window = self._window
        while True:
            window.ensure(_LOOKAHEAD)
            blank = BLANK.match(window.data, window.at)
            if blank:
                window.at = blank.end()
            elif window.at == len(window.data):
                return False
            elif LINE_COMMENT.match(window.data, window.at):
                if window.data.startswith(b"-- Dump completed", window.at):
                    self._trailer = True
                window.skip_past(b"\n")
            elif BLOCK_COMMENT.match(window.data, window.at):
                window.skip_past(b"*/")
            elif DELIMITER.match(window.data, window.at):
                # Triggers and routines: their bodies are full of semicolons, and hold no rows.
                window.skip_past(b"\nDELIMITER ;")
            else:
                return True

    def _create(self, created: re.Match[bytes]) -> None:
        window = self._window
        table = unquote(created[1])
        columns: tuple[str, ...] = ()
        while True:
            try:
                end = statement_end(window.data, window.at)
            except NeedMore:
                if not window.more():
                    break
            else:
                start = window.at + len(created[0])
                columns = created_columns(window.data[start:end])
                break
        self._pass_statement(table)
        self.tables[table] = columns

    def _insert(self, inserted: re.Match[bytes]) -> Iterator[Row | Broken]:
        table = unquote(inserted[1])
        if inserted[2] is not None:
            columns = listed_columns(inserted[2])
            self.tables.setdefault(table, columns)
        else:
            columns = self.tables.get(table, ())
        if table in self._wanted and columns:
            self._window.at = inserted.end()
            yield from self._rows(table, columns)
            return
        if table in self._wanted and table not in self.tables:
            self.tables[table] = ()
            yield Broken(
                "columns_unknown",
                f"The dump does not say what the columns of table {table} are called, so its rows "
                "cannot be read. Make the dump again without --no-create-info.",
                self._window.line(),
                table,
            )
        self._pass_statement(table)

    def _rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Row | Broken]:
        window = self._window
        more = True
        while more:
            self._counts[table] = number = self._counts.get(table, 0) + 1
            line = window.line()
            try:
                values, end = self._parse()
            except (Malformed, NeedMore) as stopped:
                code, why, raw = self._recover(stopped, len(columns))
                if code == "dump_cut":
                    self._cut = Broken(code, "", line, table, number, raw)
                    return
                yield Broken(code, _ROW_SENTENCE.format(why), line, table, number, raw)
                if not window.data.startswith(b"(", window.at):
                    return
                continue
            if len(values) == len(columns):
                yield Row(table, columns, values, line, number)
            else:
                why = f"it has {len(values)} values, but the table has {len(columns)} columns"
                raw = window.data[window.at : min(end, window.at + RAW_LIMIT)]
                yield Broken("row_broken", _ROW_SENTENCE.format(why), line, table, number, raw)
            window.at = end
            more = self._another_row()
        self._pass_statement(table)

    def _parse(self) -> tuple[tuple[bytes | None, ...], int]:
        window = self._window
        while True:
            try:
                return parse_row(window.data, window.at)
            except NeedMore:
                if not window.more():
                    raise

    def _another_row(self) -> bool:
        window = self._window
        window.ensure(_SEPARATOR_SPACE)
        behind = BEHIND_ROW.match(window.data, window.at)
        if behind is None:
            return True  # something else: the next row is broken
        window.at = behind.end()
        return behind[1] is not None

    def _recover(self, stopped: Exception, width: int) -> tuple[str, str, bytes]:
        """Go to the next row that can be read; return what was wrong with this one, and its start.

        Next is the first `),(` in the same line with a whole row behind it, else the next line:
        mysqldump never writes a line break inside a row.
        """
        window = self._window
        window.ensure(_RESYNC_SPACE)
        line = window.data[window.at : window.at + _RESYNC_SPACE].partition(b"\n")[0]
        if window.full:
            window.skip_past(b"\n")
            return "row_too_large", "it is too large, and its whole line was left out", _start(line)
        if isinstance(stopped, NeedMore) and window.data.find(b"\n", window.at) < 0:
            window.at = len(window.data)
            return "dump_cut", "", _start(line)
        why = str(stopped) or "it does not end, or a quote in it is never closed"
        row = resync(line, width)
        if row is None:
            window.skip_past(b"\n")
        else:
            window.at += row
        return "row_broken", why, _start(line[:row])

    def _pass_statement(self, table: str | None = None) -> None:
        """Go behind the semicolon that ends the statement, holding none of it."""
        window = self._window
        while True:
            found = QUOTE_OR_END.search(window.data, window.at)
            if found is None:
                window.at = len(window.data)
                if not window.more():
                    self._cut = self._cut or Broken("dump_cut", "", window.line(), table)
                    return
                continue
            window.at = found.end()
            if found[0] == b";" or self._pass_string(found[0]):
                return

    def _pass_string(self, quote: bytes) -> bool:
        """Go behind a string; say whether its statement seems to end with it.

        A line break inside a string is none of mysqldump's: a quote before it is broken, and the
        line ends both, or else every row up to the next broken quote would be lost.
        """
        window = self._window
        while True:
            # A doubled quote is one string behind another here: what they say does not matter.
            end = unescaped_quote(window.data, window.at, window.at, quote)
            stop = len(window.data) if end < 0 else end
            line_end = window.data.find(b"\n", window.at, stop)
            if line_end >= 0:
                window.at = line_end + 1
                return window.data[max(0, line_end - 2) : line_end].rstrip(b"\r").endswith(b";")
            if end >= 0:
                window.at = end + 1
                return False
            escape = backslashes_before(window.data, stop, window.at) % 2
            window.at = stop - escape
            if not window.more():
                window.at = len(window.data)
                return False

    def _ending(self) -> Iterator[Broken]:
        window, cut = self._window, self._cut
        whole = self._trailer or not self._header
        if cut is None and whole and not window.damage:
            return
        cut = cut or Broken("dump_cut", "", window.line())
        why = f" ({window.damage})" if window.damage else ""
        yield replace(
            cut,
            sentence=f"The dump breaks off here{why}: it was not written or copied to its "
            "end. What stands before was read. Make the dump again, or find a whole copy, and "
            "archive it too.",
        )


def _start(row: bytes) -> bytes:
    return row[:RAW_LIMIT]

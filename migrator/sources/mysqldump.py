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

from migrator.errors import SourceUnreadable
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
_RESYNC_TRIES = 100
_SEPARATOR_SPACE = 64
MAKE_AGAIN = (
    "Run `mysqldump --hex-blob --single-transaction --result-file=backpack.sql DATABASE` and "
    "archive backpack.sql."
)
"""The next step for a dump in a form that is not read."""
_ROW_SENTENCE = (
    "This row cannot be read: {}. The rows around it were read. "
    "Look at it in the database, or make the dump again."
)

_NAME = rb"(?:`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[\w$]+)"
_QUALIFIED = rb"(?:" + _NAME + rb"\s*\.\s*)?(" + _NAME + rb")\s*"
# Conditional comments are statements of the server: only their brackets are blank. Version 999999
# exists nowhere, it hides MariaDB's sandbox line from MySQL.
_BLANK = re.compile(rb"(?:[\s;]|\*/|/\*M?!(?!999999)\d*)+")
_LINE_COMMENT = re.compile(rb"--(?:[\s]|\Z)|#")
_BLOCK_COMMENT = re.compile(rb"/\*(?:M?!999999|(?!M?!))")
_DELIMITER = re.compile(rb"DELIMITER[ \t]+(?!;\s)\S", re.IGNORECASE)
_CREATE = re.compile(
    rb"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + _QUALIFIED + rb"\(",
    re.IGNORECASE,
)
_INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\b(?:\s+(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE))*\s+INTO\s+"
    + _QUALIFIED
    + rb"(?:\(([^()]*)\)\s*)?VALUES?\s*(?=\()",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    rb"(?:ALTER|ANALYZE|BEGIN|CALL|CHANGE|COMMIT|CREATE|DELETE|DELIMITER|DO|DROP|FLUSH|GRANT"
    rb"|INSERT|INSTALL|LOCK|OPTIMIZE|RENAME|REPLACE|RESET|REVOKE|ROLLBACK|SELECT|SET|START|STOP"
    rb"|TRUNCATE|UNLOCK|UPDATE|USE|WITH|XA)\b",
    re.IGNORECASE,
)
_CHATTER = re.compile(rb"[^\n]{0,80}\[?warning\]?|enter password", re.IGNORECASE)
_BEHIND_ROW = re.compile(rb"\s*(?:(,)\s*|(?=;|\*/|ON\b|AS\b|\Z))", re.IGNORECASE)
_NEXT_ROW = re.compile(rb"\)\s*,\s*(?=\()")
_COLUMN = re.compile(rb"^\s*(?:`((?:[^`]|``)+)`|\"((?:[^\"]|\"\")+)\")\s+\S", re.MULTILINE)
_BARE_COLUMN = re.compile(
    rb"^\s+(?!(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FULLTEXT|SPATIAL|FOREIGN|CHECK|PERIOD)\b)"
    rb"([A-Za-z_$][\w$]*)\s+[a-z]",
    re.MULTILINE,
)
_QUOTE_OR_END = re.compile(rb"[;'\"`]")
_HEADER = re.compile(rb"-- (?:MySQL|MariaDB) dump ")


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
        self._complete = True

    def __iter__(self) -> Iterator[Row | Broken]:
        window = self._window
        window.ensure(_LOOKAHEAD)
        refuse_other_formats(window.data)
        window.skip(b"\xef\xbb\xbf")
        self._complete = not _HEADER.search(window.data, 0, 4096)
        noisy = False
        while self._to_statement():
            head = window.data, window.at
            inserted, created = _INSERT.match(*head), _CREATE.match(*head)
            if inserted:
                yield from self._insert(inserted)
            elif created:
                self._create(created)
            elif _STATEMENT.match(*head):
                self._pass_statement()
            else:
                if not (noisy or _CHATTER.match(*head)):
                    yield self._not_sql()
                window.skip_past(b"\n")
                noisy = True
                continue
            noisy = False
        yield from self._ending()

    def _to_statement(self) -> bool:
        """Go to the next statement; False at the end of the dump."""
        window = self._window
        while True:
            window.ensure(_LOOKAHEAD)
            blank = _BLANK.match(window.data, window.at)
            if blank:
                window.at = blank.end()
            elif window.at == len(window.data):
                return False
            elif _LINE_COMMENT.match(window.data, window.at):
                if window.data.startswith(b"-- Dump completed", window.at):
                    self._complete = True
                window.skip_past(b"\n")
            elif _BLOCK_COMMENT.match(window.data, window.at):
                window.skip_past(b"*/")
            elif _DELIMITER.match(window.data, window.at):
                # Triggers and routines: their bodies are full of semicolons, and hold no rows.
                window.skip_past(b"\nDELIMITER ;")
            else:
                return True

    def _create(self, created: re.Match[bytes]) -> None:
        window = self._window
        table = _unquote(created[1])
        columns: tuple[str, ...] = ()
        while True:
            try:
                end = _statement_end(window.data, window.at)
            except NeedMore:
                if not window.more():
                    break
            else:
                columns = _columns(window.data[created.end() - created.start() + window.at : end])
                break
        self._pass_statement(table)
        self.tables[table] = columns

    def _insert(self, inserted: re.Match[bytes]) -> Iterator[Row | Broken]:
        table = _unquote(inserted[1])
        if inserted[2] is not None:
            columns = tuple(_unquote(name) for name in re.findall(_NAME, inserted[2]))
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
        behind = _BEHIND_ROW.match(window.data, window.at)
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
        start = window.data[window.at : window.at + RAW_LIMIT].partition(b"\n")[0]
        if window.full:
            window.skip_past(b"\n")
            return "row_too_large", "it is too large, and its whole line was left out", start
        line_end = window.data.find(b"\n", window.at)
        while line_end < 0 and window.more():
            line_end = window.data.find(b"\n", window.at)
        if line_end < 0:
            line_end = len(window.data)
            if isinstance(stopped, NeedMore):
                window.at = line_end
                return "dump_cut", "", start
        why = str(stopped) or "a quote in it is never closed"
        row = window.at
        window.at = _resync(window.data, row, line_end, width)
        return "row_broken", why, window.data[row : min(window.at, row + RAW_LIMIT)]

    def _not_sql(self) -> Broken:
        return Broken(
            "not_sql",
            "Here stands something that is not SQL, and it was passed over to the next statement. "
            "If rows are missing, make the dump again with --result-file.",
            self._window.line(),
        )

    def _pass_statement(self, table: str | None = None) -> None:
        """Go behind the semicolon that ends the statement, holding none of it."""
        window = self._window
        while True:
            found = _QUOTE_OR_END.search(window.data, window.at)
            if found is None:
                window.at = len(window.data)
                if not window.more():
                    self._cut = self._cut or Broken("dump_cut", "", window.line(), table)
                    return
                continue
            window.at = found.end()
            if found[0] == b";":
                return
            self._pass_string(found[0])

    def _pass_string(self, quote: bytes) -> None:
        # A doubled quote is one string behind another here: what they say does not matter.
        window = self._window
        while True:
            end = unescaped_quote(window.data, window.at, window.at, quote)
            if end >= 0:
                window.at = end + 1
                return
            escape = backslashes_before(window.data, len(window.data), window.at) % 2
            window.at = len(window.data) - escape
            if not window.more():
                window.at = len(window.data)
                return

    def _ending(self) -> Iterator[Broken]:
        window, cut = self._window, self._cut
        if cut is None and self._complete and not window.damage:
            return
        cut = cut or Broken("dump_cut", "", window.line())
        why = f" ({window.damage})" if window.damage else ""
        yield replace(
            cut,
            sentence=f"The dump breaks off here{why}: it was not written or copied to its "
            "end. What stands before was read. Make the dump again, or find a whole copy, and "
            "archive it too.",
        )


def refuse_other_formats(head: bytes) -> None:
    """Raise SourceUnreadable when these first bytes are a dump in a form that is not read."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadable(
            "This dump was written in UTF-16, as PowerShell's `>` does, which damages images.",
            MAKE_AGAIN,
        )
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml.{0,200}<mysqldump", head, re.DOTALL):
        raise SourceUnreadable(
            "This dump was written as XML (--xml), which is not read.", MAKE_AGAIN
        )


def _resync(data: bytes, row: int, line_end: int, width: int) -> int:
    at = row
    for _ in range(_RESYNC_TRIES):
        found = _NEXT_ROW.search(data, at, line_end)
        if found is None:
            break
        at = found.end()
        try:
            values, _end = parse_row(data, at)
        except (Malformed, NeedMore):
            continue
        if len(values) == width:
            return at
    return min(line_end + 1, len(data))


def _statement_end(data: bytes, at: int) -> int:
    while found := _QUOTE_OR_END.search(data, at):
        if found[0] == b";":
            return found.start()
        at = unescaped_quote(data, found.end(), found.end(), found[0]) + 1
        if at == 0:
            break
    raise NeedMore


def _columns(definition: bytes) -> tuple[str, ...]:
    quoted = tuple(
        (back or double).replace(b"``", b"`").replace(b'""', b'"').decode("utf-8", "replace")
        for back, double in _COLUMN.findall(definition)
    )
    return quoted or tuple(name.decode() for name in _BARE_COLUMN.findall(definition))


def _unquote(name: bytes) -> str:
    if name[:1] in (b"`", b'"'):
        quote = name[:1]
        name = name[1:-1].replace(quote * 2, quote)
    return name.decode("utf-8", "replace")

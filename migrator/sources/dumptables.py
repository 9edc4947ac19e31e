"""Chosen columns of chosen tables of a database dump, kept on disk while they are put together.

A dump has its tables in any order, so an award is read before its badge class and its learner. What
is not asked for (passwords, tokens, codes) is never kept, not even there: the file is private to
one reading and is deleted with it. tempfile honours TMPDIR.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import SourceUnreadable
from migrator.openbadges.dates import to_utc
from migrator.openbadges.documents import as_backpack_wrote
from migrator.sources.found import Problem, Severity
from migrator.sources.mysqldump import Broken, Dump, Row
from migrator.sources.place import Member, Place
from migrator.sources.postgresdump import PostgresDump, is_postgres
from migrator.sources.window import decompressed_head

_HEAD = 64 << 10
Chosen = Callable[[str], tuple[str, ...]]
"""Which columns of a table are kept, by its name; none of a table that is passed over."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row; `number` counts within its table from 1. A column it does not have is None."""

    table: str
    number: int
    values: Mapping[str, bytes | None]

    def text(self, column: str) -> str | None:
        """Return a text that says something: UTF-8, else what servers call latin1."""
        value = self.values.get(column)
        if value is None:
            return None
        try:
            found = value.decode()
        except UnicodeDecodeError:
            found = value.decode("cp1252", "replace")
        return found if found.strip() else None

    def moment(self, column: str) -> str | None:
        """Return a date as ISO 8601 UTC (one without an offset is taken as UTC), None for none."""
        return to_utc(self.text(column))

    def told(self) -> bytes:
        """Return what the row says in the chosen columns, as JSON: for a problem's raw bytes."""
        return as_backpack_wrote({column: self.text(column) for column in self.values})

    def locator(self, prefix: str) -> str:
        """Return the words by which a person finds the row: `row 17 of table badge (id 17)`."""
        known = self.text("id")
        shown = f" (id {known})" if known and known.isalnum() else ""
        return f"{prefix}row {self.number} of table {self.table}{shown}"


class Tables:
    """Filled once, then asked.

    `names` are the tables of the dump with all their columns; `cut` says that the dump breaks off.
    """

    def __init__(
        self, database: sqlite3.Connection, chosen: Chosen, keep: Callable[[Record], bool]
    ) -> None:
        self.names: dict[str, tuple[str, ...]] = {}
        self.cut = False
        self._db, self._chosen, self._keep = database, chosen, keep
        self._kept: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._found: set[tuple[str, str]] = set()

    def __contains__(self, table: object) -> bool:
        """Say whether rows of a table are wanted: for the reader of the dump."""
        return isinstance(table, str) and bool(self._chosen(table))

    def fill(self, place: Place, member: Member) -> Iterator[Problem]:
        """Keep the rows of a dump (mysqldump or pg_dump); yields what cannot be read.

        A broken row is shown only when every column of its table was asked for: else there may be a
        secret in it. Raises SourceUnreadable for what is no dump, MemberUnreadable.
        """
        prefix = f"{place.locator(member)}, "
        head = decompressed_head(place.peek(member, _HEAD))
        with place.open(member) as stream:
            dump = (PostgresDump if is_postgres(head) else Dump)(stream, self)
            for row in dump:
                if isinstance(row, Broken):
                    self.cut = self.cut or row.code == "dump_cut"
                    yield _problem(row, prefix, self._all_chosen(row.table, dump.tables))
                else:
                    self._add(row)
        self.names = dict(dump.tables)

    def must_have(self, table: str, columns: Iterable[str], label: str, next_step: str) -> None:
        """Raise SourceUnreadable when the dump has no such table with these columns."""
        if not set(columns) <= set(self.names.get(table, ())):
            named = ", ".join(columns)
            what = f"{label} has no table {table} with the columns {named}."
            raise SourceUnreadable(what, next_step)

    def missing(self, prefix: str, lost: Mapping[str, str]) -> Iterator[Problem]:
        """Yield a warning for each table the dump lacks, with what is lost by it."""
        for table, what in lost.items():
            if table not in self.names and not self.cut:
                yield Problem(
                    f"{prefix}table {table}",
                    "table_missing",
                    f"The dump has no table {table}, so {what}. "
                    "If you can, make the dump of the whole database and archive it too.",
                    severity=Severity.WARNING,
                )

    def rows(self, table: str) -> Iterator[Record]:
        """Yield the rows of a table in the order of the dump; none for a table it does not have."""
        if table in self._kept:
            name = self._kept[table][0]
            yield from self._records(table, f"select * from {name} order by number")  # noqa: S608 (our own name)

    def all(self, table: str, column: str, value: bytes | None) -> list[Record]:
        """Return the rows of a table that have a value in a column."""
        name, columns = self._kept.get(table, ("", ()))
        if value is None or column not in columns:
            return []
        field = f"c{columns.index(column)}"
        if (table, column) not in self._found:
            self._found.add((table, column))
            self._db.execute(f"create index {name}_{field} on {name} ({field})")
        query = f"select * from {name} where {field} = ? order by number"  # noqa: S608 (our own names)
        return list(self._records(table, query, value))

    def one(self, table: str, column: str, value: bytes | None) -> Record | None:
        """Return the first row of a table that has a value in a column, None without one."""
        return next(iter(self.all(table, column, value)), None)

    def _add(self, row: Row) -> None:
        wanted = self._chosen(row.table)
        columns = tuple(name for name in row.columns if name in wanted)
        if row.table not in self._kept:
            name = f"t{len(self._kept)}"
            self._kept[row.table] = name, columns
            fields = "".join(f", c{number} blob" for number in range(len(columns)))
            self._db.execute(f"create table {name} (number integer primary key{fields})")
        name, known = self._kept[row.table]
        values = row.named()
        record = Record(row.table, row.number, {column: values.get(column) for column in known})
        if self._keep(record):
            marks = ",?" * len(known)
            self._db.execute(
                f"insert into {name} values (?{marks})",  # noqa: S608 (our own name)
                (row.number, *record.values.values()),
            )

    def _records(self, table: str, query: str, *values: bytes) -> Iterator[Record]:
        columns = self._kept[table][1]
        for number, *found in self._db.execute(query, values):
            yield Record(table, number, dict(zip(columns, found, strict=True)))

    def _all_chosen(self, table: str | None, tables: Mapping[str, tuple[str, ...]]) -> bool:
        return table is not None and set(tables.get(table, ("",))) <= set(self._chosen(table))


@contextmanager
def dump_tables(
    chosen: Chosen | Mapping[str, tuple[str, ...]], keep: Callable[[Record], bool] = lambda _: True
) -> Iterator[Tables]:
    """Give empty tables on disk, in a folder that only this user can read and that is deleted.

    `keep` says of each row (in the chosen columns) whether it is kept.
    """
    columns = chosen if callable(chosen) else lambda name: chosen.get(name, ())
    with tempfile.TemporaryDirectory(prefix="badge-migrator-") as folder:
        database = sqlite3.connect(Path(folder) / "tables.db", isolation_level=None)
        with closing(database) as connection:
            for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-16000"):
                connection.execute(f"pragma {pragma}")
            connection.execute("begin")
            yield Tables(connection, columns, keep)


def text_of(records: Iterable[Record], column: str) -> tuple[str, ...]:
    """Return the texts of a column of several rows, those that say something."""
    return tuple(text for record in records if (text := record.text(column)))


def _problem(broken: Broken, prefix: str, shown: bool) -> Problem:
    severity = Severity.WARNING if broken.code == "not_sql" else Severity.PROBLEM
    raw = broken.raw if shown else b""
    return Problem(prefix + broken.locator, broken.code, broken.sentence, raw, severity)

"""Rows of an attached archive (`other`) copied into ours, each id mapped to what it is here.

A row is known by what it says, never by its number: `other`'s numbers are looked up in temporary
tables `map_<table> (old, new)`. Every statement can be repeated and then adds nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from migrator.archive import sourcefile
from migrator.archive.sourcefile import IS_LONG


@dataclass(frozen=True, slots=True)
class Copied:
    """How the rows of one table are copied.

    `columns` are copied as they are; `needed` and `optional` references are mapped (column: table),
    and a row without a needed one is left out. `key` is what a row is known by; where it has no
    unique index some of it may be null (`loose`). `fixed` are columns that
    start with a value of their own (SQL). `after` settles what happens to a row that is
    known (an `on conflict` clause); `children` are copied along with the row they hang on. `long`
    is the one column that may be too long for memory (`sourcefile`).
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    needed: dict[str, str] = field(default_factory=dict)
    optional: dict[str, str] = field(default_factory=dict)
    loose: tuple[str, ...] = ()
    fixed: dict[str, str] = field(default_factory=dict)
    after: str = ""
    children: tuple[Child, ...] = ()
    long: str = ""

    @property
    def references(self) -> dict[str, str]:
        """All references, as column: table."""
        return self.needed | self.optional


@dataclass(frozen=True, slots=True)
class Child:
    """A table that hangs on another by `parent`, copied for new rows alone where `fresh` is set."""

    table: str
    parent: str
    columns: tuple[str, ...]
    references: dict[str, str] = field(default_factory=dict)
    after: str = ""
    fresh: bool = False


def value(column: str, references: dict[str, str], alias: str = "o") -> str:
    """Return the SQL of a column of `other`'s row as it is to stand here."""
    table = references.get(column)
    if table is None:
        return f"{alias}.{column}"
    return f"(select new from temp.map_{table} where old = {alias}.{column})"  # noqa: S608 - our own names


def create_map(conn: sqlite3.Connection, table: str) -> None:
    """Make the empty map of a table."""
    conn.execute(f"drop table if exists temp.map_{table}")
    conn.execute(f"create temp table map_{table} (old integer primary key, new integer not null)")


def forget_maps(conn: sqlite3.Connection) -> None:
    """Drop what was made for one archive."""
    for (name,) in conn.execute(
        "select name from sqlite_temp_master where type = 'table' and name like 'map\\_%'"
        " escape '\\' or name = 'fresh'"
    ).fetchall():
        conn.execute(f"drop table temp.{name}")


def copy(conn: sqlite3.Connection, copied: Copied, first: int, last: int) -> None:
    """Copy the rows of `other` with ids from `first` to `last`, with what hangs on them."""
    bounds = (first, last)
    conn.execute("create temp table if not exists fresh (old integer primary key)")
    conn.execute("delete from temp.fresh")
    conn.execute(_fresh(copied), bounds)
    conn.execute(_insert(copied), bounds)
    conn.execute(_map(copied), bounds)
    if copied.long:
        for here, there in conn.execute(_long(copied), bounds).fetchall():
            sourcefile.fill_from(conn, here, "other", there)
    for child in copied.children:
        conn.execute(_child(child), bounds)


def _same(copied: Copied) -> str:
    return " and ".join(
        f"m.{column} {'is' if column in copied.loose else '='} {value(column, copied.references)}"
        for column in copied.key
    )


def _fresh(copied: Copied) -> str:
    # Rows that say the same twice over there become one here.
    keys = ", ".join(value(column, copied.references) for column in copied.key)
    return (
        f"insert into temp.fresh select min(o.id) from other.{copied.table} as o"  # noqa: S608 - our own names
        f" left join main.{copied.table} as m on {_same(copied)}"
        f" where o.id between ? and ? and m.{copied.key[0]} is null{_needed(copied)}"
        f" group by {keys}"
    )


def _needed(copied: Copied) -> str:
    return "".join(f" and {value(column, copied.needed)} is not null" for column in copied.needed)


def _insert(copied: Copied) -> str:
    names = (*copied.columns, *copied.references)
    copies = {column: value(column, copied.references) for column in names}
    if copied.long:
        content = copies[copied.long]
        room = f"zeroblob(length({content}))"  # to be filled piece by piece
        copies[copied.long] = f"iif({IS_LONG.format(content)}, {room}, {content})"
    values = ", ".join((*copies.values(), *copied.fixed.values()))
    names += tuple(copied.fixed)
    chosen = "" if copied.after else " and o.id in (select old from temp.fresh)"
    return (
        f"insert into main.{copied.table} ({', '.join(names)}) select {values}"  # noqa: S608 - our own names
        f" from other.{copied.table} as o where o.id between ? and ?{chosen}{_needed(copied)}"
        f" order by o.id {copied.after}"
    )


def _long(copied: Copied) -> str:
    return (
        f"select m.new, o.id from other.{copied.table} as o"  # noqa: S608 - our own names
        f" join temp.map_{copied.table} as m on m.old = o.id"
        f" where o.id between ? and ? and o.id in (select old from temp.fresh)"
        f" and {IS_LONG.format(f'o.{copied.long}')}"
    )


def _map(copied: Copied) -> str:
    return (
        f"insert or ignore into temp.map_{copied.table} select o.id, m.id"  # noqa: S608 - our own names
        f" from other.{copied.table} as o join main.{copied.table} as m on {_same(copied)}"
        " where o.id between ? and ?"
    )


def _child(child: Child) -> str:
    references = {child.parent: child.parent.removesuffix("_id"), **child.references}
    names = (*child.columns, *references)
    values = ", ".join(value(column, references, "c") for column in names)
    there = "".join(f" and {value(column, references, 'c')} is not null" for column in references)
    fresh = f" and c.{child.parent} in temp.fresh" if child.fresh else ""
    return (
        f"insert into main.{child.table} ({', '.join(names)}) select {values}"  # noqa: S608 - our own names
        f" from other.{child.table} as c where c.{child.parent} between ? and ?{fresh}{there}"
        f" {child.after}"
    )

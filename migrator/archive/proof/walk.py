"""A walk over a table by id that goes round what SQLite cannot read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.proof.damage import words_of

_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Gap:
    """The ids from `first` to `last` cannot be read; `words` are SQLite's."""

    first: int
    last: int
    words: str


def walk(conn: sqlite3.Connection, table: str, columns: str) -> Iterator[sqlite3.Row | Gap]:
    """Yield every row of a table as (id, columns), and a Gap for each stretch of rows that is lost.

    Table and columns are names from our own code. Memory does not grow with the table.
    """
    select = f"select id, {columns} from {table} where id >= ? order by id"  # noqa: S608 - our names
    begin = 1
    while True:
        try:
            for row in conn.execute(select, (begin,)):
                begin = max(begin, row["id"] + 1)
                yield row
        except sqlite3.DatabaseError as error:
            words_of(error)  # raises what is no damage
        else:
            return
        # The driver steps ahead, so the row before the damage was lost with it: one by one now.
        for row_or_gap in _step(conn, select, table, begin):
            if isinstance(row_or_gap, Gap):
                begin = row_or_gap.last + 1
            yield row_or_gap
        if begin > _LAST_ID:
            return


def _step(
    conn: sqlite3.Connection, select: str, table: str, begin: int
) -> Iterator[sqlite3.Row | Gap]:
    """Yield single rows up to the first that cannot be read, and the Gap it stands in."""
    while True:
        try:
            row = conn.execute(f"{select} limit 1", (begin,)).fetchone()
        except sqlite3.DatabaseError as error:
            yield _gap(conn, table, begin, words_of(error))
            return
        if row is None:
            # What failed a moment ago does not fail now: a disk that has second thoughts.
            yield Gap(begin, _LAST_ID, "the end of the table cannot be found")
            return
        yield row
        begin = row["id"] + 1


def _gap(conn: sqlite3.Connection, table: str, begin: int, words: str) -> Gap:
    number = _first_from(conn, table, begin)
    if number:  # the row is there, its columns are not
        return Gap(begin, number, words)
    bad, step = begin, 1
    while bad + step <= _LAST_ID and _first_from(conn, table, bad + step) is None:
        bad += step
        step *= 2
    if bad + step > _LAST_ID:
        return Gap(begin, _LAST_ID, words)
    good = bad + step
    while good - bad > 1:
        middle = (bad + good) // 2
        if _first_from(conn, table, middle) is None:
            bad = middle
        else:
            good = middle
    return Gap(begin, good - 1, words)


def _first_from(conn: sqlite3.Connection, table: str, begin: int) -> int | None:
    """Return the first id from `begin` on; None when SQLite cannot say, 0 when there is none."""
    sql = f"select id from {table} where id >= ? order by id limit 1"  # noqa: S608 - our names
    try:
        row = conn.execute(sql, (begin,)).fetchone()
    except sqlite3.DatabaseError as error:
        words_of(error)
        return None
    return 0 if row is None else int(row[0])

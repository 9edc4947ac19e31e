"""Ready rows written into the archive's own tables, and into tables that have nothing but columns.

What of the ingest is SQLite's: keys, foreign keys, indexes and full-text search included.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

from benchmarks.cohort import Cohort, MadePlace
from migrator.archive.archive import Archive
from migrator.archive.fulltext import indexed_together
from migrator.archive.intake import read_source
from migrator.sources.place import Place

BATCH = 10_000
TABLES = (
    *("source", "frame", "document", "learner", "identity", "assertion", "evidence", "sighting"),
    "sighting_document",
)
_HIDDEN = 1
"""The first of the marks of columns that are made, not written (sqlite.org, table_xinfo)."""

Ready = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def ready(folder: Path, badges: int) -> Ready:
    """Return the columns and rows of every table that a cohort fills."""
    with Archive.open(folder / "ready.db") as archive:
        read_source(archive, Cohort(badges, each=3), cast(Place, MadePlace()), lambda _: None)
        return {table: _rows(archive.conn, table) for table in TABLES}


def write(rows: Ready, path: Path, *, bare: bool) -> float:
    """Write the rows in large transactions; returns the seconds.

    `bare` tables have the same columns without types, keys, indexes and triggers.
    """
    if bare:
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("pragma page_size = 4096")
        conn.execute("pragma journal_mode = wal")
        conn.execute("pragma synchronous = normal")
        for table, (columns, _) in rows.items():
            conn.execute(f"create table {table} ({', '.join(columns)})")
    else:
        conn = Archive.open(path).conn
    start = time.perf_counter()
    for table, (columns, values) in rows.items():
        marks = ", ".join("?" * len(columns))
        statement = f"insert into {table} ({', '.join(columns)}) values ({marks})"
        for at in range(0, len(values), BATCH):
            some = values[at : at + BATCH]
            conn.execute("begin")
            # As the archive does it: the words of many new addresses are indexed together.
            searched = table == "identity" and not bare
            with indexed_together(conn, some[0][0]) if searched else nullcontext():
                conn.executemany(statement, some)
            conn.execute("commit")
    seconds = time.perf_counter() - start
    conn.close()
    return seconds


def _rows(conn: sqlite3.Connection, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    known = conn.execute(f"pragma table_xinfo({table})").fetchall()
    columns = [column["name"] for column in known if column["hidden"] < _HIDDEN]
    found = conn.execute(f"select {', '.join(columns)} from {table}").fetchall()
    return columns, [tuple(row) for row in found]

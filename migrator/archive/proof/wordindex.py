"""The word indexes (full-text search): held against the tables they are made from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from migrator.archive.proof.damage import Damage, words_of
from migrator.archive.scratch import Scratch

_SHADOWS = ("data", "idx", "docsize", "config")
_CONTENT = re.compile(r"content\s*=\s*[\"'\[]?(\w+)")


def word_indexes(conn: sqlite3.Connection) -> Iterator[Damage]:
    """Yield the word indexes that know other words than their table.

    FTS5 checks itself only where it may write, and a check writes nothing into an archive: each
    index is copied to a database of its own (temporary, gone at the end) and checks itself there.
    """
    for name, sql in conn.execute(
        "select name, sql from sqlite_master where sql like 'create virtual table%using fts5%'"
    ).fetchall():
        content = _CONTENT.search(sql)
        if content is None:  # not one of ours
            continue
        table = content[1]
        try:
            with Scratch() as scratch:
                copy = scratch.conn
                _copy(conn, copy, name, sql, table)
                copy.execute(f"insert into [{name}]([{name}], rank) values ('integrity-check', 1)")  # noqa: S608 - a name of the schema
        except sqlite3.DatabaseError as error:
            yield Damage(
                "word_index",
                name,
                None,
                f"The search does not find every word of {table} ({words_of(error)})."
                " No badge is touched by that; `sqlite-utils rebuild-fts` makes it anew.",
            )


def _copy(
    conn: sqlite3.Connection, copy: sqlite3.Connection, name: str, sql: str, table: str
) -> None:
    columns = ["id", *_columns(conn, name)]
    copy.execute("begin")
    copy.execute(f"create table [{table}] (id integer primary key, {', '.join(columns[1:])})")
    copy.execute(sql)
    _fill(conn, copy, table, columns)
    made = {row[0] for row in copy.execute("select name from sqlite_master")}
    for shadow in _SHADOWS:
        if f"{name}_{shadow}" not in made:  # an index without word counts has no docsize
            continue
        copy.execute(f"delete from [{name}_{shadow}]")  # noqa: S608 - a name of the schema
        _fill(conn, copy, f"{name}_{shadow}", _columns(copy, f"{name}_{shadow}"))
    copy.execute("commit")


def _columns(conn: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"pragma table_info([{table}])")]


def _fill(
    conn: sqlite3.Connection, copy: sqlite3.Connection, table: str, columns: list[str]
) -> None:
    names = ", ".join(f"[{name}]" for name in columns)
    marks = ", ".join("?" * len(columns))
    rows = conn.execute(f"select {names} from [{table}]")  # noqa: S608 - names of the schema
    copy.executemany(f"insert into [{table}] ({names}) values ({marks})", map(tuple, rows))  # noqa: S608 - the same

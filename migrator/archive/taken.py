"""Names that are given out already, in a temporary file of SQLite's: memory stays flat."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import Self


class Taken:
    """Remembers what each name stands for; forgotten when it is closed."""

    def __init__(self) -> None:
        # An empty name is a private database on disk that goes away with its connection.
        self._conn = sqlite3.connect("", isolation_level=None)
        self._conn.execute("pragma journal_mode = off")
        self._conn.execute("pragma synchronous = off")
        self._conn.execute(
            "create table taken (name text primary key, stands_for text not null) without rowid"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._conn.close()

    def get(self, name: str) -> str | None:
        """Return what a name stands for, None when it is free."""
        row = self._conn.execute("select stands_for from taken where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def take(self, name: str, stands_for: str) -> None:
        """Give out a name, or give it another meaning."""
        self._conn.execute("insert or replace into taken values (?, ?)", (name, stands_for))

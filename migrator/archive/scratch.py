"""A private database in a temporary file of SQLite's: memory stays flat, however much is noted."""

from __future__ import annotations

import sqlite3
from typing import Self


class Scratch:
    """Tables on disk that nobody else sees and that are gone when it is closed."""

    def __init__(self, tables: str = "") -> None:
        # An empty name is a private database on disk that goes away with its connection.
        self.conn = sqlite3.connect("", isolation_level=None)
        self.conn.execute("pragma journal_mode = off")
        self.conn.execute("pragma synchronous = off")
        self.conn.executescript(tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self.conn.close()

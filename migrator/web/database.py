"""The live archive as a database of Datasette: only ever read, whatever its path is called."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from datasette.database import Database  # type: ignore[import-untyped] # has no types

from migrator.archive.archive import Archive, reading
from migrator.archive.journal import BUSY_SECONDS

Kept = TypeVar("Kept")


class ArchiveDatabase(Database):  # type: ignore[misc] # Datasette has no types
    """The archive; each thread of Datasette has a connection of its own."""

    def __init__(self, site: Any, path: Path) -> None:
        super().__init__(site, str(path), is_mutable=True)
        self._file = path

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Open the archive for reading; raises RuntimeError where a writer is asked for."""
        if write:
            raise RuntimeError("the desk never writes through Datasette")
        # Datasette puts the path into a URI as it is; one with a ? or % in it would be another.
        uri = f"{self._file.absolute().as_uri()}?{reading(self._file)}"
        conn = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=BUSY_SECONDS)
        conn.execute("pragma trusted_schema = off")
        self._all_file_connections.append(conn)
        return conn

    async def ask(self, work: Callable[[Archive], Kept]) -> Kept:
        """Return what `work` reads; all of it is from one moment, also while others write."""

        def within(conn: sqlite3.Connection) -> Kept:
            conn.execute("begin")
            try:
                return work(Archive(self._file, conn))
            finally:
                conn.commit()  # what a misspelled search has made for itself may stay

        found: Kept = await self.execute_fn(within)
        return found

"""Damage: what is broken in an archive, and which badges hang on it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from migrator import errors


@dataclass(frozen=True, slots=True)
class Dependent:
    """A badge that hangs on something damaged, and the places where it could be found again."""

    assertion_id: int
    badge: str
    learner: str | None
    found_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was kept.

    `code` is a short stable name; `table` and `row` say where (`row` is None when it is not one
    row, or not one that can still be told); `badges` is how many badges hang on it, and
    `dependents` are the first of them.
    """

    code: str
    table: str
    row: int | None
    sentence: str
    badges: int = 0
    dependents: tuple[Dependent, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, in a word or two."""
        return self.table if self.row is None else f"{self.table} {self.row}"


def words_of(error: sqlite3.DatabaseError) -> str:
    """Return SQLite's words about what it cannot read.

    What is no damage is raised on: ArchiveLocked when somebody else holds the file,
    KeyboardInterrupt when a query was stopped.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        raise KeyboardInterrupt from error
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise errors.ArchiveLocked(
            "The archive is being written by another program.",
            "Wait until it has finished, then try again.",
        ) from error
    return str(error)

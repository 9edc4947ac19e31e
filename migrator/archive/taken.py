"""Names that are given out already."""

from __future__ import annotations

from migrator.archive.scratch import Scratch

_TABLE = "create table taken (name text primary key, stands_for text not null) without rowid"


class Taken(Scratch):
    """Remembers what each name stands for; forgotten when it is closed."""

    def __init__(self) -> None:
        super().__init__(_TABLE)

    def get(self, name: str) -> str | None:
        """Return what a name stands for, None when it is free."""
        row = self.conn.execute("select stands_for from taken where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def take(self, name: str, stands_for: str) -> None:
        """Give out a name, or give it another meaning."""
        self.conn.execute("insert or replace into taken values (?, ?)", (name, stands_for))

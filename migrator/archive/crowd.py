"""The people of a batch: asked for at once, and written with the batch where they are new."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from migrator.archive.lookup import looked_up
from migrator.archive.people import People
from migrator.archive.rows import Rows

_SPELLED = """
select value, id, learner_id from identity
where type = 'email' and value collate nocase in (KEYS)
"""


class Crowd(People):
    """As `People`; a learner whose only address nobody has is not written at once.

    `write` writes the rows that wait.
    """

    def __init__(self, conn: sqlite3.Connection, rows: Rows, write: Callable[[], None]) -> None:
        super().__init__(conn, write)
        self._rows = rows
        self._nobodys: set[str] = set()

    def expect(self, addresses: Iterable[str]) -> None:
        """Ask who has these addresses, before `identity` is asked for each."""
        asked = {address.strip() for address in addresses} - self._known.keys()
        # SQLite's comparison without case knows the letters of ASCII only.
        free = {address.lower() for address in asked if address.isascii()}
        self._before_join()
        for value, identity, learner in looked_up(self._conn, _SPELLED, asked):
            free.discard(value.lower())
            self._known[value] = int(identity), int(learner)
        self._nobodys |= free

    def identity(self, address: str) -> tuple[int, int]:
        """Return (identity id, learner id) of one address as spelled."""
        address = address.strip()
        key = address.lower()
        if key not in self._nobodys:
            return super().identity(address)
        self._nobodys.discard(key)
        learner = self._rows.add("learner", None)
        found = self._known[address] = self._rows.add("identity", learner, address), learner
        return found

    def learner(self, addresses: Iterable[str], name: str | None = None) -> int:
        """Return the learner with these addresses, as `People` does."""
        wanted = list(addresses)
        self._before_join()
        self._nobodys.difference_update(address.strip().lower() for address in wanted)
        return super().learner(wanted, name)

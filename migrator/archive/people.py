"""Learners and the addresses they are known under."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable


class People:
    """Finds or makes the learner behind addresses, within one transaction.

    Addresses are compared without regard to case, and every spelling met is kept: hashed
    recipients depend on it. `before_join` is called before two learners become one, so that rows
    that still wait are written while both are there.
    """

    def __init__(self, conn: sqlite3.Connection, before_join: Callable[[], None]) -> None:
        self._conn = conn
        self._before_join = before_join
        self._known: dict[str, tuple[int, int]] = {}

    def learner(self, addresses: Iterable[str], name: str | None = None) -> int:
        """Return the learner with these addresses, made or joined from several if need be.

        Raises ValueError when none of the addresses says anything: nobody is known by a blank.
        """
        wanted = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
        if not wanted:
            raise ValueError("a learner is known by at least one address")
        learners = sorted({found for address in wanted if (found := self._find(address))})
        learner = learners[0] if learners else self._new(name)
        for other in learners[1:]:
            self._join(learner, other)
        for address in wanted:
            self._conn.execute(
                "insert into identity (learner_id, value) select ?1, ?2 where not exists"
                " (select 1 from identity where type = 'email' and value = ?2 collate nocase"
                " and value = ?2)",
                (learner, address),
            )
        if name:
            self._conn.execute(
                "update learner set name = ? where id = ? and name is null", (name, learner)
            )
        return learner

    def identity(self, address: str) -> tuple[int, int]:
        """Return (identity id, learner id) of one address as spelled."""
        address = address.strip()
        found = self._known.get(address)
        if found is None:
            found = self._spelled_so(address)
            if found is None:
                self.learner([address])
                found = self._spelled_so(address)
                assert found is not None
            self._known[address] = found
        return found

    def _spelled_so(self, address: str) -> tuple[int, int] | None:
        row = self._conn.execute(
            "select id, learner_id from identity where type = 'email'"
            " and value = ?1 collate nocase and value = ?1",
            (address,),
        ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def _find(self, address: str) -> int | None:
        row = self._conn.execute(
            "select learner_id from identity where value = ? collate nocase", (address,)
        ).fetchone()
        return None if row is None else int(row[0])

    def _new(self, name: str | None) -> int:
        return int(
            self._conn.execute("insert into learner (name) values (?)", (name,)).lastrowid or 0
        )

    def _join(self, learner: int, other: int) -> None:
        self._before_join()
        for statement in (
            "update identity set learner_id = ? where learner_id = ?",
            "update assertion set learner_id = ? where learner_id = ?",
            "update collection set learner_id = ? where learner_id = ?",
            "update account set learner_id = ? where learner_id = ?",
            "update note set learner_id = ? where learner_id = ?",
        ):
            self._conn.execute(statement, (learner, other))
        self._conn.execute(
            "update learner set name = coalesce(name, (select name from learner where id = ?))"
            " where id = ?",
            (other, learner),
        )
        self._conn.execute("delete from learner where id = ?", (other,))
        self._known.clear()

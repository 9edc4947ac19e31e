"""Joining archives: everything another archive holds is kept in ours too, once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, alone
from migrator.archive.life.books import recount
from migrator.archive.life.foreign import attached
from migrator.archive.life.knowledge import learn_more
from migrator.archive.life.mapping import Copied, copy, create_map, forget_maps, value
from migrator.archive.life.tables import ACCOUNT, AFTER_PEOPLE, ASSERTION, BEFORE_PEOPLE
from migrator.archive.people import People

_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Joined:
    """What an archive brought: `badges = archived + known`; the rest are rows that were new."""

    path: str
    badges: int
    archived: int
    known: int
    sightings: int
    learners: int
    transfers: int

    @property
    def balances(self) -> bool:
        """Whether every badge of the other archive is in ours."""
        return self.badges == self.archived + self.known


def join(archive: Archive, path: Path, watch: Callable[[int], None]) -> Joined:
    """Take over everything of the archive at `path`, in batches that are kept as they come.

    Sources are the same when adapter and place are; learners when they share an address. Of two
    transfers of one badge the further one stays; of two that say it was over there, the later.
    Joining again adds nothing, and goes on after an interruption; which archive comes first makes
    no difference. `watch` is told how many of the other's badges have been taken. Examine the other
    archive first (`foreign.examine`). Raises ArchiveLocked when another process is at work on ours.
    """
    with alone(archive, f"merge {path.name}") as lease, attached(archive, path):
        try:
            return _Union(archive, lease, path, watch).run()
        finally:
            forget_maps(archive.conn)


class _Union:
    def __init__(
        self, archive: Archive, lease: Lease, path: Path, watch: Callable[[int], None]
    ) -> None:
        self._archive = archive
        self._lease = lease
        self._path = path
        self._watch = watch

    def run(self) -> Joined:
        before = self._counts()
        # Rows that come in over there from now on are left for the next time.
        tables = (*BEFORE_PEOPLE, ASSERTION, ACCOUNT, *AFTER_PEOPLE)
        upto = {one.table: self._last(one.table) for one in tables}
        for one in BEFORE_PEOPLE:
            self._copy(one, upto)
        self._people()
        # An account may belong to a learner, and a badge to be told apart by its learner.
        for one in (ASSERTION, ACCOUNT, *AFTER_PEOPLE):
            self._copy(one, upto)
        with self._archive.writing() as conn:
            conn.execute(_MOVED)
            conn.execute(_STATES)
            recount(conn)
        after = self._counts()
        badges = self._one("select count(*) from temp.map_assertion")
        new = {table: after[table] - before[table] for table in after}
        return Joined(
            path=str(self._path),
            badges=badges,
            archived=new["assertion"],
            known=badges - new["assertion"],
            sightings=new["sighting"],
            learners=new["learner"],
            transfers=new["transfer"],
        )

    def _copy(self, one: Copied, upto: dict[str, int]) -> None:
        create_map(self._archive.conn, one.table)
        first = 0
        while (last := self._batch_end(one.table, first, upto[one.table])) is not None:
            with self._archive.writing() as conn:
                copy(conn, one, first + 1, last)
                if one is ASSERTION:
                    learn_more(conn, first + 1, last)
                self._lease.renew_in(conn)
            first = last
            if one is ASSERTION:
                self._watch(self._one("select count(*) from temp.map_assertion"))

    def _batch_end(self, table: str, after: int, upto: int) -> int | None:
        row = self._archive.one(
            f"select max(id) from (select id from other.{table} where id > ? and id <= ?"  # noqa: S608 - our own table names
            " order by id limit ?)",
            *(after, upto, _ROWS),
        )
        return None if row is None else row[0]

    def _people(self) -> None:
        for table in ("learner", "identity"):
            create_map(self._archive.conn, table)
        last = 0
        while rows := self._archive.all(_PEOPLE, last, _ROWS):
            last = rows[-1]["id"]
            with self._archive.writing() as conn:
                people = People(conn, lambda: None)
                for row in rows:
                    self._person(conn, people, row)
                self._lease.renew_in(conn)
        # Learners that were told apart may be one in the end, so they are mapped at the end.
        with self._archive.writing() as conn:
            conn.execute(_MAP_IDENTITIES)
            conn.execute(_MAP_LEARNERS)

    def _person(self, conn: sqlite3.Connection, people: People, row: sqlite3.Row) -> None:
        addresses = [
            one[0]
            for one in conn.execute(
                "select value from other.identity where learner_id = ? order by id", (row["id"],)
            )
        ]
        if not addresses:
            return
        learner = people.learner(addresses)
        # Of two names the one that comes first in the alphabet, whichever archive came first.
        conn.execute(
            "update learner set name = ?1 where id = ?2 and ?1 is not null"
            " and (name is null or name > ?1)",
            (row["name"], learner),
        )

    def _counts(self) -> dict[str, int]:
        return {
            table: self._one(f"select count(*) from main.{table}")  # noqa: S608 - our own table names
            for table in ("assertion", "sighting", "learner", "transfer")
        }

    def _last(self, table: str) -> int:
        return self._one(f"select coalesce(max(id), 0) from other.{table}")  # noqa: S608 - our own table names

    def _one(self, sql: str) -> int:
        row = self._archive.one(sql)
        return int(row[0]) if row else 0


_PEOPLE = "select id, name from other.learner where id > ? order by id limit ?"
_MAP_IDENTITIES = """
insert into temp.map_identity select o.id, m.id from other.identity as o
join main.identity as m
  on m.value = o.value collate nocase and m.type = o.type and m.value = o.value
"""
_MAP_LEARNERS = """
insert into temp.map_learner select o.learner_id, min(m.learner_id) from other.identity as o
join main.identity as m
  on m.value = o.value collate nocase and m.type = o.type and m.value = o.value
group by o.learner_id
"""
# What one archive has moved, another has found there later: it was moved, not there before.
_MOVED = """
update main.transfer set state = 'done'
where state = 'already_there' and route is not 'reaward'
  and id in (select new from temp.map_transfer)
  and exists (select 1 from main.attempt
    where attempt.transfer_id = transfer.id and attempt.outcome = 'done')
"""
# Only now is everything of these sources here. One reading to the end is enough.
_STATES = f"""
update main.source set state = 'complete' where id in
  (select {value("id", {"id": "source"})} from other.source as o where o.state = 'complete')
"""  # noqa: S608 - our own names

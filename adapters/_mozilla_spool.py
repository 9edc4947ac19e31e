"""What the first pass over a Backpack's dump keeps for the second: a temporary file on disk.

The dump has badges before images, and collections and people last, so nothing can be handed on
before all of it was seen once. The archive is the home of SQL; this file is not the archive: it is
private to one reading, holds no secret, and is deleted with it. tempfile honours TMPDIR.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

_TABLES = """
create table badge (
  number integer primary key, id integer, user_id integer, hash text, email text, endpoint text,
  signature text, added_at text, body blob);
create table learner (
  number integer primary key, id integer, name text, first text, second text, third text,
  fourth text);
create table collection (
  number integer primary key, id integer, user_id integer, name text, url text, public integer,
  badges blob);
create table portfolio (
  collection_id integer primary key, id integer, number integer, title text, subtitle text,
  preamble text, stories blob);
create table membership (badge_id integer, collection_id integer, position integer, story text);
create table copy (
  badge_id integer primary key, collection_number integer, collection_id integer, user_id integer,
  document blob);
"""
_INDEXES = """
create index badge_hash on badge (hash);
create index badge_id on badge (id);
create index badge_owner on badge (user_id, email);
create index learner_id on learner (id);
create index collection_id on collection (id);
"""
_ADDRESS = "coalesce(learner.first, learner.second, learner.third, learner.fourth)"
_OWNER = f"(select {_ADDRESS} from learner where learner.id = %s.user_id)"  # noqa: S608 (constants)
_BADGE_COLUMNS = "number, id, user_id, hash, email, endpoint, signature, added_at, body"
_BADGE = f"select {_BADGE_COLUMNS}, {_OWNER % 'badge'} from badge"  # noqa: S608 (constants)


class BadgeRow(NamedTuple):
    """A row of table badge; `number` counts them from 1, `owner` is its user's primary address."""

    number: int
    id: int | None
    user_id: int | None
    hash: str
    email: str | None
    endpoint: str | None
    signature: str | None
    added_at: str | None
    body: bytes | None
    owner: str | None = None


class LearnerRow(NamedTuple):
    """A row of table user, without its secrets."""

    number: int
    id: int | None
    name: str | None
    addresses: tuple[str | None, ...]


class CollectionRow(NamedTuple):
    """A row of table group; `owner` is an address of its user."""

    number: int
    id: int
    user_id: int | None
    name: str | None
    url: str | None
    public: bool
    badges: bytes
    owner: str | None = None


class PortfolioRow(NamedTuple):
    """A row of table portfolio: what the public page of a collection said."""

    collection_id: int
    id: int
    number: int
    title: str | None
    subtitle: str | None
    preamble: str | None
    stories: bytes | None


class CopyRow(NamedTuple):
    """A deleted badge of which a collection has kept a copy (JSON, as the browser had it)."""

    badge_id: int
    collection_number: int
    collection_id: int
    owner: str | None
    document: bytes


class Spool:
    """Written during the first pass, then `seal`ed and read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.executescript(_TABLES)
        self._db.execute("begin")

    def add_badge(self, row: BadgeRow) -> None:
        """Keep a row of table badge."""
        self._db.execute("insert into badge values (?,?,?,?,?,?,?,?,?)", row[:9])

    def add_learner(self, row: LearnerRow) -> None:
        """Keep a row of table user: `addresses` are its four columns, the primary one first."""
        self._db.execute("insert into learner values (?,?,?,?,?,?,?)", (*row[:3], *row.addresses))

    def add_collection(self, row: CollectionRow) -> None:
        """Keep a row of table group."""
        self._db.execute("insert into collection values (?,?,?,?,?,?,?)", row[:7])

    def add_portfolio(self, row: PortfolioRow) -> None:
        """Keep a row of table portfolio if it is the latest of its collection (highest id)."""
        self._db.execute(
            "insert into portfolio values (?,?,?,?,?,?,?) on conflict (collection_id) do update"
            " set id = excluded.id, number = excluded.number, title = excluded.title,"
            " subtitle = excluded.subtitle, preamble = excluded.preamble,"
            " stories = excluded.stories where excluded.id > portfolio.id",
            row,
        )

    def seal(self) -> None:
        """Make the rows findable; to be called once, between writing and reading."""
        self._db.executescript(_INDEXES)
        self._db.execute("begin")

    def add_membership(
        self, badge_id: int, collection_id: int, place: int, story: str | None
    ) -> None:
        """Keep a badge's place in a collection."""
        self._db.execute(
            "insert into membership values (?,?,?,?)", (badge_id, collection_id, place, story)
        )

    def add_copy(self, badge_id: int, collection: CollectionRow, document: bytes) -> None:
        """Keep the copy of a deleted badge, the first one met."""
        self._db.execute(
            "insert into copy values (?,?,?,?,?) on conflict do nothing",
            (badge_id, collection.number, collection.id, collection.user_id, document),
        )

    def seal_memberships(self) -> None:
        """Make memberships findable; to be called once, after the last collection was read."""
        self._db.execute("create index membership_badge on membership (badge_id)")
        self._db.execute("create index membership_collection on membership (collection_id)")

    def learners(self) -> Iterator[LearnerRow]:
        """Yield each user with all addresses known for it: its own, then those of its badges."""
        awarded = "select distinct email from badge where user_id = ? and email <> '' order by 1"
        for number, user_id, name, *own in self._db.execute(
            "select * from learner order by number"
        ):
            more = [email for (email,) in self._db.execute(awarded, (user_id,))]
            addresses = dict.fromkeys(address for address in (*own, *more) if address)
            yield LearnerRow(number, user_id, name, tuple(addresses))

    def collections(self) -> Iterator[CollectionRow]:
        """Yield each collection with an address of its owner: a user's, else a badge's."""
        found = self._db.execute(
            f"select *, coalesce({_OWNER % 'collection'},"  # noqa: S608 (constants)
            " (select min(email) from badge where badge.user_id = collection.user_id))"
            " from collection order by number"
        )
        return map(CollectionRow._make, found)

    def portfolio(self, collection_id: int) -> PortfolioRow | None:
        """Return the latest portfolio of a collection."""
        found = self._db.execute(
            "select * from portfolio where collection_id = ?", (collection_id,)
        ).fetchone()
        return found and PortfolioRow._make(found)

    def lost_portfolios(self) -> Iterator[PortfolioRow]:
        """Yield the portfolios whose collection is not in the dump."""
        found = self._db.execute(
            "select * from portfolio where not exists"
            " (select 1 from collection where collection.id = portfolio.collection_id)"
            " order by number"
        )
        return map(PortfolioRow._make, found)

    def live_id(self, badge_id: int, body_hash: str) -> int | None:
        """Return the id of the badge with this id, else with this body hash; None when deleted."""
        found = self._db.execute(
            "select id from badge where id = ? union all select id from badge where hash = ?"
            " and id is not null limit 1",
            (badge_id, body_hash),
        ).fetchone()
        return found and int(found[0])

    def dangling(self, collection_id: int) -> Iterable[tuple[int, str | None]]:
        """Return ids (and stories) a collection has for badges of which nothing is left."""
        return self._db.execute(
            "select badge_id, story from membership where collection_id = ?"
            " and not exists (select 1 from badge where badge.id = membership.badge_id)"
            " and not exists (select 1 from copy where copy.badge_id = membership.badge_id)"
            " order by position",
            (collection_id,),
        ).fetchall()

    def memberships(self, badge_id: int | None) -> list[tuple[int, int, str | None]]:
        """Return (collection id, position, story) for each collection a badge is in."""
        return self._db.execute(
            "select collection_id, position, story from membership where badge_id = ?"
            " order by collection_id, position",
            (badge_id,),
        ).fetchall()

    def badges(self, body_hash: str | None = None) -> Iterator[BadgeRow]:
        """Yield the badges with this body hash, or all of them, in the order of the dump."""
        if body_hash is None:
            found = self._db.execute(_BADGE + " order by number")
        else:
            found = self._db.execute(_BADGE + " where hash = ? order by number", (body_hash,))
        return map(BadgeRow._make, found)

    def last_number(self) -> int:
        """Return the highest row number in table badge, 0 without rows."""
        return int(self._db.execute("select coalesce(max(number), 0) from badge").fetchone()[0])

    def some_copies(self) -> bytes:
        """Return the badges of the first collection that keeps whole copies, empty without one."""
        found = self._db.execute(
            "select badges from collection where instr(badges, cast('\"imageUrl\"' as blob)) > 0"
            " order by number limit 1"
        ).fetchone()
        return bytes(found[0]) if found else b""

    def copies(self) -> Iterator[CopyRow]:
        """Yield the deleted badges that live on in collections."""
        found = self._db.execute(
            "select badge_id, collection_number, collection_id,"  # noqa: S608 (constants)
            f" {_OWNER % 'copy'}, document from copy order by badge_id"
        )
        return map(CopyRow._make, found)


@contextmanager
def spool() -> Iterator[Spool]:
    """Give a spool in a folder only this user can read, and delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="badge-migrator-") as folder:
        database = sqlite3.connect(Path(folder) / "spool.db", isolation_level=None)
        with closing(database) as connection:
            for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-16000"):
                connection.execute(f"pragma {pragma}")
            yield Spool(connection)

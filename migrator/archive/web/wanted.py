"""Which web addresses badges hang on, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.scratch import Scratch

_TABLES = """
create table address (
  id integer primary key,
  host text not null,
  path text not null,
  query text not null,
  kind text not null,
  rank integer not null,
  needed integer not null,
  file text,
  how text,
  why text not null default '',
  media_type text,
  digest text,
  size integer,
  origin text,
  captured_at text,
  note text not null default '',
  unique (host, path, query)
);
create table spelling (
  address_id integer not null,
  url text not null,
  primary key (address_id, url)
) without rowid;
create table badge (
  assertion_id integer not null,
  address_id integer not null,
  needed integer not null,
  primary key (assertion_id, address_id)
) without rowid;
create index badge_address on badge (address_id, needed);
"""
KINDS = ("assertion", "badge_class", "issuer", "key", "revocation_list", "image", "page")
"""What can stand at an address; where one is two things, the first of them counts."""

_COLUMNS = (
    "address.id, path, query, kind, address.needed,"
    " (select min(url) from spelling where address_id = address.id),"
    " (select count(*) from badge where address_id = address.id), file, how, why, media_type,"
    " digest, size, origin, captured_at, note"
)
_LATER = (*("file", "how", "why", "media_type", "digest", "size", "origin", "captured_at", "note"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an address.

    `file` is None for what is missing; then `why` says why, else why it cannot stand at its own
    path.
    """

    file: str | None = None
    how: str | None = None
    why: str = ""
    media_type: str | None = None
    digest: str | None = None
    size: int | None = None
    origin: str | None = None
    captured_at: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place(Settled):
    """One address of a host: what should stand there, how many badges want it, what does.

    `needed` says that a backpack refuses those badges without it.
    """

    id: int
    path: str
    query: str
    kind: str
    needed: bool
    url: str
    badges: int


class Wanted(Scratch):
    """The addresses that chosen badges hang on; forgotten when it is closed."""

    def __init__(self) -> None:
        super().__init__(_TABLES)

    def want(
        self,
        assertion_id: int,
        where: tuple[str, str, str],
        url: str,
        kind: str,
        *,
        needed: bool,
    ) -> None:
        """Note that a badge wants what stands at (host, path, query), spelled `url`."""
        number = self.conn.execute(
            "insert into address (host, path, query, kind, rank, needed) values (?, ?, ?, ?, ?, ?)"
            " on conflict do update set needed = max(needed, excluded.needed),"
            " kind = iif(excluded.rank < rank, excluded.kind, kind),"
            " rank = min(rank, excluded.rank) returning id",
            (*where, kind, KINDS.index(kind), needed),
        ).fetchone()[0]
        self.conn.execute("insert or ignore into spelling values (?, ?)", (number, url))
        self.conn.execute(
            "insert into badge values (?, ?, ?) on conflict do update"
            " set needed = max(needed, excluded.needed)",
            (assertion_id, number, needed),
        )

    def hosts(self) -> list[tuple[str, int, int]]:
        """Return (host, badges, addresses) for every host, most badges first."""
        rows = self.conn.execute(
            "select host, count(distinct assertion_id), count(distinct address_id)"
            " from address join badge on badge.address_id = address.id"
            " group by host order by 2 desc, host"
        ).fetchall()
        return [tuple(row) for row in rows]

    def places(self, host: str, *, missing: bool | None = None) -> Iterator[Place]:
        """Yield the addresses of a host by path and query: all, the missing, or the others."""
        last = ("", "")
        while rows := self.conn.execute(
            f"select {_COLUMNS} from address where host = ?1 and (path, query) > (?2, ?3)"  # noqa: S608 - columns of our own
            " and (?4 is null or (file is null) = ?4) order by path, query limit 500",
            (host, *last, missing),
        ).fetchall():
            last = (rows[-1][1], rows[-1][2])
            for row in rows:
                yield Place(
                    *(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6]),
                    **dict(zip(_LATER, row[7:], strict=True)),
                )

    def spellings(self, place_id: int) -> list[str]:
        """Return every URL by which badges name an address, sorted."""
        rows = self.conn.execute(
            "select url from spelling where address_id = ? order by url", (place_id,)
        ).fetchall()
        return [row[0] for row in rows]

    def badges_of(self, place_id: int, limit: int) -> list[int]:
        """Return the ids of the first badges that want an address."""
        rows = self.conn.execute(
            "select assertion_id from badge where address_id = ? order by 1 limit ?",
            (place_id, limit),
        ).fetchall()
        return [row[0] for row in rows]

    def has_below(self, host: str, path: str) -> bool:
        """Say whether any address of a host stands below a path, as `/a/b` below `/a`."""
        row = self.conn.execute(
            "select 1 from address where host = ? and path > ? and path < ? limit 1",
            (host, f"{path}/", f"{path}0"),
        ).fetchone()
        return row is not None

    def settle(self, place_id: int, settled: Settled) -> None:
        """Note what became of an address."""
        self.conn.execute(
            "update address set file = ?, how = ?, why = ?, media_type = ?, digest = ?, size = ?,"
            " origin = ?, captured_at = ?, note = ? where id = ?",
            (
                *(settled.file, settled.how, settled.why, settled.media_type, settled.digest),
                *(settled.size, settled.origin, settled.captured_at, settled.note, place_id),
            ),
        )

    # A cross join keeps SQLite from going through all addresses of a host for each badge.

    def badges(self, host: str) -> Iterator[tuple[int, int]]:
        """Yield (assertion id, how many addresses of this host it needs and lacks), by id."""
        last = 0
        while rows := self.conn.execute(
            "select assertion_id, sum(badge.needed and file is null) from badge"
            " cross join address on address.id = badge.address_id"
            " where host = ? and assertion_id > ? group by assertion_id"
            " order by assertion_id limit 500",
            (host, last),
        ).fetchall():
            last = rows[-1][0]
            yield from ((row[0], row[1]) for row in rows)

    def lacked(self, assertion_id: int, host: str) -> list[str]:
        """Return the addresses of a host that a badge needs and that are missing."""
        rows = self.conn.execute(
            "select (select min(url) from spelling where address_id = address.id) from badge"
            " cross join address on address.id = badge.address_id where assertion_id = ?"
            " and host = ? and badge.needed and file is null order by path, query",
            (assertion_id, host),
        ).fetchall()
        return [row[0] for row in rows]

    def elsewhere(self, assertion_id: int, host: str) -> list[str]:
        """Return the other hosts that a badge needs."""
        rows = self.conn.execute(
            "select distinct host from badge cross join address on address.id = badge.address_id"
            " where assertion_id = ? and host <> ? and badge.needed order by host",
            (assertion_id, host),
        ).fetchall()
        return [row[0] for row in rows]

    def kinds(self, host: str) -> dict[tuple[str, bool], int]:
        """Return how many addresses of each kind of a host are there or (True) missing."""
        rows = self.conn.execute(
            "select kind, file is null, count(*) from address where host = ? group by 1, 2 order"
            " by rank",
            (host,),
        ).fetchall()
        return {(row[0], bool(row[1])): row[2] for row in rows}

    def twins(self, host: str) -> frozenset[tuple[str, str]]:
        """Return the (path, query) of a host that differ from another's query in case only."""
        rows = self.conn.execute(
            "select path, query from address where host = ?1 and (path, lower(query)) in"
            " (select path, lower(query) from address where host = ?1 and query <> ''"
            " group by 1, 2 having count(*) > 1)",
            (host,),
        ).fetchall()
        return frozenset((row[0], row[1]) for row in rows)

    def schemes(self, host: str) -> set[str]:
        """Return which of http and https the badges name a host with."""
        rows = self.conn.execute(
            "select distinct lower(substr(url, 1, 5)) from spelling"
            " join address on address.id = address_id where host = ?",
            (host,),
        ).fetchall()
        return {"https" if row[0] == "https" else "http" for row in rows}

    def stands_on(self, host: str, kind: str) -> bool:
        """Say whether anything of this kind is wanted of a host."""
        row = self.conn.execute(
            "select 1 from address where host = ? and kind = ? limit 1", (host, kind)
        ).fetchone()
        return row is not None

    def needed_count(self, host: str, *, missing: bool) -> int:
        """Return how many addresses of a host badges cannot do without, there or missing."""
        row = self.conn.execute(
            "select count(*) from address where host = ? and needed and (file is null) = ?",
            (host, missing),
        ).fetchone()
        return int(row[0])

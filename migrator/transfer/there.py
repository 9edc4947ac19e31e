"""What an account holds over there, noted on disk so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from migrator.archive.scratch import Scratch
from migrator.destinations.base import Held
from migrator.openbadges.identity import canonical_url

_TABLE = """
create table there (number integer primary key, remote_id text not null,
  open_badge_id text not null, pending integer not null, fit text not null default 'unknown');
create index there_id on there (open_badge_id);
create index there_remote on there (remote_id);
"""
_PAGE = 200


class Fit(StrEnum):
    """Whether the archive knows a badge that is there.

    `copy` is a second one of a badge it knows (such as its twin with `?v=1_1`), `elsewhere` one
    that it holds, though it was not moved by this account.
    """

    KNOWN = "known"
    COPY = "copy"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class There(Scratch):
    """The badges an account holds, by their ids; forgotten when it is closed."""

    def __init__(self) -> None:
        super().__init__(_TABLE)
        self.badges = 0

    def add(self, page: Iterable[Held]) -> None:
        """Note some more badges; one that was noted before counts once."""
        rows = [(one.remote_id, canonical_url(one.open_badge_id), one.pending) for one in page]
        self.badges += self.conn.executemany(
            "insert into there (remote_id, open_badge_id, pending) select ?1, ?2, ?3"
            " where not exists (select 1 from there where remote_id = ?1 and open_badge_id = ?2)",
            rows,
        ).rowcount

    def of(self, open_badge_id: str, remote_id: str | None = None) -> Held | None:
        """Return the badge with an id in canonical form; of two copies the one with `remote_id`."""
        row = self.conn.execute(
            "select remote_id, open_badge_id, pending from there where open_badge_id = ?"
            " order by remote_id is not ?, number limit 1",
            (open_badge_id, remote_id),
        ).fetchone()
        return None if row is None else Held(row[0], row[1], bool(row[2]))

    def at(self, remote_id: str) -> Held | None:
        """Return the badge with a remote id."""
        row = self.conn.execute(
            "select remote_id, open_badge_id, pending from there where remote_id = ?", (remote_id,)
        ).fetchone()
        return None if row is None else Held(row[0], row[1], bool(row[2]))

    def fits(self, held: Held) -> None:
        """Note that the archive knows a badge; all others with its id are copies of it."""
        self.conn.execute(
            "update there set fit = case when remote_id = ?1 then 'known' else 'copy' end"
            " where (remote_id = ?1 or open_badge_id = ?2) and fit <> 'known'",
            (held.remote_id, held.open_badge_id),
        )

    def is_elsewhere(self, held: Held) -> None:
        """Note that the archive holds a badge, though this account has not moved it."""
        self.conn.execute(
            "update there set fit = 'elsewhere' where remote_id = ?", (held.remote_id,)
        )

    def unknown(self) -> Iterator[Held]:
        """Yield the badges of which nothing else was noted, in their order."""
        last = 0
        while rows := self.conn.execute(
            "select number, remote_id, open_badge_id, pending from there where fit = 'unknown'"
            " and number > ? order by number limit ?",
            (last, _PAGE),
        ).fetchall():
            last = rows[-1][0]
            yield from (Held(row[1], row[2], bool(row[3])) for row in rows)

    def fit(self) -> dict[Fit, int]:
        """Return how many badges fit in which way; their sum is all that are there."""
        rows = self.conn.execute("select fit, count(*) from there group by fit").fetchall()
        return {Fit(row[0]): row[1] for row in rows}

"""What is looked for again: badges with the addresses the archive knows of, and a run's books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.originals import readable_rows
from migrator.archive.scratch import Scratch


@dataclass(frozen=True, slots=True)
class Sought:
    """One badge with the addresses its normal form names.

    `unread` says that only its address is known, `unnamed` that its badge class is not.
    """

    assertion_id: int
    hosted_url: str | None
    verification: str
    verification_url: str | None
    issued_on: str | None
    image: str | None
    unread: bool
    unnamed: bool
    class_url: str | None
    class_image: str | None
    criteria_url: str | None
    issuer_url: str | None
    issuer_image: str | None
    revocation_list: str | None


_SOUGHT = """
select assertion.id, hosted_url, verification, verification_url, issued_on, assertion.image,
  version is null, badge_class_id is null, badge_class.url_id, badge_class.image, criteria_url,
  issuer.url_id, issuer.image, revocation_list
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
"""
_EVERYBODY = _SOUGHT + " where assertion.id > ?2 and ?1 is null order by assertion.id limit ?3"
_ONE_LEARNER = (
    _SOUGHT + " where learner_id = ?1 and assertion.id > ?2 order by assertion.id limit ?3"
)
_BOOKS = """
create table address (
  url text primary key,
  host text not null,
  kind text not null,
  state text not null
) without rowid;
"""


def badges_sought(
    archive: Archive, learner_id: int | None = None, batch: int = 200
) -> Iterator[Sought]:
    """Yield every badge (or one learner's) by id; memory does not grow with the archive."""
    query = _EVERYBODY if learner_id is None else _ONE_LEARNER
    last = 0
    while rows := readable_rows(archive, query, learner_id, last, batch):
        last = rows[-1][0]
        yield from (Sought(*row) for row in rows)


class Books(Scratch):
    """What became of each address in one run; forgotten when it is closed."""

    def __init__(self) -> None:
        super().__init__(_BOOKS)

    def state(self, url: str) -> str | None:
        """Return what has become of an address, None for one not met yet."""
        row = self.conn.execute("select state from address where url = ?", (url,)).fetchone()
        return None if row is None else str(row[0])

    def settle(self, url: str, host: str, kind: str, state: str) -> None:
        """Note what has become of an address, in place of what was noted before."""
        self.conn.execute(
            "insert or replace into address values (?, ?, ?, ?)", (url, host, kind, state)
        )

    def counts(self) -> dict[str, int]:
        """Return how many addresses are in each state."""
        return dict(self.conn.execute("select state, count(*) from address group by 1").fetchall())

    def kinds(self, *states: str) -> dict[str, int]:
        """Return how many addresses of each kind are in one of these states."""
        found: dict[str, int] = {}
        for kind, state, count in self.conn.execute(
            "select kind, state, count(*) from address group by 1, 2 order by 1"
        ):
            if state in states:
                found[kind] = found.get(kind, 0) + count
        return found

    def busiest_host(self, *states: str) -> str | None:
        """Return the host with the most addresses in one of these states, None without any."""
        marks = ", ".join("?" * len(states))
        row = self.conn.execute(
            f"select host from address where state in ({marks}) group by 1"  # noqa: S608 - question marks
            " order by count(*) desc, host limit 1",
            states,
        ).fetchone()
        return None if row is None else str(row[0])

"""Badges whose recipient is a hash, and the addresses it could be the hash of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.people import People
from migrator.archive.trouble import explained


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an address is: a learner's, or that of the account it was told for (the other 0)."""

    learner_id: int = 0
    account_id: int = 0


def addresses(archive: Archive) -> Iterator[tuple[str, Owner]]:
    """Yield (address as spelled, whose it is) of everybody the archive knows or was told of.

    Nothing is to be written while this goes on; memory does not grow with the number of people.
    """
    with explained(archive.path):
        for value, learner, account in archive.conn.execute(_ADDRESSES):
            yield value, Owner(learner, account)


def of_learner(archive: Archive, learner_id: int) -> tuple[str, ...]:
    """Return every address a learner is known under, as spelled."""
    rows = archive.all(
        "select value from identity where type = 'email' and learner_id = ? order by id", learner_id
    )
    return tuple(row[0] for row in rows)


def badges_of(archive: Archive, learner_id: int) -> list[int]:
    """Return the ids of a learner's assertions."""
    rows = archive.all("select id from assertion where learner_id = ? order by id", learner_id)
    return [row[0] for row in rows]


def unassigned(archive: Archive) -> list[tuple[int, str, str | None]]:
    """Return (assertion id, recipient hash, salt) of badges that have no learner yet."""
    rows = archive.all(
        "select id, recipient_identity, recipient_salt from assertion where learner_id is null"
        " and recipient_identity like '%$%' order by id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def assign(archive: Archive, found: Iterable[tuple[int, str, Owner]]) -> None:
    """Give badges to the owners of addresses: (assertion id, address, owner).

    A badge proves an address that was only told: it becomes one of the account's learner, who is
    made if nobody is known there yet.
    """
    with archive.writing() as conn:
        people = People(conn, lambda: None)
        told: dict[tuple[str, int], int] = {}
        for assertion_id, address, owner in found:
            learner = owner.learner_id
            if not learner:
                key = address, owner.account_id
                if key not in told:
                    row = conn.execute(_LEARNER, (owner.account_id,)).fetchone()
                    told[key] = people.learner([*filter(None, (row[0],)), address])
                learner = told[key]
                conn.execute(_OF_ACCOUNT, (learner, owner.account_id))
            conn.execute(
                "update assertion set learner_id = ?2 where id = ?1 and learner_id is null",
                (assertion_id, learner),
            )


_ADDRESSES = """
select value, learner_id, 0 from identity where type = 'email'
union all select value, 0, account_id from account_address
where not exists (select 1 from identity
  where identity.value = account_address.value collate nocase)
"""
_LEARNER = """
select (select value from identity where identity.learner_id = account.learner_id
  order by id limit 1) from account where id = ?
"""
_OF_ACCOUNT = "update account set learner_id = ? where id = ? and learner_id is null"

"""Learners told apart or put together by a person: merged, split, given another address."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.offers import nobody
from migrator.archive.people import People
from migrator.archive.stories import learners_like
from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import case_variants, matches


@dataclass(frozen=True, slots=True)
class Learner:
    """A person: the addresses as spelled, and how much hangs on them."""

    id: int
    name: str | None
    addresses: tuple[str, ...]
    badges: int
    collections: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a change does: the learners as they are afterwards, and what it moves.

    `done` is false where there is nothing to do. `planned_anew` counts the transfers that are put
    back, to be planned again.
    """

    done: bool
    learners: tuple[Learner, ...]
    badges: int = 0
    planned_anew: int = 0


class _OnlyShown(Exception):
    """Ends a change that is only to be shown."""


def known(archive: Archive, text: str) -> list[Learner]:
    """Return the learners whose address is `text`, else those with it in an address or name."""
    return [_learner(archive.conn, one) for one in learners_like(archive, text, limit=100)]


def merge(archive: Archive, one: str, other: str, *, keep: bool = True) -> Change:
    """Make one learner of the two who are known under these addresses.

    Without `keep` nothing is written: what is returned is what would be. Raises errors.Usage when
    an address is nobody's.
    """

    def work(conn: sqlite3.Connection) -> Change:
        first, second = sorted((_holder(archive, one), _holder(archive, other)))
        if first == second:
            return Change(done=False, learners=(_learner(conn, first),))
        moved = _badges(conn, second)
        learner = People(conn, lambda: None).learner([one, other])
        anew = _plan_anew(conn, learner, archive.now())
        return Change(True, (_learner(conn, learner),), moved, anew)

    return _changed(archive, work, keep=keep)


def add_address(archive: Archive, known_as: str, new: str, *, keep: bool = True) -> Change:
    """Note another address of the learner known under `known_as`.

    Without `keep` nothing is written. Raises errors.Usage when the address is nobody's, the new
    one is no address, or it belongs to somebody else.
    """
    new = new.strip()
    if "@" not in new or any(sign.isspace() or not sign.isprintable() for sign in new):
        raise errors.Usage(f"{new} is no e-mail address.", "Type the address as NAME@HOST.")

    def work(conn: sqlite3.Connection) -> Change:
        learner = _holder(archive, known_as)
        owner = _find(conn, new)
        if owner not in (None, learner):
            raise errors.Usage(
                f"{new} belongs to another learner already.",
                f"If they are one person: badge-migrator learner merge {known_as} {new}",
            )
        if _spelled(conn, new):
            return Change(done=False, learners=(_learner(conn, learner),))
        People(conn, lambda: None).learner([known_as, new])
        anew = _plan_anew(conn, learner, archive.now())
        return Change(True, (_learner(conn, learner),), 0, anew)

    return _changed(archive, work, keep=keep)


def split(archive: Archive, address: str, *, keep: bool = True) -> Change:
    """Make a learner of their own of an address, in every spelling, and of what belongs to it.

    A badge goes with the address it was awarded to; where that is none of the learner's, with the
    address it was found under (found under both, it stays). A collection goes when all of its
    badges go, an account when the address is its name or the only confirmed one it shares. Without
    `keep` nothing is written. Raises errors.Usage when the address is nobody's.
    """

    def work(conn: sqlite3.Connection) -> Change:
        old = _holder(archive, address)
        if _alone(conn, old, address):
            return Change(done=False, learners=(_learner(conn, old),))
        new = int(conn.execute("insert into learner (name) values (null)").lastrowid or 0)
        conn.execute(
            "update identity set learner_id = ? where learner_id = ? and value = ? collate nocase",
            (new, old, address.strip()),
        )
        badges = _move_badges(conn, old, new)
        conn.execute(_MOVE_COLLECTIONS, (old, new))
        _move_accounts(conn, old, new)
        anew = sum(_plan_anew(conn, one, archive.now()) for one in (old, new))
        return Change(True, (_learner(conn, old), _learner(conn, new)), badges, anew)

    return _changed(archive, work, keep=keep)


def _changed(
    archive: Archive, work: Callable[[sqlite3.Connection], Change], *, keep: bool
) -> Change:
    # What is shown beforehand is what is done: the very same work, taken back at the end.
    with suppress(_OnlyShown), archive.writing() as conn:
        change = work(conn)
        if not keep:
            raise _OnlyShown
    return change


def _find(conn: sqlite3.Connection, address: str) -> int | None:
    row = conn.execute(
        "select learner_id from identity where value = ? collate nocase", (address.strip(),)
    ).fetchone()
    return None if row is None else int(row[0])


def _holder(archive: Archive, address: str) -> int:
    found = _find(archive.conn, address)
    if found is None:
        raise nobody(archive, address)
    return found


def _spelled(conn: sqlite3.Connection, address: str) -> bool:
    row = conn.execute(
        "select 1 from identity where value = ?1 collate nocase and value = ?1", (address,)
    ).fetchone()
    return row is not None


def _alone(conn: sqlite3.Connection, learner: int, address: str) -> bool:
    other = conn.execute(
        "select 1 from identity where learner_id = ? and value <> ? collate nocase",
        (learner, address.strip()),
    ).fetchone()
    return other is None


def _learner(conn: sqlite3.Connection, learner: int) -> Learner:
    (name,) = conn.execute("select name from learner where id = ?", (learner,)).fetchone()
    collections, accounts = conn.execute(_COUNTS, (learner,)).fetchone()
    addresses = _addresses(conn, learner)
    return Learner(learner, name, addresses, _badges(conn, learner), collections, accounts)


def _addresses(conn: sqlite3.Connection, learner: int) -> tuple[str, ...]:
    rows = conn.execute("select value from identity where learner_id = ? order by id", (learner,))
    return tuple(row[0] for row in rows)


def _badges(conn: sqlite3.Connection, learner: int) -> int:
    row = conn.execute("select count(*) from assertion where learner_id = ?", (learner,)).fetchone()
    return int(row[0])


def _move_badges(conn: sqlite3.Connection, old: int, new: int) -> int:
    stay, go = (_spellings(_addresses(conn, one)) for one in (old, new))
    moved = []
    for row in conn.execute(_TO_DECIDE, (old, new)):
        recipient = Recipient(
            row["recipient_identity"] or "",
            row["recipient_type"] or "email",
            bool(row["recipient_hashed"]),
            row["recipient_salt"],
        )
        awarded_here = any(_awarded(recipient, one) for one in go)
        awarded_there = any(_awarded(recipient, one) for one in stay)
        only_found_here = row["under_new"] and not row["under_old"]
        if awarded_here or (only_found_here and not awarded_there):
            moved.append((new, row["id"]))
    conn.executemany("update assertion set learner_id = ? where id = ?", moved)
    return len(moved)


def _spellings(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for address in addresses for one in case_variants(address)))


def _awarded(recipient: Recipient, spelling: str) -> bool:
    if recipient.hashed:
        return matches(recipient, spelling)
    return recipient.identity.casefold() == spelling.casefold()


def _move_accounts(conn: sqlite3.Connection, old: int, new: int) -> None:
    stay, go = ({one.casefold() for one in _addresses(conn, of)} for of in (old, new))
    for row in conn.execute(
        "select id, username, addresses from account where learner_id = ?", (old,)
    ).fetchall():
        facts = json.loads(row["addresses"])
        confirmed = {one.casefold() for one in facts["verified"]} if facts else set()
        name = row["username"].casefold()
        if name in go or (name not in stay and confirmed & go and not confirmed & stay):
            conn.execute("update account set learner_id = ? where id = ?", (new, row["id"]))


def _plan_anew(conn: sqlite3.Connection, learner: int, now: str) -> int:
    """Put back what is planned, held, waiting or refused for a learner's badges or accounts.

    What is under way or has arrived stays. `plan` then judges them again; until then they are
    held, so that nothing is sent to an account that may no longer be theirs.
    """
    return conn.execute(_PLAN_ANEW, {"learner": learner, "now": now}).rowcount


_COUNTS = """
select (select count(*) from collection where learner_id = ?1),
  (select count(*) from account where learner_id = ?1)
"""
_TO_DECIDE = """
select id, recipient_identity, recipient_type, recipient_hashed, recipient_salt,
  exists (select 1 from sighting join identity on identity.id = sighting.holder_id
    where sighting.assertion_id = assertion.id and identity.learner_id = ?1) as under_old,
  exists (select 1 from sighting join identity on identity.id = sighting.holder_id
    where sighting.assertion_id = assertion.id and identity.learner_id = ?2) as under_new
from assertion where learner_id = ?1
"""
_MOVE_COLLECTIONS = """
update collection set learner_id = ?2 where learner_id = ?1
  and exists (select 1 from collection_assertion where collection_id = collection.id)
  and not exists (select 1 from collection_assertion
    join assertion on assertion.id = collection_assertion.assertion_id
    where collection_id = collection.id and assertion.learner_id is not ?2)
"""
_PLAN_ANEW = """
update transfer set state = 'held', reason = null, account_id = null, route = null, input = null,
  detail = 'whose badge it is was changed: plan again', due_at = null, changed_at = :now
where state in ('planned', 'held', 'waiting', 'refused') and reason is not 'deleted_there'
  and (input is not null or reason is not null or account_id is not null)
  and (assertion_id in (select id from assertion where learner_id = :learner)
    or account_id in (select id from account where learner_id = :learner))
"""

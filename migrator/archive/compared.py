"""What the archive knows of an account's badges over there, to be compared with what is there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrator.archive import ledger
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.digest import short_digest
from migrator.archive.scratch import Scratch
from migrator.archive.trouble import explained

_GOES_ON_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Known:
    """One badge of an account, as the archive knows it.

    `ours` says that it was sent from here, `since` when it was last known to have arrived.
    """

    transfer_id: int
    assertion_id: int
    identity: str
    state: str
    reason: str | None
    remote_id: str | None
    pending: bool
    ours: bool
    since: str

    @property
    def arrived(self) -> bool:
        """Whether it should be over there."""
        return self.state in ledger.FINAL


@dataclass(frozen=True, slots=True)
class Whom:
    """Which accounts are to be compared: those last compared `before` a moment.

    `learners` are the ids of those they belong to, as a JSON list; None: everybody's.
    """

    destination_id: int
    before: str
    learners: str | None = None


_OURS = "select id from transfer where account_id = ? and coalesce(route, '') <> 'reaward'"
_PAGE = "select id from ours where id > ? order by id limit ?"
_ARRIVALS = "from attempt where attempt.transfer_id = transfer.id and attempt.outcome"
_KNOWN = f"""
select transfer.id, assertion.id, assertion.identity, transfer.state, transfer.reason,
  transfer.remote_id, transfer.pending,
  transfer.state in ('sending', 'waiting') or exists (select 1 {_ARRIVALS} = 'done'),
  coalesce((select max(attempt.at) {_ARRIVALS} in ('done', 'already_there')), transfer.changed_at)
from transfer join assertion on assertion.id = transfer.assertion_id
where transfer.id in (select value from json_each(?))
order by transfer.id
"""  # noqa: S608 - our own names
# A badge that is there without a transfer of this account: planned nowhere, or awarded anew to the
# account's learner.
_ELSEWHERE = """
select exists (select 1 from assertion where digest = ?1)
  or exists (select 1 from assertion
    join transfer on transfer.assertion_id = assertion.id and transfer.destination_id = ?2
    where assertion.learner_id = ?3 and transfer.route = 'reaward' and transfer.remote_id = ?4)
"""
_TO_COMPARE = """
select id from account where destination_id = ?1 and id > ?2
  and (signed_in_at is not null
    or exists (select 1 from transfer where transfer.account_id = account.id))
  and coalesce(compared_at, '') < ?3
  and (?4 is null or learner_id in (select value from json_each(?4)))
order by id limit ?5
"""
_BEGUN = """
select min(started_at) from run where command = ?1 and started_at > ?2
  and id > coalesce((select max(id) from run where command = ?1 and outcome = 'complete'), 0)
"""


def known(archive: Archive, account_id: int, batch: int = 200) -> Iterator[list[Known]]:
    """Yield every badge of an account in batches, by id; memory does not grow with their number.

    A new award in place of one is not among them: it is a badge of its own.
    """
    with Scratch("create table ours (id integer primary key)") as scratch:
        # No index has an account's transfers in an order that lasts: they are put into one, once.
        with explained(archive.path):
            ids = archive.conn.execute(_OURS, (account_id,))
            scratch.conn.executemany("insert into ours values (?)", ids)
        last = 0
        while page := scratch.conn.execute(_PAGE, (last, batch)).fetchall():
            last = page[-1][0]
            yield [_known(row) for row in archive.all(_KNOWN, json.dumps([row[0] for row in page]))]


def is_elsewhere(archive: Archive, account: Account, open_badge_id: str, remote_id: str) -> bool:
    """Say whether the archive holds a badge that is over there, though it has not moved it there.

    `open_badge_id` is in canonical form.
    """
    digest = short_digest(f"url:{open_badge_id}".encode("utf-8", "replace"))
    row = archive.one(_ELSEWHERE, digest, account.destination_id, account.learner_id, remote_id)
    return row is not None and bool(row[0])


def accounts_to_compare(archive: Archive, whom: Whom, after: int, limit: int) -> list[int]:
    """Return the accounts that are meant, by id, the first `limit` of those after the id `after`.

    Those that have never signed in and have nothing to be moved are left out.
    """
    rows = archive.all(_TO_COMPARE, whom.destination_id, after, whom.before, whom.learners, limit)
    return [row[0] for row in rows]


def count_to_compare(archive: Archive, whom: Whom) -> int:
    """Return how many accounts are meant."""
    row = archive.one(
        f"select count(*) from ({_TO_COMPARE})",  # noqa: S608 - our own names
        *(whom.destination_id, 0, whom.before, whom.learners, -1),
    )
    return int(row[0]) if row else 0


def begun(archive: Archive, command: str) -> str:
    """Return when the comparison began that was stopped and is to be gone on with, else now.

    One that was stopped longer than a week ago is begun anew.
    """
    now = archive.now()
    oldest = (datetime.fromisoformat(now) - _GOES_ON_FOR).isoformat()[:19]
    row = archive.one(_BEGUN, command, oldest)
    return str(row[0]) if row is not None and row[0] else now


def whole(saved: SavedDestination) -> str:
    """Return what a comparison of all accounts of a destination is called among the runs."""
    return f"reconcile {saved.name}"


def note_compared(archive: Archive, account_id: int) -> None:
    """Note that an account was compared now."""
    with archive.writing() as conn:
        conn.execute("update account set compared_at = ? where id = ?", (archive.now(), account_id))


def note_new_id(archive: Archive, account_id: int, assertion_id: int) -> None:
    """Note that a badge was deleted over there and added again: its collections have lost it."""
    with archive.writing() as conn:
        conn.execute(
            "update remote_collection set filled = 0 where account_id = ? and collection_id in"
            " (select collection_id from collection_assertion where assertion_id = ?)",
            (account_id, assertion_id),
        )


def send_again(archive: Archive, account_id: int) -> int:
    """Put back on the plan what was deleted in an account over there; returns how many."""
    with archive.writing() as conn:
        cursor = conn.execute(
            "update transfer set changed_at = ?, reason = null, detail = null,"
            " state = case when input is null then 'held' else 'planned' end"
            " where account_id = ? and state = 'refused' and reason = ?",
            (archive.now(), account_id, ledger.DELETED),
        )
    return cursor.rowcount


def _known(row: sqlite3.Row) -> Known:
    transfer, assertion, identity, state, reason, remote_id, pending, ours, since = row
    return Known(
        *(transfer, assertion, identity, state, reason, remote_id),
        *(bool(pending), bool(ours), since),
    )

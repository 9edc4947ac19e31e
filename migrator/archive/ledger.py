"""The ledger of transfers: what is planned, sent, waiting and refused, written before and after."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrator.archive.archive import Archive
from migrator.archive.lease import Lease
from migrator.archive.selection import EVERYTHING, Selection

FINAL = ("done", "already_there")
DELETED = "deleted_there"
"""Why a badge is refused that was at the destination and is no longer."""
LONGEST_WAIT = timedelta(hours=1)
"""For so long a badge waits at most."""
_SLACK = timedelta(minutes=1)
DUE = "(coalesce(due_at, '') <= ? or due_at > ?)"
"""Whose time has come, given `moments`; also what a clock has noted that was put back since."""
_PATIENCE = 60_000  # milliseconds
_WITH_WORK = """
select account.id from account where account.destination_id = ? and account.id > ? and (
  exists (select 1 from transfer where transfer.account_id = account.id
    and transfer.state in ('planned', 'sending', 'waiting'){meant})
  or exists (select 1 from collection
    join collection_assertion on collection_assertion.collection_id = collection.id
    join transfer on transfer.assertion_id = collection_assertion.assertion_id
      and transfer.account_id = account.id and transfer.state in ('done', 'already_there')
    left join remote_collection on remote_collection.collection_id = collection.id
      and remote_collection.account_id = account.id
    where collection.learner_id = account.learner_id
    group by collection.id having count(*) > coalesce(max(remote_collection.filled), 0))){among}
order by account.id limit ?
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan says of one badge: to be sent as `input`, or held for a reason."""

    assertion_id: int
    account_id: int | None
    route: str | None
    input: str | None
    state: str
    reason: str | None
    detail: str
    assumed: int


@dataclass(frozen=True, slots=True)
class Due:
    """A transfer whose time has come."""

    transfer_id: int
    assertion_id: int
    input: str


@dataclass(frozen=True, slots=True)
class Routed:
    """How many badges wait for the same thing: a route (None: there is none), for a reason."""

    route: str | None
    reason: str | None
    badges: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one request ended in, ready to be written down."""

    state: str
    outcome: str
    reason: str | None = None
    detail: str = ""
    remote_id: str | None = None
    pending: bool = False
    due_at: str | None = None
    http_status: int | None = None


def write_plan(archive: Archive, destination_id: int, planned: Iterable[Planned]) -> None:
    """Write a batch of the plan; what is under way, done, or refused already is left alone."""
    now = archive.now()
    with archive.writing() as conn:
        conn.executemany(
            "insert into transfer (assertion_id, account_id, destination_id, route, input, state,"
            " reason, detail, assumed, changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (assertion_id, destination_id) do update set"
            " account_id = excluded.account_id, route = excluded.route, input = excluded.input,"
            " state = excluded.state, reason = excluded.reason, detail = excluded.detail,"
            " assumed = excluded.assumed, changed_at = excluded.changed_at"
            " where transfer.state in ('planned', 'held')",
            (
                (
                    *(one.assertion_id, one.account_id, destination_id, one.route, one.input),
                    *(one.state, one.reason, one.detail, one.assumed, now),
                )
                for one in planned
            ),
        )


def states(archive: Archive, destination_id: int) -> Counter[str]:
    """Return how many transfers to a destination are in each state."""
    rows = archive.all(
        "select state, count(*) from transfer where destination_id = ? group by state",
        destination_id,
    )
    return Counter({row[0]: row[1] for row in rows})


def routes(archive: Archive, destination_id: int) -> list[Routed]:
    """Return the routes of everything planned or held back; their sum is planned + held."""
    rows = archive.all(
        "select route, reason, count(*) from transfer where destination_id = ?"
        " and state in ('planned', 'held') group by route, reason order by count(*) desc, reason",
        destination_id,
    )
    return [Routed(*row) for row in rows]


def accounts_with_work(
    archive: Archive,
    destination_id: int,
    after: int = 0,
    limit: int = 200,
    selection: Selection = EVERYTHING,
) -> list[int]:
    """Return accounts that have anything to send, to ask about or to sort into collections.

    By id, the first `limit` of those after the id `after`; to send of what is selected.
    """
    where = selection.of("transfer.assertion_id")
    query = _WITH_WORK.format(meant=where.text, among="")
    rows = archive.all(query, destination_id, after, *where.values, limit)
    return [row[0] for row in rows]


def with_work_among(
    archive: Archive, destination_id: int, ids: Sequence[int], selection: Selection = EVERYTHING
) -> list[int]:
    """Return those of some accounts that have anything to do, as `accounts_with_work` does."""
    where = selection.of("transfer.assertion_id")
    among = " and account.id in (select value from json_each(?))"
    query = _WITH_WORK.format(meant=where.text, among=among)
    rows = archive.all(query, destination_id, 0, *where.values, json.dumps(ids), len(ids))
    return [row[0] for row in rows]


def moments(archive: Archive) -> tuple[str, str]:
    """Return now, and the moment after which nothing can be due unless a clock was put back."""
    now = archive.now()
    return now, (datetime.fromisoformat(now) + LONGEST_WAIT + _SLACK).isoformat()[:19]


def count_due(archive: Archive, account_id: int) -> int:
    """Return how many transfers of an account can be sent now."""
    row = archive.one(
        "select count(*) from transfer where account_id = ?"  # noqa: S608 - our own names
        " and (state = 'sending' or (input is not null and (state = 'planned'"
        f" or (state = 'waiting' and {DUE}))))",
        *(account_id, *moments(archive)),
    )
    return int(row[0]) if row else 0


def count_due_all(archive: Archive, destination_id: int, selection: Selection = EVERYTHING) -> int:
    """Return how many transfers selected can be sent to a destination, whatever their accounts.

    Badges that were put back by `retry` and not planned since are among them.
    """
    where = selection.of("transfer.assertion_id")
    row = archive.one(
        "select count(*) from transfer where destination_id = ? and (state in"  # noqa: S608 - our own names
        f" ('planned', 'sending') or (state = 'waiting' and {DUE})){where.text}",
        *(destination_id, *moments(archive), *where.values),
    )
    return int(row[0]) if row else 0


def due(
    archive: Archive,
    account_id: int,
    after: int,
    limit: int = 200,
    selection: Selection = EVERYTHING,
) -> list[Due]:
    """Return the next transfers of an account that can be sent now, by id, of those selected.

    One that was put back by `retry` and not planned since has no input yet, and is not among them.
    """
    where = selection.of("transfer.assertion_id")
    rows = archive.all(
        "select id, assertion_id, input from transfer where account_id = ? and id > ?"  # noqa: S608 - our own names
        " and input is not null and (state = 'planned'"
        f" or (state = 'waiting' and {DUE})){where.text}"
        " order by id limit ?",
        *(account_id, after, *moments(archive), *where.values, limit),
    )
    return [Due(*row) for row in rows]


def open_identities(archive: Archive, account_id: int) -> list[tuple[int, int, str, str]]:
    """Return (transfer, assertion, identity, state) of an account's transfers not yet final."""
    rows = archive.all(
        "select transfer.id, assertion.id, assertion.identity, transfer.state from transfer"
        " join assertion on assertion.id = transfer.assertion_id where transfer.account_id = ?"
        " and transfer.state in ('planned', 'sending', 'waiting', 'held', 'refused')",
        account_id,
    )
    return [tuple(row) for row in rows]


def mark_sending(archive: Archive, lease: Lease, account_id: int, transfer_id: int) -> bool:
    """Write down that a request is about to leave; survives a power cut from here on.

    False when a plan made meanwhile has other ideas about this badge; then nothing may be sent.
    Raises ArchiveLocked when another process has taken over the lease.
    """
    with archive.writing() as conn:
        lease.renew_in(conn)
        marked = conn.execute(
            "update transfer set state = 'sending', attempts = attempts + 1, changed_at = ?"
            " where id = ? and account_id = ? and state in ('planned', 'waiting')",
            (archive.now(), transfer_id, account_id),
        )
    return bool(marked.rowcount)


def take_back(archive: Archive, transfer_id: int) -> None:
    """Note that a request did not leave after all; the badge is as it was before."""
    with archive.writing() as conn:
        conn.execute(
            "update transfer set attempts = attempts - 1, changed_at = ?,"
            " state = case when due_at is null then 'planned' else 'waiting' end"
            " where id = ? and state = 'sending'",
            (archive.now(), transfer_id),
        )


def record(archive: Archive, run_id: int, transfer_id: int, result: Result) -> None:
    """Write down what became of a transfer, and the attempt."""
    now = archive.now()
    with archive.writing() as conn:
        _set(conn, transfer_id, result, now)
        conn.execute(
            "insert into attempt (transfer_id, run_id, at, outcome, reason, http_status, detail)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                *(transfer_id, run_id, now, result.outcome, result.reason),
                *(result.http_status, result.detail),
            ),
        )


def settle(archive: Archive, results: Iterable[tuple[int, Result]]) -> None:
    """Write down what a look at the destination has shown; no request was made for these."""
    now = archive.now()
    with archive.writing() as conn:
        for transfer_id, result in results:
            _set(conn, transfer_id, result, now)


def retry(archive: Archive, destination_id: int, reason: str | None, learner: int | None) -> int:
    """Put refused and held transfers back for planning; returns how many.

    What somebody has deleted over there is put back only when that `reason` is named: else a retry
    for another reason would bring back what its owner did not want.
    """
    with archive.writing() as conn:
        cursor = conn.execute(
            "update transfer set due_at = null, changed_at = ?1,"  # noqa: S608 - our own names
            " state = case when input is null then 'held' else 'planned' end"
            " where destination_id = ?2 and state in ('refused', 'held', 'waiting')"
            f" and (reason = ?3 or (?3 is null and reason is not '{DELETED}'))"
            " and (?4 is null or assertion_id in"
            " (select id from assertion where learner_id = ?4))",
            (archive.now(), destination_id, reason, learner),
        )
    return cursor.rowcount


def durable(archive: Archive) -> None:
    """Make every commit from here on survive a power cut (the push's promise).

    A push lasts for days: another program at work on the file for a minute is waited for.
    """
    archive.conn.execute("pragma synchronous = full")
    archive.conn.execute(f"pragma busy_timeout = {_PATIENCE}")


def _set(conn: sqlite3.Connection, transfer_id: int, result: Result, now: str) -> None:
    conn.execute(
        "update transfer set state = ?, reason = ?, detail = ?, due_at = ?,"
        " remote_id = coalesce(?, remote_id), pending = ?, changed_at = ? where id = ?",
        (
            *(result.state, result.reason, result.detail, result.due_at, result.remote_id),
            *(int(result.pending), now, transfer_id),
        ),
    )

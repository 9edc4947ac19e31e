"""Badges that can be awarded anew, and the ledger of these awards.

An award is a transfer with the route `reaward`: without an account of the learner's, and with the
id of the new badge. `sending` is committed before a batch leaves, as for every other transfer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.lease import Lease
from migrator.archive.originals import readable_rows
from migrator.openbadges.model import Recipient

ROUTE = "reaward"
_RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which badges to award anew.

    Those held or refused for one of `reasons`, unless the plan has found that the originals can be
    put back; `everything` takes all that are not moved or under way. `again` takes those too whose
    award the destination has refused. Names are compared in any case.
    """

    reasons: frozenset[str]
    everything: bool = False
    again: bool = False
    issuer: str | None = None
    badge_class: str | None = None
    learner: int | None = None


@dataclass(frozen=True, slots=True)
class Legacy:
    """One badge that might be awarded anew, with what its new award is to say.

    `digest` names it in every archive; `revoked` says that its document says so, or ever did when
    it was asked for; `deleted` that its learner had removed it everywhere.
    """

    assertion_id: int
    digest: bytes
    badge_class_id: int | None
    badge: str
    issuer: str
    hosted_url: str | None
    issued_on: str | None
    expires: str | None
    recipient: Recipient | None
    learner_id: int | None
    revoked: bool
    deleted: bool
    state: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one award, ready to be written down; `detail` of a made one is its page."""

    assertion_id: int
    state: str
    outcome: str
    reason: str | None = None
    detail: str = ""
    remote_id: str | None = None
    http_status: int | None = None


_LEGACY = """
select assertion.id, assertion.digest, assertion.badge_class_id,
  coalesce(badge_class.name, assertion.hosted_url, assertion.identity),
  coalesce(issuer.name, ''), assertion.hosted_url, assertion.issued_on, assertion.expires,
  assertion.recipient_identity, assertion.recipient_type, assertion.recipient_hashed,
  assertion.recipient_salt, assertion.learner_id,
  assertion.revoked or coalesce(transfer.reason, '') = 'revoked'
    or exists (select 1 from verdict
      where verdict.assertion_id = assertion.id and verdict.reason = 'revoked')
    or exists (select 1 from web_answer
      where web_answer.url = assertion.hosted_url and web_answer.origin = 'live'
        and web_answer.outcome = 'revoked'),
  not exists (select 1 from sighting where sighting.assertion_id = assertion.id
    and not sighting.deleted),
  transfer.state
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
left join transfer on transfer.assertion_id = assertion.id and transfer.destination_id = ?1
where assertion.id > ?2
  and (?3 is null or issuer.name = ?3 collate nocase)
  and (?4 is null or badge_class.name = ?4 collate nocase or badge_class.url_id = ?4)
  and (?5 is null or assertion.learner_id = ?5)
  and (
    (transfer.route = 'reaward' and (transfer.state in ('sending', 'waiting')
      or (?6 and transfer.state = 'refused')))
    or (transfer.state in ('held', 'refused') and coalesce(transfer.route, '') <> 'restore'
      and transfer.reason in (select value from json_each(?8)))
    or (?7 and (transfer.id is null or transfer.state in ('planned', 'held')
      or (transfer.state = 'refused' and coalesce(transfer.route, '') <> 'reaward'))))
order by assertion.id limit ?9
"""


def legacy(
    archive: Archive, destination_id: int, wanted: Wanted, batch: int = 500
) -> Iterator[Legacy]:
    """Yield the badges that are wanted, by id; memory does not grow with the archive.

    What changes meanwhile behind the ones already yielded is not met again.
    """
    last = 0
    chosen = (
        *(wanted.issuer, wanted.badge_class, wanted.learner, int(wanted.again)),
        *(int(wanted.everything), json.dumps(sorted(wanted.reasons)), batch),
    )
    while rows := readable_rows(archive, _LEGACY, destination_id, last, *chosen):
        last = rows[-1][0]
        for row in rows:
            recipient = None
            if row[8] is not None:
                recipient = Recipient(row[8], row[9] or "email", hashed=bool(row[10]), salt=row[11])
            yield Legacy(*(*row[:8], recipient, row[12], bool(row[13]), bool(row[14]), row[15]))


def restorable(archive: Archive, destination_id: int) -> int:
    """Return how many badges the plan holds back because their originals can be put back."""
    row = archive.one(
        "select count(*) from transfer where destination_id = ? and state = 'held' and route = ?",
        destination_id,
        _RESTORE,
    )
    return int(row[0]) if row else 0


def states(archive: Archive, destination_id: int) -> Counter[tuple[str, str | None]]:
    """Return how many badges are in which state for which reason, of those awarded anew."""
    rows = archive.all(
        "select state, reason, count(*) from transfer"
        " where destination_id = ? and route = 'reaward' and state <> 'held'"
        " group by state, reason",
        destination_id,
    )
    return Counter({(row[0], row[1]): row[2] for row in rows})


def made_of(archive: Archive, destination_id: int) -> dict[int, int]:
    """Return how many badges of each legacy badge class were awarded anew."""
    rows = archive.all(
        "select assertion.badge_class_id, count(*) from transfer"
        " join assertion on assertion.id = transfer.assertion_id"
        " where transfer.destination_id = ? and route = 'reaward'"
        " and state in ('done', 'already_there')"
        " and assertion.badge_class_id is not null group by assertion.badge_class_id",
        destination_id,
    )
    return {row[0]: row[1] for row in rows}


def under_way_since(archive: Archive, destination_id: int) -> str | None:
    """Return when the last award left whose answer is not known, None when there is none."""
    row = archive.one(
        "select max(changed_at) from transfer where destination_id = ? and route = 'reaward'"
        " and state = 'sending'",
        destination_id,
    )
    return row[0] if row else None


def mark_sending(
    archive: Archive, lease: Lease, destination_id: int, assertions: Sequence[int]
) -> set[int]:
    """Write down that a batch is about to leave; survives a power cut from here on.

    Returns those that may be sent: not what another command has moved, or is moving, meanwhile.
    Raises ArchiveLocked when another process has taken over the lease.
    """
    now, marked = archive.now(), set()
    with archive.writing() as conn:
        lease.renew_in(conn)
        for one in assertions:
            done = conn.execute(_MARK, (one, destination_id, now))
            if done.rowcount:
                marked.add(one)
    return marked


_MARK = """
insert into transfer (assertion_id, account_id, destination_id, route, input, state, attempts,
  changed_at) values (?1, null, ?2, 'reaward', null, 'sending', 1, ?3)
on conflict (assertion_id, destination_id) do update set
  account_id = null, route = 'reaward', input = null, state = 'sending', reason = null,
  detail = null, assumed = 0, pending = 0, due_at = null, attempts = attempts + 1, changed_at = ?3
where transfer.state in ('planned', 'held', 'refused')
  or (transfer.route = 'reaward' and transfer.state in ('sending', 'waiting'))
"""


def record(archive: Archive, run_id: int, destination_id: int, results: Iterable[Written]) -> None:
    """Write down what became of a batch, with an attempt for each award."""
    now = archive.now()
    with archive.writing() as conn:
        for one in results:
            conn.execute(
                "update transfer set state = ?, reason = ?, detail = ?,"
                " remote_id = coalesce(?, remote_id), changed_at = ?"
                " where assertion_id = ? and destination_id = ?",
                (
                    *(one.state, one.reason, one.detail, one.remote_id, now),
                    *(one.assertion_id, destination_id),
                ),
            )
            conn.execute(
                "insert into attempt"
                " (transfer_id, run_id, at, outcome, reason, http_status, detail)"
                " select id, ?, ?, ?, ?, ?, ? from transfer"
                " where assertion_id = ? and destination_id = ?",
                (
                    *(run_id, now, one.outcome, one.reason, one.http_status, one.detail),
                    *(one.assertion_id, destination_id),
                ),
            )


def settle(
    archive: Archive, destination_id: int, found: Iterable[tuple[bytes, str, str]]
) -> dict[str, int]:
    """Write down which badges were found awarded: (digest of the original, new id, its page).

    Returns how many of our own requests had arrived (`done`) and how many were there by another
    way (`already_there`). Those that were known already, and those of other archives, change
    nothing.
    """
    now = archive.now()
    counts = Counter[str]()
    with archive.writing() as conn:
        for digest, remote_id, page in found:
            row = conn.execute(_FOUND, (digest, destination_id)).fetchone()
            if row is None or row["state"] in ("done", "already_there"):
                continue
            ours = row["route"] == ROUTE and row["state"] in ("sending", "waiting")
            if row["state"] == "sending" and not ours:
                continue  # `push` is about to say what became of it
            state = "done" if ours else "already_there"
            conn.execute(_SETTLE, (row["id"], destination_id, state, page, remote_id, now))
            counts[state] += 1
    return dict(counts)


_FOUND = """
select assertion.id, transfer.state, transfer.route from assertion
left join transfer on transfer.assertion_id = assertion.id and transfer.destination_id = ?2
where assertion.digest = ?1
"""
_SETTLE = """
insert into transfer (assertion_id, destination_id, route, state, reason, detail, remote_id,
  changed_at) values (?1, ?2, 'reaward', ?3, 'awarded_anew', ?4, ?5, ?6)
on conflict (assertion_id, destination_id) do update set
  account_id = null, route = 'reaward', input = null, state = ?3, reason = 'awarded_anew',
  detail = ?4, remote_id = ?5, assumed = 0, pending = 0, due_at = null, changed_at = ?6
"""

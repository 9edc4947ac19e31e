"""The push: send what is planned, one durable step at a time, so that any stop can be resumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from migrator.archive import ledger, shelf
from migrator.archive.accounts import Account
from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, leased
from migrator.archive.ledger import Due, Result
from migrator.archive.selection import EVERYTHING, Selection
from migrator.destinations.base import Held, Input, Outcome, OutcomeState, Parcel, Session
from migrator.openbadges.identity import canonical_url
from migrator.transfer.parcels import parcel, remote_ids

_FIRST_WAIT = 60.0
_LONGEST_WAIT = 3600.0
UNREACHABLE = "destination_unreachable"
_UNREACHABLE_IN_A_ROW = 3
_ACCOUNT_TROUBLE = frozenset({"sign_in_failed", "account_unverified"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One badge's outcome, for whoever watches."""

    title: str
    state: str
    reason: str | None
    detail: str


@dataclass(slots=True)
class Tally:
    """What one account's push has done so far, and why it stopped if it stopped early."""

    sent: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None

    def add(self, state: str) -> None:
        """Count one badge."""
        self.sent[state] = self.sent.get(state, 0) + 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one push may go: badges to send (None: all), the request to stop, which badges."""

    badges: int | None = None
    stop: Callable[[], bool] = lambda: False
    selection: Selection = EVERYTHING


def push_account(
    archive: Archive,
    account: Account,
    session: Session,
    limits: Limits,
    watch: Callable[[Sent], None],
) -> Tally:
    """Send everything due for one account; returns what was done.

    Looks at the destination first, so that a badge whose answer was lost, or that is there by
    another way, is never sent again. `sending` is on disk before each request leaves and the
    outcome right after it. Raises ArchiveLocked when another process pushes to this account.
    """
    with leased(archive, f"push:{account.id}", f"push to {account.username}") as lease:
        ledger.durable(archive)
        pusher = _Pusher(archive, account, session, limits, watch, lease)
        pusher.look_first()
        return pusher.send_due()


@dataclass(frozen=True, slots=True)
class _Pusher:
    archive: Archive
    account: Account
    session: Session
    limits: Limits
    watch: Callable[[Sent], None]
    lease: Lease

    def look_first(self) -> None:
        there = {canonical_url(held.open_badge_id): held for held in self.session.held()}
        settled: list[tuple[int, Result]] = []
        for transfer_id, assertion_id, identity, state in ledger.open_identities(
            self.archive, self.account.id
        ):
            held = _held_as(self.archive, there, assertion_id, identity)
            if held is not None:
                # A request of ours that was under way has arrived; the rest was there before.
                ours = state in ("sending", "waiting")
                result = _there("done" if ours else "already_there", held)
                settled.append((transfer_id, result))
                title = shelf.kept(self.archive, assertion_id).title
                self.watch(Sent(title, result.state, None, ""))
            elif state == "sending":
                settled.append((transfer_id, Result("planned", "not_there")))
        ledger.settle(self.archive, settled)

    def send_due(self) -> Tally:
        tally = Tally()
        last = unreachable = 0
        chosen = self.limits.selection
        while batch := ledger.due(self.archive, self.account.id, last, selection=chosen):
            for due in batch:
                last = due.transfer_id
                tally.stopped = self._stopped(tally)
                if tally.stopped:
                    return tally
                result = self._send(due)
                if result is None:
                    continue
                tally.add(result.state)
                unreachable = unreachable + 1 if result.reason == UNREACHABLE else 0
                tally.stopped = _given_up(result, unreachable)
                if tally.stopped:
                    return tally
        return tally

    def _stopped(self, tally: Tally) -> str | None:
        if self.limits.stop():
            return "interrupted"
        if self.limits.badges is not None and sum(tally.sent.values()) >= self.limits.badges:
            return "limit"
        return None

    def _send(self, due: Due) -> Result | None:
        badge = shelf.kept(self.archive, due.assertion_id)
        ready: Parcel = parcel(self.archive, badge, Input(due.input))
        if not ledger.mark_sending(self.archive, self.lease, self.account.id, due.transfer_id):
            return None
        result = _result(self.session.send(ready), self.archive.now())
        ledger.record(self.archive, self.lease.run_id, due.transfer_id, result)
        self.watch(Sent(badge.title, result.state, result.reason, result.detail))
        return result


def _given_up(result: Result, unreachable: int) -> str | None:
    if result.reason in _ACCOUNT_TROUBLE or unreachable >= _UNREACHABLE_IN_A_ROW:
        return result.reason
    return None


def _held_as(
    archive: Archive, there: dict[str, Held], assertion_id: int, identity: str
) -> Held | None:
    if held := there.get(identity.removeprefix("url:")):
        return held
    if not there:
        return None  # nothing to compare with: no badge need be taken off the shelf
    badge = shelf.kept(archive, assertion_id)
    for remote in remote_ids(identity, badge.document, badge.jws):
        if held := there.get(remote):
            return held
    return None


def _there(state: str, held: Held) -> Result:
    return Result(state, "there", remote_id=held.remote_id, pending=held.pending)


def _result(outcome: Outcome, now: str) -> Result:
    state = {
        OutcomeState.DONE: "done",
        OutcomeState.ALREADY_THERE: "already_there",
        OutcomeState.REFUSED: "refused",
        OutcomeState.TRY_AGAIN: "waiting",
        OutcomeState.UNKNOWN: "waiting",
    }[outcome.state]
    if outcome.reason in _ACCOUNT_TROUBLE:
        # The account's trouble, not the badge's: it is sent as soon as the account is in order.
        state = "waiting"
    wait = 0.0 if outcome.reason in _ACCOUNT_TROUBLE else (outcome.after or _FIRST_WAIT)
    return Result(
        state=state,
        outcome=outcome.state.value,
        reason=outcome.reason,
        detail=outcome.detail,
        remote_id=outcome.remote_id,
        pending=outcome.pending,
        due_at=_later(now, wait) if state == "waiting" else None,
        http_status=outcome.http_status,
    )


def _later(now: str, seconds: float) -> str:
    then = datetime.fromisoformat(now) + timedelta(seconds=max(0.0, min(_LONGEST_WAIT, seconds)))
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

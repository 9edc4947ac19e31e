"""The push of one account: what is planned is sent, one durable step at a time, in order.

It is written as a piece of work (`migrator.transfer.engine`): whatever asks the destination is
yielded as a call, so that many accounts can be on their way at once while one thread writes.
"""

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
from migrator.destinations.ratelimited import LONGEST_PAUSE
from migrator.openbadges.identity import canonical_url
from migrator.transfer.engine import Work, finish
from migrator.transfer.parcels import parcel, remote_ids

_FIRST_WAIT = 60.0
_LONGEST_WAIT = ledger.LONGEST_WAIT.total_seconds()
UNREACHABLE = "destination_unreachable"
RATE_LIMITED = "rate_limited"
NOT_SENT = "not_sent"
WOULD_BE_SENT = "would_be_sent"
"""What a dry run says of a badge."""
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
    """How far one push may go, and which badges are meant.

    `badges` is how many to send at most (None: all), `stop` says whether a person has asked to
    stop, `failures` is how many refusals and failed sign-ins are too many, `until` the moment
    (ISO 8601 UTC) after which nothing new is sent.
    """

    badges: int | None = None
    stop: Callable[[], bool] = lambda: False
    selection: Selection = EVERYTHING
    failures: int | None = None
    until: str | None = None


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one push; shared by all its accounts."""

    limits: Limits
    now: Callable[[], str]
    sent: int = 0
    failures: int = 0
    turned_away: bool = False

    @property
    def spent(self) -> str | None:
        """Why nothing more may be sent now, None when something may.

        interrupted, until, failures or limit; `rate_limited` when the destination has asked for a
        longer wait than anybody waits.
        """
        limits = self.limits
        if limits.stop():
            return "interrupted"
        if limits.until is not None and self.now() >= limits.until:
            return "until"
        if limits.failures is not None and self.failures >= limits.failures:
            return "failures"
        if limits.badges is not None and self.sent >= limits.badges:
            return "limit"
        return RATE_LIMITED if self.turned_away else None


def push_account(
    archive: Archive,
    account: Account,
    session: Session,
    limits: Limits,
    watch: Callable[[Sent], None],
) -> Tally:
    """Send everything due for one account, in this thread; returns what was done.

    Raises ArchiveLocked when another process pushes to this account.
    """
    with leased(archive, f"push:{account.id}", f"push to {account.username}") as lease:
        ledger.durable(archive)
        said: list[Sent] = []
        budget = Budget(limits, archive.now)
        pusher = Pusher(archive, account, session, budget, said.append, lease, Tally())

        def committed() -> None:
            for sent in said:
                watch(sent)
            said.clear()

        return finish(archive, pusher.work(), committed)


@dataclass(frozen=True, slots=True)
class Pusher:
    """Everything due for one account, as a piece of work.

    Looks at the destination first, so that a badge whose answer was lost, or that is there by
    another way, is never sent again. `sending` is on disk before each request leaves and the
    outcome right after it. `watch` is told of each badge before that is on disk: whoever tells a
    person waits for it. `described` parcels come with what the archive knows of the badge.
    """

    archive: Archive
    account: Account
    session: Session
    budget: Budget
    watch: Callable[[Sent], None]
    lease: Lease
    tally: Tally
    dry_run: bool = False
    described: bool = False

    def work(self) -> Work[Tally]:
        """Look, then send; raises what the session raises, and ArchiveLocked."""
        yield from self._look_first()
        return (yield from self._send_due())

    def _look_first(self) -> Work[None]:
        held: list[Held] = yield lambda: list(self.session.held())
        there = {canonical_url(one.open_badge_id): one for one in held}
        settled: list[tuple[int, Result]] = []
        for transfer_id, assertion_id, identity, state in ledger.open_identities(
            self.archive, self.account.id
        ):
            found = _held_as(self.archive, there, assertion_id, identity)
            if found is not None:
                # A request of ours that was under way has arrived; the rest was there before.
                ours = state in ("sending", "waiting")
                result = _there("done" if ours else "already_there", found)
                settled.append((transfer_id, result))
                title = shelf.kept(self.archive, assertion_id).title
                self.watch(Sent(title, result.state, None, ""))
            elif state == "sending":
                settled.append((transfer_id, Result("planned", "not_there")))
        ledger.settle(self.archive, settled)

    def _send_due(self) -> Work[Tally]:
        tally = self.tally
        last = unreachable = 0
        chosen = self.budget.limits.selection
        while batch := ledger.due(self.archive, self.account.id, last, selection=chosen):
            for due in batch:
                last = due.transfer_id
                tally.stopped = self.budget.spent
                if tally.stopped:
                    return tally
                result = yield from self._send(due)
                if result is None:
                    continue
                if result.state == NOT_SENT:
                    tally.stopped = result.reason or "interrupted"
                    return tally
                tally.add(result.state)
                unreachable = unreachable + 1 if result.reason == UNREACHABLE else 0
                tally.stopped = _given_up(result, unreachable)
                if tally.stopped:
                    return tally
        return tally

    def _send(self, due: Due) -> Work[Result | None]:
        badge = shelf.kept(self.archive, due.assertion_id)
        form = Input(due.input)
        ready: Parcel = parcel(self.archive, badge, form, described=self.described)
        if self.dry_run:
            self.budget.sent += 1
            self.watch(Sent(badge.title, WOULD_BE_SENT, None, ""))
            return Result(WOULD_BE_SENT, NOT_SENT)
        if not ledger.mark_sending(self.archive, self.lease, self.account.id, due.transfer_id):
            return None
        self.budget.sent += 1
        outcome: Outcome = yield lambda: self.session.send(ready)
        if outcome.state is OutcomeState.NOT_SENT:
            self.budget.sent -= 1
            ledger.take_back(self.archive, due.transfer_id)
            return Result(NOT_SENT, NOT_SENT, reason=outcome.reason)
        result = _result(outcome, self.archive.now())
        self.budget.failures += result.state == "refused"
        if outcome.reason == RATE_LIMITED and (outcome.after or 0) > LONGEST_PAUSE:
            self.budget.turned_away = True
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

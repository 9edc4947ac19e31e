"""The comparison of one account: each badge the archive knows of, and each that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice

from migrator.archive import compared, ledger, shelf
from migrator.archive.accounts import Account
from migrator.archive.archive import Archive
from migrator.archive.compared import Known
from migrator.archive.lease import Lease
from migrator.archive.ledger import Result
from migrator.destinations.base import Held, Session
from migrator.transfer.collections import Made
from migrator.transfer.engine import Work
from migrator.transfer.parcels import remote_ids
from migrator.transfer.push import Tally
from migrator.transfer.there import Fit, There

_PAGE = 500


class Change(StrEnum):
    """What a comparison has found out about one badge.

    `same` is that nothing has changed, `gone` that it is still deleted, as the archive knew.
    """

    SAME = "same"
    GONE = "gone"
    ARRIVED = "arrived"
    DELETED = "deleted"
    NEW_ID = "new_id"
    CONFIRMED = "confirmed"
    HIDDEN = "hidden"
    NOT_ARRIVED = "not_arrived"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One badge of which the archive knew something else, or nothing (`unknown`).

    `since` is when it was last known to be there, None where that is not the question.
    """

    username: str
    change: Change
    title: str
    open_badge_id: str
    since: str | None = None


@dataclass(slots=True)
class Compared:
    """What one account has come to: `known = sum of changes`, `there = sum of fits`.

    `sent_again` badges that were deleted were put back on the plan.
    """

    username: str
    known: int = 0
    there: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    fits: Counter[Fit] = field(default_factory=Counter)
    sent_again: int = 0

    @property
    def missing(self) -> int:
        """How many badges are not accounted for; anything but 0 is a defect."""
        return self.known + self.there - self.changes.total() - self.fits.total()

    @property
    def repaired(self) -> int:
        """How many badges the archive knew wrongly."""
        return self.changes.total() - self.changes[Change.SAME] - self.changes[Change.GONE]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told: of each difference, then of the account, both once it is on disk."""

    difference: Callable[[Difference], None]
    account: Callable[[Compared], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is done at an account: all it holds is noted, then each badge of ours is looked up."""

    archive: Archive
    watcher: Watcher
    say: Callable[[Callable[[], None]], None]
    dry_run: bool = False
    send_again: bool = False

    def __call__(
        self,
        account: Account,
        session: Session,
        lease: Lease,
        tally: Tally,  # noqa: ARG002 - an errand's signature
    ) -> Work[tuple[Made, ...]]:
        """Compare one account; nothing is concluded from a list that did not come to its end."""
        with There() as there:
            yield from _listed(session, there)
            if self._misses(account, there):
                # A list in pages leaves badges out when others are deleted meanwhile, and a server
                # may have a bad moment: only what is missing twice is gone.
                yield from _listed(session, there)
            if not self.dry_run:
                lease.renew()
            found = self._compared(account, there)
        self.say(partial(self.watcher.account, found))
        return ()

    def _misses(self, account: Account, there: There) -> bool:
        """Whether a badge is not there that should be."""
        return any(
            one.arrived and _held(self.archive, there, one) is None
            for batch in compared.known(self.archive, account.id)
            for one in batch
        )

    def _compared(self, account: Account, there: There) -> Compared:
        archive = self.archive
        found = Compared(account.username, there=there.badges)
        for batch in compared.known(archive, account.id):
            found.known += len(batch)
            results = list(self._judged(account, batch, there, found))
            if not self.dry_run:
                ledger.settle(archive, results)
        for held in there.unknown():
            if compared.is_elsewhere(archive, account, held.open_badge_id, held.remote_id):
                there.is_elsewhere(held)
            else:
                self._differs(account, Change.UNKNOWN, "", held.open_badge_id)
        found.fits.update(there.fit())
        if not self.dry_run:
            if self.send_again:
                found.sent_again = compared.send_again(archive, account.id)
            compared.note_compared(archive, account.id)
        return found

    def _judged(
        self, account: Account, batch: list[Known], there: There, found: Compared
    ) -> Iterator[tuple[int, Result]]:
        archive = self.archive
        for one in batch:
            held = _held(archive, there, one)
            if held is not None:
                there.fits(held)
            change, result = judge(one, held, archive.now())
            found.changes[change] += 1
            if change is Change.NEW_ID and one.remote_id and not self.dry_run:
                compared.note_new_id(archive, account.id, one.assertion_id)
            if change is not Change.SAME:
                title = shelf.kept(archive, one.assertion_id).title
                self._differs(account, change, title, one.identity.removeprefix("url:"), one.since)
            if result is not None:
                yield one.transfer_id, result

    def _differs(
        self,
        account: Account,
        change: Change,
        title: str,
        open_badge_id: str,
        since: str | None = None,
    ) -> None:
        since = since if change is Change.DELETED else None
        difference = Difference(account.username, change, title, open_badge_id, since)
        self.say(partial(self.watcher.difference, difference))


def _listed(session: Session, there: There) -> Work[None]:
    """Note everything an account holds, page by page; raises what the session raises."""
    held: Iterator[Held] = yield session.held
    while page := (yield lambda: list(islice(held, _PAGE))):
        there.add(page)


def judge(one: Known, held: Held | None, now: str) -> tuple[Change, Result | None]:
    """Say what is to be noted of a badge that is there as `held`, or not; None: nothing."""
    if held is None:
        return _not_there(one, now)
    change, state = Change.SAME, one.state
    if not one.arrived:
        change, state = Change.ARRIVED, "done" if one.ours else "already_there"
    elif one.remote_id != held.remote_id:
        change = Change.NEW_ID
    elif one.pending != held.pending:
        change = Change.HIDDEN if held.pending else Change.CONFIRMED
    if change is Change.SAME:
        return change, None
    return change, Result(state, "there", remote_id=held.remote_id, pending=held.pending)


def _not_there(one: Known, now: str) -> tuple[Change, Result | None]:
    if one.arrived:
        detail = f"It was there on {one.since[:10]}, and no longer on {now[:10]}."
        return Change.DELETED, Result("refused", "gone", reason=ledger.DELETED, detail=detail)
    if one.state == "sending":
        return Change.NOT_ARRIVED, Result("planned", "not_there")
    return Change.GONE if one.reason == ledger.DELETED else Change.SAME, None


def _held(archive: Archive, there: There, one: Known) -> Held | None:
    """Return a badge of ours as it is there: by any id it may have, else by the one it had."""
    if held := there.of(one.identity.removeprefix("url:"), one.remote_id):
        return held
    if not there.badges:
        return None  # nothing to compare with: no badge need be taken off the shelf
    badge = shelf.kept(archive, one.assertion_id)
    for remote in remote_ids(one.identity, badge.document, badge.jws):
        if held := there.of(remote, one.remote_id):
            return held
    return there.at(one.remote_id) if one.remote_id else None

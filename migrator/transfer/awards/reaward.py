"""Awarding anew: which badges, and doing it, so that any stop can be resumed and none comes twice.

Where a badge cannot be moved, its issuer's successor awards a new one that says openly that it
replaces the old one. It is never the same badge, and the original stays first in the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from migrator.archive import award_mapping, awards, holdings
from migrator.archive.accounts import SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.award_mapping import Mapped
from migrator.archive.awards import Legacy, Wanted
from migrator.archive.lease import Lease, leased
from migrator.archive.ledger import durable
from migrator.destinations.issuing import LARGEST_BATCH, IssuerSession
from migrator.transfer import recipients
from migrator.transfer.awards import replacement
from migrator.transfer.awards.batch import Batcher, Became, Patience, Ready, pages
from migrator.transfer.routes import AWARDED_ANEW

BATCH = 100
_SETTLED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """Which badges a person has asked for; names in any case, `learner` by its number."""

    everything: bool = False
    again: bool = False
    issuer: str | None = None
    badge_class: str | None = None
    learner: int | None = None

    @property
    def wanted(self) -> Wanted:
        """What the archive is asked for."""
        return Wanted(
            AWARDED_ANEW, self.everything, self.again, self.issuer, self.badge_class, self.learner
        )


@dataclass(frozen=True, slots=True)
class Orders:
    """What to award and how: mails to the recipients or not, how many, and when to stop."""

    choice: Choice = Choice()
    notify: bool = False
    batch: int = BATCH
    limit: int | None = None
    stop: Callable[[], bool] = lambda: False
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class Tally:
    """What a run came to, over every badge that was asked for.

    `obstacles` are badges that cannot be awarded anew, by reason, with the first of them by name in
    `examples`; `left` those a limit or a stop has left for another time; `arrived` and `there` what
    a look at the destination has settled before (requests of ours, and awards made in another way).
    """

    chosen: int = 0
    states: Counter[str] = field(default_factory=Counter)
    obstacles: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    left: int = 0
    arrived: int = 0
    there: int = 0
    stopped: str | None = None

    @property
    def balances(self) -> bool:
        """Whether every badge that was asked for is accounted for."""
        return self.chosen == self.states.total() + self.obstacles.total() + self.left

    def hinder(self, badge: Legacy, why: str) -> None:
        """Count a badge that cannot be awarded anew."""
        self.obstacles[why] += 1
        self.examples.setdefault(why, [])
        if len(self.examples[why]) < _NAMED:
            self.examples[why].append(badge.badge)


_NAMED = 3


def candidates(
    archive: Archive, destination_id: int, choice: Choice, mapping: dict[int, Mapped]
) -> Iterator[tuple[Legacy, str | None, str | None]]:
    """Yield each badge that was asked for, to whom its award would go, and what stands against it.

    An obstacle is one of `replacement.OBSTACLES`. Memory does not grow with the archive.
    """
    now = datetime.fromisoformat(archive.now())
    for badge in awards.legacy(archive, destination_id, choice.wanted):
        addresses: tuple[str, ...] = ()
        if badge.recipient is not None and badge.recipient.hashed and badge.learner_id is not None:
            addresses = holdings.addresses_of(archive, badge.learner_id)
        to = replacement.recipient(badge, addresses)
        found = mapping.get(badge.badge_class_id or 0)
        is_mapped = found is not None and found.remote_badge_class_id is not None
        yield badge, to, replacement.obstacle(badge, to, is_mapped=is_mapped, now=now)


def ready(archive: Archive, badge: Legacy, to: str) -> Ready:
    """Return a badge with its award: what the original says, and that it is replaced."""
    return Ready(
        badge,
        replacement.award(
            badge,
            to,
            holdings.narrative_of(archive, badge.assertion_id),
            holdings.evidence_of(archive, badge.assertion_id),
        ),
    )


def preview(archive: Archive, destination_id: int, choice: Choice) -> tuple[Tally, Ready | None]:
    """Return what a run would do, and the first award as it would be made; asks nobody."""
    recipients.assign(archive)
    mapping = award_mapping.mapped(archive, destination_id)
    tally, first = Tally(), None
    for badge, to, against in candidates(archive, destination_id, choice, mapping):
        tally.chosen += 1
        if against is not None:
            tally.hinder(badge, against)
            continue
        tally.states["to_award"] += 1
        if first is None and to is not None:
            first = ready(archive, badge, to)
    return tally, first


def run(
    archive: Archive,
    saved: SavedDestination,
    session: IssuerSession,
    orders: Orders,
    watch: Callable[[Became], None],
) -> Tally:
    """Award every badge that was asked for and has a counterpart of the session's account.

    Looks at the destination first, so that nothing is awarded twice: not after a crash, not from an
    older copy of the archive. Raises ArchiveLocked when another process awards there, TryLater and
    SignInFailed when the destination cannot be looked at.
    """
    name = f"reaward:{saved.id}"
    with leased(archive, name, f"reaward run --to {saved.name}") as lease:
        durable(archive)
        recipients.assign(archive)
        mapping, gone = _counterparts(archive, saved.id, session)
        worker = _Worker(archive, saved.id, session, orders, watch, lease, mapping, gone)
        worker.look_first()
        return worker.award()


def _counterparts(
    archive: Archive, destination_id: int, session: IssuerSession
) -> tuple[dict[int, Mapped], frozenset[int]]:
    """Return what the account may award, by legacy badge class, and whose counterpart is gone."""
    account = session.credentials.username.casefold()
    there = {one.remote_id for one in session.badge_classes()}
    mapping = {
        key: one
        for key, one in award_mapping.mapped(archive, destination_id).items()
        if one.account.casefold() == account and one.remote_badge_class_id is not None
    }
    gone = frozenset(key for key, one in mapping.items() if one.remote_badge_class_id not in there)
    return {key: one for key, one in mapping.items() if key not in gone}, gone


@dataclass(slots=True)
class _Worker:
    archive: Archive
    destination_id: int
    session: IssuerSession
    orders: Orders
    watch: Callable[[Became], None]
    lease: Lease
    mapping: dict[int, Mapped]
    gone: frozenset[int] = frozenset()
    tally: Tally = field(default_factory=Tally)

    def look_first(self) -> None:
        """Settle what is awarded already, whoever has written that down or not."""
        self._wait_for_the_last()
        remote = {one.remote_badge_class_id for one in self.mapping.values()} - {None}
        for badge_class_id in sorted(str(one) for one in remote):
            found: list[tuple[bytes, str, str]] = []
            for one in pages(lambda page, key=badge_class_id: self.session.awarded(key, page)):  # type: ignore[misc] # a default binds the loop's value
                digest = replacement.replaces(one)
                if digest is not None:
                    found.append((digest, one.remote_id, one.page))
                if len(found) >= _SETTLED_AT_ONCE:
                    self._settle(found)
            self._settle(found)

    def _wait_for_the_last(self) -> None:
        """A request that was cut off may still be at work over there, and not be listed yet."""
        since = awards.under_way_since(self.archive, self.destination_id)
        if since is None:
            return
        settling = timedelta(seconds=self.orders.patience.settling)
        left = datetime.fromisoformat(since) + settling - datetime.fromisoformat(self.archive.now())
        self._batcher().nap(min(max(left.total_seconds(), 0.0), settling.total_seconds()))

    def _settle(self, found: list[tuple[bytes, str, str]]) -> None:
        counts = awards.settle(self.archive, self.destination_id, found)
        self.tally.arrived += counts.get("done", 0)
        self.tally.there += counts.get("already_there", 0)
        self.lease.renew()
        found.clear()

    def award(self) -> Tally:
        """Award batch after batch; one badge class at a time is gathered to a batch."""
        tally = self.tally
        gathered: dict[str, list[Ready]] = {}
        size = max(1, min(self.orders.batch, LARGEST_BATCH))
        taken = 0
        for badge, to, against in candidates(
            self.archive, self.destination_id, self.orders.choice, self.mapping
        ):
            tally.chosen += 1
            if against is not None or to is None or badge.badge_class_id is None:
                is_gone = against == "not_mapped" and badge.badge_class_id in self.gone
                tally.hinder(badge, "counterpart_gone" if is_gone else against or "not_mapped")
                continue
            if self._is_over(taken):
                tally.left += 1
                continue
            taken += 1
            key = self.mapping[badge.badge_class_id].remote_badge_class_id or ""
            gathered.setdefault(key, []).append(ready(self.archive, badge, to))
            if len(gathered[key]) >= size:
                self._send(gathered.pop(key))
        for batch in gathered.values():
            self._send(batch)
        return tally

    def _is_over(self, taken: int) -> bool:
        if self.tally.stopped is None:
            if self.orders.stop():
                self.tally.stopped = "interrupted"
            elif self.orders.limit is not None and taken >= self.orders.limit:
                return True
        return self.tally.stopped is not None

    def _send(self, batch: list[Ready]) -> None:
        if self._is_over(0):
            self.tally.left += len(batch)
            return
        to = self.mapping[batch[0].badge.badge_class_id or 0]
        became, self.tally.stopped = self._batcher().award(to, batch)
        for one in became:
            self.tally.states[one.state] += 1
            self.watch(one)
        if unknown := len(batch) - len(became):
            self.tally.states["sending"] += unknown

    def _batcher(self) -> Batcher:
        return Batcher(
            self.archive,
            self.lease,
            self.destination_id,
            self.session,
            self.orders.notify,
            self.orders.patience,
            self.orders.stop,
        )

"""The unit of distribution: one shard pushed once, by whom and wherever; safe to repeat.

The archive's table of transfers is the truth and the destination is looked at before anything is
sent, so a shard that two push at once, or that is pushed again after a kill, ends as it would have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import shard as shards
from migrator.archive.archive import Archive
from migrator.archive.shard import Shard
from migrator.archive.totals import DestinationTotal
from migrator.destinations.base import Capabilities, Destination
from migrator.transfer.campaign import Campaign
from migrator.transfer.keys import Keys
from migrator.transfer.push import Limits, Sent
from migrator.transfer.visit import Treatment

_LEFT = ("planned", "waiting", "sending")


@dataclass(frozen=True, slots=True)
class Means:
    """What a push needs besides what is to be pushed: see `Campaign` for each."""

    keys: Keys
    treatment: Treatment
    threads: int = 1
    publish_collections: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the badges of a shard stand after a push; those of several shards add up.

    `badges = sum of states + not_planned`. `accounts` were visited, `shut_out` of them could not
    sign in, `locked` others are at work on.
    """

    badges: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    not_planned: int = 0
    accounts: int = 0
    shut_out: int = 0
    locked: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.badges + other.badges,
            dict(Counter(self.states) + Counter(other.states)),
            self.not_planned + other.not_planned,
            self.accounts + other.accounts,
            self.shut_out + other.shut_out,
            self.locked + other.locked,
        )

    @property
    def left(self) -> int:
        """How many badges a later push can still send."""
        return sum(self.states.get(state, 0) for state in _LEFT)

    @property
    def missing(self) -> int:
        """How many badges are in no state at all; anything but 0 is a defect."""
        return self.badges - self.not_planned - sum(self.states.values())

    @classmethod
    def of(cls, total: DestinationTotal) -> Self:
        """Return the counts of what the archive says."""
        states: Counter[str] = Counter()
        for one in total.states:
            states[one.state] += one.badges
        return cls(total.badges, dict(states), total.not_planned)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Return the counts that were written as a JSON object of the same names."""
        return cls(**facts)


def push_shard(  # noqa: PLR0913, PLR0917 - what, where to, which part, how far, by what means
    archive: Archive,
    destination: Destination,
    shard: Shard,
    limits: Limits,
    means: Means,
    watch: Callable[[Sent], None] = lambda _: None,
) -> Counts:
    """Push one shard of an archive to a destination; returns where its badges stand then.

    Can be repeated, and ended at any moment. Accounts that another process is at work on are left
    to it, and counted. Raises what `Campaign.push` raises but for that.
    """
    saved = accounts_store.save_destination(archive, destination.kind, destination.url)
    campaign = Campaign(
        *(archive, saved, destination, means.keys, means.treatment, limits),
        means.publish_collections,
        means.threads,
        shard=shard,
    )
    try:
        pushed = campaign.push(None, watch)
        seen = Counts(
            accounts=len(pushed),
            shut_out=sum(1 for one in pushed if one.trouble and not one.later),
            locked=sum(1 for one in pushed if one.locked),
        )
    except errors.ArchiveLocked:
        seen = Counts(locked=1)
    total = shards.total(archive, saved.id, saved.name, shard, limits.selection)
    return Counts.of(total) + seen


def share(capabilities: Capabilities, side_by_side: int) -> Capabilities:
    """Return the limits of one of several pushes that keep them together.

    Where a destination allows fewer requests a minute than there are pushes, each makes one.
    """
    a_minute = capabilities.requests_per_minute
    return replace(
        capabilities,
        requests_per_minute=max(1, a_minute // side_by_side) if a_minute else None,
        at_once=max(1, capabilities.at_once // side_by_side),
    )

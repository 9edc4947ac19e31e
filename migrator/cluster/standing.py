"""How the shards of a cohort stand: of each what is going on, and what it last came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from migrator.cluster.job import Done
from migrator.transfer.shard import Counts

OPEN = ("queued", "delayed", "running")
STATES = (*OPEN, "finished", "failed")


@dataclass(frozen=True, slots=True)
class Entry:
    """One shard in the queue: where it is, who works on it (`worker`), and what became of it.

    `state` is queued, delayed, running, finished or failed; `sign` changes while a worker lives.
    """

    id: str
    key: str
    queue: str = ""
    state: str = "queued"
    worker: str | None = None
    sign: str = ""
    done: Done | None = None

    @property
    def open(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Standing:
    """The shards of one destination.

    `shards = sum of states`. `counts` is the sum of what each shard last came to, `troubles` what
    kept shards from being pushed, by shard, and `workers` are those at work.
    """

    destination: str
    shards: int
    states: dict[str, int]
    counts: Counts
    workers: tuple[str, ...] = ()
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many shards are in no state; anything but 0 is a defect."""
        return self.shards - sum(self.states.values())

    @property
    def open(self) -> int:
        """How many shards something is still to come of."""
        return sum(self.states.get(state, 0) for state in OPEN)


def standings(entries: Iterable[Entry]) -> list[Standing]:
    """Return how each destination's shards stand, of all entries ever made, oldest first.

    A destination that was divided anew counts as it was divided last.
    """
    last: dict[str, dict[str, Entry]] = {}
    came_to: dict[str, Done] = {}
    for one in entries:
        destination, _, shard = one.key.rpartition(" ")
        of = shard.partition("/")[2]
        known = last.setdefault(destination, {})
        if known and not next(iter(known)).endswith(f"/{of}"):
            known.clear()
        known[shard] = one
        if one.done is not None:
            came_to[one.key] = one.done
    return [_standing(destination, known, came_to) for destination, known in last.items()]


def _standing(destination: str, known: dict[str, Entry], came_to: dict[str, Done]) -> Standing:
    done = [came_to[one.key] for one in known.values() if one.key in came_to]
    of = next(iter(known)).partition("/")[2]
    return Standing(
        destination,
        int(of),
        dict(Counter(one.state for one in known.values())),
        sum((one.counts for one in done), Counts()),
        tuple(sorted({str(one.worker) for one in known.values() if one.state == "running"})),
        {str(one.shard): one.trouble for one in done if one.trouble},
    )

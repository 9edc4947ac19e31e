"""What came of a run: counts of addresses that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.archive.web.sought import Books
from migrator.recover.walk import LOST_STATES

AGAIN = ("recovered", "recovered_before")
"""The states of what was found again, now or in an earlier run."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Badges and their addresses, each counted once, and why a run has ended early.

    `badges = looked_at + not_looked_at` and `addresses = served + unverified + lost`, where lost is
    the sum of LOST_STATES. `kinds` counts what was found again, now or before, by kind; `host` is
    where most of that belongs (or else most of what is lost). `trouble` says why the web archive
    was given up for now. `problems` are (place, sentence) of WARC files.
    """

    badges: int = 0
    not_looked_at: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    host: str | None = None
    trouble: str = ""
    interrupted: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    more_problems: int = 0

    def count(self, state: str) -> int:
        """Return how many addresses are in a state."""
        return self.states.get(state, 0)

    @property
    def addresses(self) -> int:
        """How many addresses were met."""
        return sum(self.states.values()) - self.count("elsewhere")

    @property
    def lost(self) -> int:
        """How many addresses their hosts no longer serve (or were looked for as if so)."""
        return sum(self.count(state) for state in LOST_STATES)

    @property
    def found_again(self) -> int:
        """How many of these were found again, now or in an earlier run."""
        return sum(self.count(state) for state in AGAIN)

    @property
    def balances(self) -> bool:
        """Whether every address met is accounted for."""
        return self.addresses == self.count("served") + self.count("unverified") + self.lost

    @property
    def open(self) -> bool:
        """Whether a later run has something left to ask."""
        return bool(self.count("left") or self.count("no_answer") or self.not_looked_at)


def counted(books: Books, badges: int) -> Tally:
    """Return what stands in the books of a run."""
    host = books.busiest_host(*AGAIN) or books.busiest_host(*LOST_STATES)
    return Tally(badges, states=books.counts(), kinds=books.kinds(*AGAIN), host=host)

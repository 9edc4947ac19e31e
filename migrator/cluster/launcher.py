"""The launcher: whatever has shards pushed, here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from migrator.cluster.job import Done, Job


@runtime_checkable
class Launcher(Protocol):
    """Has jobs done; each at least once, and what one comes to does not depend on the others."""

    def run(self, jobs: Sequence[Job], stop: Callable[[], bool]) -> Iterator[Done]:
        """Yield what became of each job as it ends, in any order; with `stop` true begin no more.

        A job is yielded once, the last time it was done. Jobs that were not begun are not yielded.
        """

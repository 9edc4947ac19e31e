"""Shards by workers, here or on other machines: put into the queue, and waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from migrator.cluster.job import Done, Job
from migrator.cluster.queue import Queue
from migrator.cluster.standing import Entry
from migrator.destinations.registry import resolve

_LOOK = 1.0
"""Seconds between two looks at how far the workers are."""


@dataclass(frozen=True, slots=True)
class Durable:
    """A launcher that leaves the work to `cluster worker`s; implements `Launcher`.

    Whoever waits can be ended: what is in the queue is done all the same.
    """

    url: str

    def run(self, jobs: Sequence[Job], stop: Callable[[], bool]) -> Iterator[Done]:
        """Yield what became of each job as it ends for good; see `Launcher`."""
        waiting = {job.key: job for job in jobs}
        per_minute = resolve(jobs[0].destination).capabilities.requests_per_minute
        with Queue(self.url) as queue:
            queue.submit(jobs, per_minute)
            while waiting and not stop():
                newest = {one.key: one for one in queue.entries()}
                for key in [key for key in waiting if not newest[key].open]:
                    yield _done(newest[key], waiting.pop(key))
                if waiting and not stop():
                    time.sleep(_LOOK)


def _done(entry: Entry, job: Job) -> Done:
    return entry.done or Done(job.shard, trouble="It was taken out of the queue. Submit it again.")

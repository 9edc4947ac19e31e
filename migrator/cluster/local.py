"""Shards in processes of this computer."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from migrator.cluster.job import Bench, Done, Job, perform

Stop = Callable[[], bool]
_LOOK = 0.25
"""Seconds after which somebody who wants to stop is noticed."""


@dataclass(frozen=True, slots=True)
class Local:
    """A launcher that works on one archive with so many processes; implements `Launcher`."""

    archive: Path
    processes: int
    password_command: str | None = None

    def run(self, jobs: Sequence[Job], stop: Stop) -> Iterator[Done]:
        """Yield what became of each job as it ends; see `Launcher`.

        Interrupted or closed before its end, it ends its processes at once.
        """
        with tempfile.TemporaryDirectory() as folder:
            flag, now = Flag(Path(folder) / "stop"), Flag(Path(folder) / "now")
            bench = Bench(self.archive, self.password_command, flag.raised)
            # Forked children would share connections and locks of threads.
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(self.processes, context, _begin, (now,)) as pool:
                try:
                    yield from _followed(pool, jobs, bench, flag, stop)
                except (KeyboardInterrupt, GeneratorExit):
                    now.path.touch()
                    raise


@dataclass(frozen=True, slots=True)
class Flag:
    """A sign to processes that somebody wants to stop: a file that is there or not."""

    path: Path

    def raised(self) -> bool:
        """Say whether somebody wants to stop."""
        return self.path.exists()


def _followed(
    pool: ProcessPoolExecutor, jobs: Sequence[Job], bench: Bench, flag: Flag, stop: Stop
) -> Iterator[Done]:
    jobs_of = {pool.submit(perform, job, bench): job for job in jobs}
    waiting = set(jobs_of)
    while waiting:
        done, waiting = wait(waiting, _LOOK, FIRST_COMPLETED)
        yield from (_result(one, jobs_of[one]) for one in done)
        if stop():
            flag.path.touch()
            waiting = {one for one in waiting if not one.cancel()}


def _result(one: Future[Done], job: Job) -> Done:
    try:
        return one.result()
    except BrokenExecutor:  # killed from outside, or out of memory: the others end with it
        return Done(
            job.shard,
            trouble="A process that pushed was ended from outside. Run the same command again.",
            later=True,
        )


def _begin(now: Flag) -> None:
    """Make a process of the pool end with the one that began it or at a sign, and not by itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the first one tells us
    threading.Thread(target=_end_at_once, args=(now,), daemon=True).start()


def _end_at_once(now: Flag) -> None:
    parent = multiprocessing.parent_process()
    while parent is not None and parent.is_alive() and not now.raised():
        parent.join(_LOOK)
    os._exit(1)

"""The worker: pushes shards from the queue, and takes up those of workers that have ended.

An entry is queued, then running, then finished. One whose worker has ended is queued again; one
that leaves badges for later is finished, and followed by another, which is delayed.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from dbos import DBOS, DBOSConfig

from migrator import errors
from migrator.archive.process import is_alive, is_here
from migrator.cluster.job import Bench, Done, Job, perform
from migrator.cluster.queue import APPLICATION, WORKFLOW, Json, Queue, options
from migrator.cluster.standing import Entry

VERSION = "1"
"""What a job is: workers of another version leave it alone."""
LATER = (60.0, 300.0, 900.0, 3600.0, 3600.0)
"""Seconds until a shard with badges left is done again, the first time and so on."""
SILENCE = 60.0
"""Seconds without a sign of life after which a worker of another machine has ended."""
_BEAT = 1.0
_PATIENCE = 300
"""Seconds for what is under way when somebody wants to stop: an import may take two minutes."""


def own_name() -> str:
    """Return what a worker is called: its machine, its process, and a sign of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


class _Stopped(BaseException):
    """Ends a shard that is to be put back: no outcome of it is kept, as when the process ends."""


@dataclass(slots=True)
class Watch:
    """Finds out whose worker has ended.

    One of this machine has ended with its process. Of another one it is told by its signs: clocks
    of machines differ, so what counts is for how long we have seen no new one.
    """

    clock: Callable[[], float] = time.monotonic
    silence: float = SILENCE
    _seen: dict[str, tuple[str | None, str, float]] = field(default_factory=dict)

    def abandoned(self, running: Iterable[Entry], ours: str) -> list[Entry]:
        """Return what is left of workers that have ended, `ours` being who asks."""
        now = self.clock()
        seen, found = {}, []
        for one in running:
            if one.worker == ours:
                continue
            worker, sign, since = self._seen.get(one.id, (None, "", now))
            if (worker, sign) != (one.worker, one.sign):
                since = now
            seen[one.id] = (one.worker, one.sign, since)
            if _has_ended(one.worker or "") or now - since >= self.silence:
                found.append(one)
        self._seen = seen
        return found


@dataclass(slots=True)
class Worker:
    """One worker, in this process; `ended` is told of each shard that was pushed here.

    `away` is told when the database has gone away: it is waited for.
    """

    url: str
    bench: Bench
    ended: Callable[[Done], None]
    away: Callable[[str], None] = lambda _: None
    stay: bool = False
    later: tuple[float, ...] = LATER
    watch: Watch = field(default_factory=Watch)
    name: str = field(default_factory=own_name)

    def run(self) -> None:
        """Work until nothing is left (with `stay` until told to stop); raises errors.Usage.

        Told to stop, the shard under way ends after the badges under way, and is put back.
        """
        with Queue(self.url) as queue:
            self._launch()
            try:
                self._attend(queue)
            finally:
                patience = _PATIENCE if self.bench.stop() else 0
                DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)
            for one in queue.running():
                if one.worker == self.name:
                    queue.put_back(one)

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self.url,
            "executor_id": self.name,
            "application_version": VERSION,
            "serializer": Json(),
            "log_level": "CRITICAL",
            "run_migrations": False,
        }

        def push(facts: dict[str, Any], tries: int) -> dict[str, Any]:
            return self._push(facts, tries)

        DBOS(config=config)
        DBOS.workflow(name=WORKFLOW)(push)
        DBOS.launch()

    def _attend(self, queue: Queue) -> None:
        beats, away = 0, False
        while not self.bench.stop():
            beats += 1
            try:
                if self._looked(queue, beats):
                    return
                away = False
            except errors.Usage as error:
                if not away:
                    self.away(error.what)
                away = True
            self._wait()

    def _looked(self, queue: Queue, beats: int) -> bool:
        """Give a sign of life, put back what others have left; returns whether nothing is left."""
        running = queue.running()
        queue.sign((one for one in running if one.worker == self.name), f"{beats}")
        for one in self.watch.abandoned(running, self.name):
            queue.put_back(one)
        return not (self.stay or running) and queue.empty()

    def _wait(self) -> None:
        until = time.monotonic() + _BEAT
        while not self.bench.stop() and time.monotonic() < until:
            time.sleep(0.1)

    def _push(self, facts: dict[str, Any], tries: int) -> dict[str, Any]:
        job = Job.read(facts)
        done = DBOS.run_step({"name": "push"}, self._pushed, facts)
        if done["later"] and tries < len(self.later):
            again = options(f"push to {job.destination}", job)
            again["workflow_id"] = f"{DBOS.workflow_id}+"
            again["delay_seconds"] = self.later[tries]
            DBOS.enqueue_workflow_with_options(again, facts, tries + 1)
        return done

    def _pushed(self, facts: dict[str, Any]) -> dict[str, Any]:
        done = self._performed(Job.read(facts))
        if self.bench.stop() and done.later:
            raise _Stopped
        self.ended(done)
        return asdict(done)

    def _performed(self, job: Job) -> Done:
        try:
            return perform(job, self.bench)
        except Exception as error:  # noqa: BLE001 - a worker's boundary: the next shard may go well
            said = f"{type(error).__name__}: {error}"
            return Done(job.shard, trouble=f"An internal error ({said}). Please report it.")


def _has_ended(worker: str) -> bool:
    """Say whether a worker of this machine has ended; of another machine it cannot be told."""
    host, _, rest = worker.partition(":")
    pid = rest.partition(":")[0]
    # Our own number under another name is an earlier process: in a container all have the same.
    return pid.isdigit() and is_here(host) and (int(pid) == os.getpid() or not is_alive(int(pid)))

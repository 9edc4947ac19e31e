"""A crew of threads that ask; what they bring is taken by the one thread that owns the archive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Generic[Task, Result]):
    """Threads that do one kind of work, started when they are first needed.

    They are daemons: a host that holds one up holds up nobody who wants to stop. What the work
    raises is raised by `results`, which must be read as often as `give` is called.
    """

    def __init__(self, threads: int, work: Callable[[Task], Result]) -> None:
        self._most = threads
        self._work = work
        self._threads = 0
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Task, Result | BaseException]] = queue.SimpleQueue()
        self.busy = 0

    @property
    def free(self) -> bool:
        """Whether one of the crew has nothing to do."""
        return self.busy < self._most

    def give(self, task: Task) -> None:
        """Give a task to whoever is free."""
        self.busy += 1
        if self._threads < min(self.busy, self._most):
            self._threads += 1
            threading.Thread(target=self._serve, daemon=True).start()
        self._tasks.put(task)

    def results(self, seconds: float) -> list[tuple[Task, Result]]:
        """Return what is finished, waiting for the first at most so many seconds."""
        found = []
        try:
            one = self._results.get(timeout=max(seconds, 0.001))
            while True:
                self.busy -= 1
                task, result = one
                if isinstance(result, BaseException):
                    raise result
                found.append((task, result))
                one = self._results.get_nowait()
        except queue.Empty:
            return found

    def dismiss(self) -> None:
        """Let everybody go who has finished."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._results.put((task, self._work(task)))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that reads
                self._results.put((task, error))

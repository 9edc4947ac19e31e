"""The crew: threads that make calls for one thread that waits for their answers."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the call made under `key`: what it returned, or what it raised."""

    key: int
    value: Any = None
    error: BaseException | None = None

    @classmethod
    def of(cls, key: int, call: Call) -> Self:
        """Make a call and keep whatever comes of it."""
        try:
            return cls(key, call())
        except BaseException as error:  # noqa: BLE001 - a worker's boundary: raised where it is waited for
            return cls(key, error=error)


class Crew:
    """At most `size` threads, begun when there is work for them.

    They do not keep the program from ending: a person who presses Ctrl-C twice is not kept waiting
    for a request that takes a minute.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads: list[threading.Thread] = []
        self._orders: queue.SimpleQueue[tuple[int, Call] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._under_way = 0

    def make(self, key: int, call: Call) -> None:
        """Have a call made; its answer will have this key."""
        self._under_way += 1
        if len(self._threads) < min(self._size, self._under_way):
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._orders.put((key, call))

    def answers(self) -> list[Answer]:
        """Wait for an answer, and return all that have come."""
        found = [self._answers.get()]
        while len(found) < self._under_way:
            try:
                found.append(self._answers.get_nowait())
            except queue.Empty:
                break
        self._under_way -= len(found)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _thread in self._threads:
            self._orders.put(None)
        if not self._under_way:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            self._answers.put(Answer.of(*order))

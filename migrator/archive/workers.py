"""Other processes that understand badges while this one writes them."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Self

from migrator.archive.collector import collecting_rarely
from migrator.archive.understood import Answer, understand
from migrator.openbadges import png
from migrator.openbadges.badge import Pieces
from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.model import Unreadable
from migrator.sources.found import Found, Parts

_MOST = 4
"""More of them would only wait for the one that writes."""
_FIRST = 3_000
"""So many badges are understood here before it is worth while to start another process."""


class Workers:
    """Understands the badges of batches ahead of their writing, on the cores that are free.

    Small sources, and sources that are known already, never start another process. A process that
    dies (out of memory) costs nothing but time: its batch is understood here.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = min(cores() - 1, _MOST) if count is None else count
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[Future[list[Answer]] | None] = deque()
        self._handed_out = 0
        self._new = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def ahead(self) -> int:
        """How many batches may be read before the first is written."""
        return self._count + 1 if self._pool else 0

    def hand_out(self, found: list[Found]) -> None:
        """Take a batch."""
        self._handed_out += len(found)
        self._waiting.append(self._submitted(found) if self._new else None)

    def learn(self, archived: int, known: int) -> None:
        """Learn what became of a batch: what is mostly known need not be understood again."""
        self._new = archived >= known

    def take_back(self) -> list[Answer] | None:
        """Return what the oldest batch was understood as; None when nobody has worked on it."""
        future = self._waiting.popleft()
        if future is None:
            return None
        try:
            return future.result()
        except BrokenProcessPool:
            self._count, self._pool = 0, None
            return None

    def _submitted(self, found: list[Found]) -> Future[list[Answer]] | None:
        if self._count < 1 or self._handed_out < _FIRST:
            return None
        if self._pool is None:
            # Not forked: a copy of a process with threads may hold a lock that nobody gives back.
            self._pool = ProcessPoolExecutor(
                self._count, mp_context=get_context("spawn"), initializer=serve
            )
        try:
            # Plain values travel between processes in a tenth of the time that dataclasses take.
            return self._pool.submit(understand_all, [_light(one.parts) for one in found])
        except BrokenProcessPool:
            return None


def _light(parts: Parts) -> Parts:
    """Return the parts of a badge with what a PNG carries in place of it.

    To walk a PNG takes a tenth of the time that it takes to send it to another process.
    """
    assertion, badge_class, issuer, jws, hosted_url, image = parts
    if not isinstance(image, bytes) or sniff(image) != png.MEDIA_TYPE:
        return parts
    try:
        return assertion, badge_class, issuer, jws, hosted_url, unbake(image)
    except Unreadable:
        return parts


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def serve() -> None:
    """Begin to serve the process that writes: it decides what Ctrl-C means, and its end is ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (writer := parent_process()) is not None:
        threading.Thread(target=_end_with, args=(writer.join,), daemon=True).start()


def _end_with(ended: Callable[[], object]) -> None:
    # A process that waits for work does not see by itself that nobody is left to give any.
    ended()
    os._exit(1)


def understand_all(badges: list[Parts]) -> list[Answer]:
    """Understand the badges of a batch, each as the values of `Pieces`."""
    with collecting_rarely():
        return [understand(Pieces(*one)) for one in badges]

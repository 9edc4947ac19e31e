"""Counts over the whole archive, kept while it stays as it is: a million badges take seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PATIENCE = 0.15  # seconds that a page waits for fresher counts than it has
_SHARE = 20  # counting takes at most this part of the time while the archive changes
_AT_ONCE = 2  # of four threads: pages that only look something up never wait for counts
_SETTLED = 1_000_000_000  # nanoseconds after which a file's time tells every change

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, of which state of the file, when, and how many seconds that took."""

    value: Any
    stamp: Stamp | None
    at: float
    took: float


class Counts:
    """Remembers counts by name, and counts anew in the background when the archive has changed."""

    def __init__(self, archive: Path) -> None:
        self._files = (archive, archive.with_name(f"{archive.name}-wal"))
        self._kept: dict[str, Counted] = {}
        self._under_way: dict[str, asyncio.Task[Counted]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def get(self, name: str, count: Callable[[], Awaitable[Any]], *, wait: bool) -> Any:
        """Return what `count` counts, or a little older counts; None while first being counted.

        With `wait` it is waited for instead. Raises what `count` raises.
        """
        kept = self._kept.get(name)
        if kept is not None and self._will_do(kept):
            return kept.value
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._count(name, count))
            task.add_done_callback(_heard)
            self._under_way[name] = task
        patience = None if wait else _PATIENCE
        done, _ = await asyncio.wait({task}, timeout=patience)
        if done:
            return task.result().value
        return kept.value if kept is not None else None

    async def _count(self, name: str, count: Callable[[], Awaitable[Any]]) -> Counted:
        try:
            async with self._turns:
                stamp, start = self._stamp(), time.monotonic()
                value = await count()
                end = time.monotonic()
            self._kept[name] = Counted(value, stamp, end, end - start)
            return self._kept[name]
        finally:
            del self._under_way[name]

    def _will_do(self, kept: Counted) -> bool:
        if kept.stamp is not None and kept.stamp == self._stamp():
            return True
        return time.monotonic() - kept.at < kept.took * _SHARE

    def _stamp(self) -> Stamp | None:
        """Return what tells this state of the file from others; None right after a change."""
        now, found = time.time_ns(), []
        for file in self._files:
            try:
                facts = file.stat()
            except OSError:  # no log beside it
                found.append((0, 0))
                continue
            if now - facts.st_mtime_ns < _SETTLED:
                return None
            found.append((facts.st_mtime_ns, facts.st_size))
        return tuple(found)


def _heard(task: asyncio.Task[Counted]) -> None:
    # Where the page did not wait for it, the next one counts again and says what is wrong.
    if not task.cancelled():
        task.exception()

"""One thread that looks at the clock for many requests: one for each costs more than they do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watch:
    """Calls what is to be called when somebody's time is up.

    Its thread begins with the first who is watched over, and ends when it looks up and nobody is.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._over: dict[object, tuple[float, Callable[[], None]]] = {}
        self._thread: threading.Thread | None = None
        self._wakes = float("inf")

    @contextmanager
    def over(self, expire: Callable[[], None], seconds: float) -> Iterator[None]:
        """Call `expire`, from another thread, if the block lasts longer than so many seconds."""
        key = object()
        until = time.monotonic() + max(seconds, 0.0)
        with self._changed:
            self._over[key] = (until, expire)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            elif until < self._wakes:
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._over.pop(key, None)

    def close(self) -> None:
        """Wake the thread; with nobody to watch over it ends."""
        with self._changed:
            self._changed.notify_all()

    def _look(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                late = [(key, one[1]) for key, one in self._over.items() if one[0] <= now]
                for key, _ in late:
                    del self._over[key]
                if not late:
                    if not self._over:
                        self._thread = None
                        return
                    self._wakes = min(until for until, _ in self._over.values())
                    self._changed.wait(self._wakes - now)
                    continue
            for _, expire in late:
                expire()

"""Lines before the doors of hosts: who is asked next, so that no host is asked too fast."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from migrator.archive.web.agenda import Address, Agenda
from migrator.net.limits import RateLimiter

_MOST_HOSTS = 64
_AT_HAND = 16


@dataclass(frozen=True, slots=True)
class Manners:
    """How a host is asked: so many requests a minute, so many at the same time.

    `patience` is the longest pause in seconds that a host's Retry-After gets within a run; `tries`
    how often an address is asked that says "later". `free` hosts (on this computer) have no pace.
    """

    per_minute: int = 60
    at_once: int = 2
    threads: int = 16
    patience: float = 120
    tries: int = 3
    free: Callable[[str], bool] = lambda _host: False


@dataclass(slots=True)
class _Line:
    waiting: deque[Address] = field(default_factory=deque)
    flying: int = 0
    due: float | None = None
    dry: bool = False


class Lines:
    """The addresses that are next, some for each of some hosts; the rest stays on the agenda."""

    def __init__(
        self, agenda: Agenda, manners: Manners, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._agenda = agenda
        self._manners = manners
        self._clock = clock
        # The limiter is asked when a request is due, and does not sleep: others go meanwhile.
        self._limiter = RateLimiter(
            manners.per_minute, at_once=manners.at_once, clock=clock, sleep=lambda _seconds: None
        )
        self._lines: dict[str, _Line] = {}
        self._last_host = ""
        self._dry = False

    def next(self) -> Address | None:
        """Return an address whose host may be asked now, None while there is none."""
        self._fill()
        now = self._clock()
        for host, line in list(self._lines.items()):
            if line.waiting and self._may(host, line, now):
                line.due = None
                line.flying += 1
                # To the end: every host has its turn.
                self._lines[host] = self._lines.pop(host)
                return line.waiting.popleft()
        return None

    def seconds(self) -> float:
        """Return how long it is until the next request is due, at most a fifth of a second."""
        dues = [line.due for line in self._lines.values() if line.due is not None]
        return min(max(min(dues, default=0.2) - self._clock(), 0.0) if dues else 0.2, 0.2)

    def done(self, address: Address) -> None:
        """Note that an address is no longer being asked."""
        self._lines[address.host].flying -= 1

    def again(self, address: Address, seconds: float) -> None:
        """Ask an address again when its host has had the rest it wants."""
        line = self._lines[address.host]
        self._limiter.pause(seconds, address.host)
        line.due = None
        line.waiting.append(address)

    def added(self) -> None:
        """Look at the agenda again: there is more on it."""
        self._dry = False
        for line in self._lines.values():
            line.dry = False

    def drop(self, host: str) -> list[Address]:
        """Ask a host no more; returns who stood in its line."""
        line = self._lines.get(host)
        left = list(line.waiting) if line else []
        if line:
            line.waiting.clear()
        return left

    @property
    def empty(self) -> bool:
        """Whether nobody waits or is being asked, and the agenda has nobody left."""
        self._fill()
        return not any(line.waiting or line.flying for line in self._lines.values())

    def _may(self, host: str, line: _Line, now: float) -> bool:
        if not host or self._manners.free(host):
            return line.flying < self._manners.threads
        if line.flying >= self._manners.at_once:
            return False
        if line.due is None:
            line.due = now + self._limiter.wait(host)
        return line.due <= now

    def _fill(self) -> None:
        for host, line in list(self._lines.items()):
            if not line.waiting and not line.dry:
                line.waiting.extend(self._agenda.take(host, _AT_HAND))
                line.dry = not line.waiting
            if line.dry and not line.waiting and not line.flying:
                del self._lines[host]
        while len(self._lines) < _MOST_HOSTS and not self._dry:
            following = self._new_host()
            if following is None:
                self._dry = True
            else:
                taken = self._agenda.take(following, _AT_HAND)
                self._lines[following] = _Line(deque(taken))

    def _new_host(self) -> str | None:
        """Return a host that has no line yet, None when every host has one."""
        for _ in range(len(self._lines) + 1):
            following = self._agenda.next_host(self._last_host)
            if following is None:
                return None
            self._last_host = following
            if following not in self._lines:
                return following
        return None

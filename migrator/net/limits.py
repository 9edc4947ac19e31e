"""Politeness: a steady rate for each destination, and waiting as long as a server asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 3600.0


class RateLimiter:
    """Lets requests through at no more than `per_minute`; None lets everything through at once.

    A token bucket of a few seconds' worth, so that a pause is not followed by a flood.
    """

    def __init__(
        self,
        per_minute: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = per_minute / 60 if per_minute else 0.0
        self._most = max(1.0, self._rate * 2)
        self._tokens = self._most
        self._clock = clock
        self._sleep = sleep
        self._then = clock()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may leave."""
        if not self._rate:
            return
        with self._lock:
            now = self._clock()
            self._tokens = min(self._most, self._tokens + (now - self._then) * self._rate)
            self._then = now
            self._tokens -= 1
            pause = -self._tokens / self._rate if self._tokens < 0 else 0.0
        if pause > 0:
            self._sleep(pause)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, at most an hour; None where it is no time.

    Both forms of RFC 9110 10.2.3 are read: seconds and an HTTP date.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, min((then - now).total_seconds(), LONGEST_WAIT))

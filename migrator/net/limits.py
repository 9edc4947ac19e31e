"""How fast and how much: a token bucket a host, Retry-After, and bodies of a bounded size."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

LONGEST_WAIT = 3600.0
"""Seconds; what a server asks for beyond an hour is not believed."""
_CHUNK = 64 << 10


class TooLarge(Exception):
    """A body is larger than it may be; the message says how large."""


class RawBody(Protocol):
    """The part of urllib3's response that is used here."""

    def read1(self, amt: int, decode_content: bool) -> bytes | None:
        """Return what is there, decompressed, at most `amt` bytes; nothing at the end."""


class RateLimiter:
    """At most so many requests a minute to each host, a few of them at once (a token bucket).

    Any number of threads may wait. `per_minute` None or 0 means no limit.
    """

    def __init__(
        self,
        per_minute: int | None,
        *,
        at_once: int = 4,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._ahead = self._gap * (max(at_once, 1) - 1)
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str = "") -> float:
        """Wait until the next request to this host is due; returns the seconds waited."""
        with self._lock:
            now = self._clock()
            due = max(self._next.get(host, now - self._ahead), now - self._ahead)
            self._next[host] = due + self._gap
        seconds = max(0.0, due - now)
        if seconds:
            self._sleep(seconds)
        return seconds

    def pause(self, seconds: float, host: str = "") -> None:
        """Let no request to this host go for so many seconds, as the host has asked."""
        with self._lock:
            later = self._clock() + min(seconds, LONGEST_WAIT)
            self._next[host] = max(self._next.get(host, later), later)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds a server asks to wait, 0 to 3600; None when it does not say.

    `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3).
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def read_body(raw: RawBody, headers: Mapping[str, str], most: int) -> bytes:
    """Return the body, decompressed; raises TooLarge before more than `most` bytes are held.

    What came is taken at once, however little, so that a slow host cannot hide behind a buffer.
    """
    declared = headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > most:
        raise TooLarge(f"{int(declared[:18]):,} bytes announced, at most {most:,} are read")
    body = bytearray()
    while part := raw.read1(_CHUNK, decode_content=True):
        body += part
        if len(body) > most:
            raise TooLarge(f"more than {most:,} bytes")
    return bytes(body)

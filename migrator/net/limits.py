"""How fast and how much: a token bucket a host, Retry-After, and bodies of a bounded size."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

LONGEST_WAIT = 3600.0
"""Seconds; what a server asks for beyond an hour is not believed."""
_CHUNK = 64 << 10
# Seconds between two requests to a host that has complained, at least and at most: a request in 20
# seconds is slower than any backpack wants it.
_FIRST_GAP = 0.01
_SLOWEST = 20.0
_NO_GAP = 0.001
_RECOVERY = 0.97  # some 25 content answers make up for one complaint
_MEMORY = 0.1  # the share of the newest one in what is usual between two requests


class TooLarge(Exception):
    """A body is larger than it may be; the message says how large."""


class RawBody(Protocol):
    """The part of urllib3's response that is used here."""

    def read1(self, amt: int, decode_content: bool) -> bytes | None:
        """Return what is there, decompressed, at most `amt` bytes; nothing at the end."""


class RateLimiter:
    """At most so many requests a minute to each host, a few of them at once (a token bucket).

    Any number of threads may wait. `per_minute` None or 0 means no limit. A host that complains is
    asked half as often from then on, and a little more often after each request it is content with,
    until the pace is the old one. With `stop` true nobody waits any more.
    """

    def __init__(
        self,
        per_minute: int | None,
        *,
        at_once: int = 4,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._burst = max(at_once, 1) - 1
        self._clock = clock
        self._sleep = sleep
        self._stop = stop
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def wait(self, host: str = "") -> float:
        """Wait until the next request to this host is due; returns the seconds waited."""
        waited = 0.0
        while True:
            with self._lock:
                due = self._reserved(host)
                seconds = max(0.0, due - self._clock())
            if seconds:
                self._sleep(seconds)
            waited += seconds
            with self._lock:
                # Who has slept through the beginning of a pause waits for its end, in line again.
                if self._stop() or self._of(host).paused_until <= due:
                    return waited

    def pause(self, seconds: float, host: str = "") -> None:
        """Let no request to this host go for so many seconds, as the host has asked."""
        with self._lock:
            one = self._of(host)
            later = self._clock() + min(seconds, LONGEST_WAIT)
            one.next = max(one.next, later)
            one.paused_until = max(one.paused_until, later)

    def slow(self, host: str = "", *, since: float | None = None) -> None:
        """Halve the pace, for a host that complains about it.

        `since` is when the request began (by this limiter's clock): one that was under way when
        the pace was last halved says nothing about the new pace.
        """
        with self._lock:
            one = self._of(host)
            now = self._clock()
            if since is not None and since <= one.slowed_at:
                return
            one.slowed_at = now
            one.gap = min(_SLOWEST, 2 * max(one.gap or one.usual, _FIRST_GAP / 2))
            one.next = max(one.next, now + one.gap)

    def recover(self, host: str = "") -> None:
        """Note that a host was content with a request."""
        with self._lock:
            one = self._of(host)
            one.gap = max(self._gap, one.gap * _RECOVERY)
            if not self._gap and one.gap < _NO_GAP:
                one.gap = 0.0

    def _reserved(self, host: str) -> float:
        """Take the next turn; returns the moment it comes, which may be past."""
        one = self._of(host)
        # What was not used is saved up, for a few requests and at the usual pace only.
        ahead = one.gap * self._burst if one.gap <= self._gap else 0.0
        now = self._clock()
        due = max(one.next, now - ahead)
        one.next = due + one.gap
        if one.last is not None:
            one.usual += _MEMORY * (now - one.last - one.usual)
        one.last = now
        return due

    def _of(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host(self._gap))


@dataclass(slots=True)
class _Host:
    """One host: seconds between two requests, and moments of the limiter's clock.

    `usual` is how long it was between two lately, whatever the limit.
    """

    gap: float
    usual: float = 0.0
    last: float | None = None
    next: float = float("-inf")
    paused_until: float = float("-inf")
    slowed_at: float = float("-inf")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds a server asks to wait, 0 to 3600; None when it does not say.

    `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3). A date is meant by the
    server's own clock, which the answer shows (`Date`); ours may be a day off.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), LONGEST_WAIT)
    until = _moment(text)
    if until is None:
        return None
    there = _moment(headers.get("Date", "")) or now or datetime.now(UTC)
    return min(max((until - there).total_seconds(), 0.0), LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    """Return the moment an HTTP date means, None when it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


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

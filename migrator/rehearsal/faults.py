"""Making the rehearsal backpack as bad as a real one can be: slow, failing, limiting, losing.

The faults stand in front of the app, so that no handler knows of them. Which request is hit is
worked out from the seed, the request itself and how often it was seen: the same run gives the same
faults, whatever the order of the threads, and a request that failed can succeed the next time.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from math import ceil
from typing import Any

from migrator.rehearsal.answers import page
from migrator.rehearsal.state import Clock, now

StartResponse = Callable[..., Any]
App = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

MINUTE = timedelta(minutes=1)
SENDING = (
    "POST /v2/backpack/import",
    "POST /v1/earner/badges",
    "POST /bcv1/assertions",
    "POST /ims/ob/v3p0/credentials",
    "POST /v2/backpack/collections",
    "PUT /v2/backpack/collections",
    "POST /v2/issuers",
    "POST /v2/badgeclasses/",
)


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, and for which requests.

    `slow` seconds before each answer; `fail` percent of requests answered 500 without effect; more
    than `limit` requests a minute answered 429 (0: no limit), with or without `Retry-After`, and
    `busy` percent of requests too; `lose` percent of requests take effect and are cut off without
    an answer. `paths` are starts of "METHOD
    /path"; one that begins with a slash is meant for every method.
    """

    slow: float = 0.0
    fail: float = 0.0
    limit: int = 0
    retry_after: bool = True
    lose: float = 0.0
    busy: float = 0.0
    seed: int = 0
    paths: tuple[str, ...] = SENDING

    def concern(self, method: str, path: str) -> bool:
        """Whether a request is among those that go wrong."""
        return any(
            path.startswith(each) if each.startswith("/") else f"{method} {path}".startswith(each)
            for each in self.paths
        )


class Faulty:
    """A WSGI app in front of another, with faults that can be changed while it runs."""

    def __init__(
        self,
        app: App,
        faults: Faults | None = None,
        *,
        clock: Clock = now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.app = app
        self.faults = faults or Faults()
        self.clock = clock
        self.sleep = sleep
        self.happened: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._seen: Counter[bytes] = Counter()
        self._recent: deque[datetime] = deque()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or spoil it."""
        faults = self.faults
        if not faults.concern(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            return self.app(environ, start_response)
        wait = self._wait(faults)
        if wait:
            self._note("limited")
            return _too_many(faults, wait, environ, start_response)
        chance = faults.fail or faults.lose or faults.busy
        request = self._digest(environ) if chance else b""
        if _hit(faults.busy, faults.seed, b"busy", request):
            self._note("limited")
            return _too_many(faults, 1, environ, start_response)
        if faults.slow:
            self.sleep(faults.slow)
        if _hit(faults.fail, faults.seed, b"fail", request):
            self._note("failed")
            return page(500, "The rehearsal was told to fail now and then.")(
                environ, start_response
            )
        if _hit(faults.lose, faults.seed, b"lose", request):
            self._note("lost")
            return self._lose(environ, start_response)
        return self.app(environ, start_response)

    def _note(self, what: str) -> None:
        with self._lock:
            self.happened[what] += 1

    def _wait(self, faults: Faults) -> int:
        """Return the seconds until the next request is allowed, 0 when this one is."""
        if not faults.limit:
            return 0
        with self._lock:
            current = self.clock()
            while self._recent and current - self._recent[0] >= MINUTE:
                self._recent.popleft()
            if len(self._recent) >= faults.limit:
                return max(1, ceil((MINUTE - (current - self._recent[0])).total_seconds()))
            self._recent.append(current)
            return 0

    def _digest(self, environ: dict[str, Any]) -> bytes:
        """Return what tells this request from all others, its repetitions too."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        line = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}\n".encode()
        key = hashlib.sha256(line + body).digest()
        with self._lock:
            self._seen[key] += 1
            return key + str(self._seen[key]).encode()

    def _lose(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Do what was asked and hang up."""
        answer = self.app(environ, lambda *_args: None)
        for _ in answer:
            pass
        if hasattr(answer, "close"):
            answer.close()
        return hang_up(environ, start_response)


def hang_up(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """End the connection without an answer, as a dead host or a broken line does."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # the other side may have hung up before us
            connection.shutdown(socket.SHUT_RDWR)
    start_response("500 Hung Up", [])
    return []


def _hit(percent: float, seed: int, kind: bytes, request: bytes) -> bool:
    """Draw a lot that is the same for the same seed and request."""
    digest = hashlib.sha256(b"%d|%b|%b" % (seed, kind, request)).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < percent / 100


def _too_many(
    faults: Faults, wait: int, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    response = page(429, "Too many requests.")
    if faults.retry_after:
        response.headers["Retry-After"] = str(wait)
    return response(environ, start_response)

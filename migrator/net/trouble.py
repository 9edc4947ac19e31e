"""What can keep an answer from coming, told apart so that each gets its own advice."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import requests
import urllib3.exceptions as lib

from migrator.net.guard import Blocked
from migrator.net.redaction import redact


class Unreachable(Exception):
    """No answer came from an address.

    `kind` is dns, refused, tls, timeout, reset, too_large, blocked or redirects; `sent` says
    whether the request may have reached the server, so that its effect is unknown.
    """

    def __init__(self, kind: str, url: str, detail: str = "", *, sent: bool = False) -> None:
        self.kind = kind
        self.url = redact(url)
        self.detail = redact(detail)
        self.sent = sent
        super().__init__(f"{self.url}: {kind}" + (f" ({self.detail})" if self.detail else ""))


_KINDS: tuple[tuple[tuple[type[BaseException], ...], str, str, bool], ...] = (
    ((ssl.SSLError, lib.SSLError), "tls", "", False),
    ((socket.gaierror, lib.NameResolutionError), "dns", "", False),
    ((ConnectionRefusedError,), "refused", "", False),
    ((lib.ReadTimeoutError, requests.ReadTimeout), "timeout", "no answer", True),
    ((TimeoutError, requests.ConnectTimeout), "timeout", "no connection", False),
    ((lib.NewConnectionError,), "refused", "", False),
    ((requests.exceptions.InvalidURL, UnicodeError), "blocked", "not an address", False),
)


def explain(error: Exception, url: str) -> Unreachable:
    """Return what an exception of the library means."""
    for cause in _causes(error):
        if isinstance(cause, Blocked):
            return Unreachable("blocked", url, str(cause))
        for types, kind, detail, sent in _KINDS:
            if isinstance(cause, types):
                return Unreachable(kind, url, detail or _short(cause), sent=sent)
    # The connection stood and broke off: what was asked may have happened.
    return Unreachable("reset", url, _short(error), sent=True)


def _causes(error: BaseException) -> list[Any]:
    found: list[Any] = []
    waiting: list[Any] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        found.append(one)
        following = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        waiting.extend(each for each in following if isinstance(each, BaseException))
    return found


def _short(error: BaseException) -> str:
    return str(error)[:200]

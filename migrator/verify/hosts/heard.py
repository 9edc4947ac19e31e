"""What one asking of an address brought: the answer, and all that a re-check needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from migrator.net import Reply, Unreachable
from migrator.net.limits import retry_after
from migrator.net.trouble import TOO_SLOW

# What OpenSSL says of itself around its words: "[SSL: CODE] words (_ssl.c:1006)".
_LIBRARY = re.compile(r"\[SSL[^\]]{0,60}\] ?| ?\(_ssl\.c:\d+\)")
_UNAVAILABLE = frozenset({429, 503})


class Getter(Protocol):
    """Whoever asks: `migrator.net.Client`, or a rehearsal's."""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address and follow where it leads; raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, after redirects.

    `status` is None when none came; then `error` says why (see `migrator.verify.answers`), or
    "endless" for one that had begun. `final_url` is where redirects led, `wait` the seconds a busy
    host asks us to stay away.
    """

    url: str
    status: int | None = None
    error: str = ""
    detail: str = ""
    content_type: str = ""
    body: bytes = b""
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    wait: float | None = None


def hear(
    client: Getter, url: str, conditions: Mapping[str, str] | None = None, *, played: bool = False
) -> Heard:
    """Ask an address once; never raises for a bad address or host.

    `conditions` are If-None-Match and If-Modified-Since of an earlier answer. `played` says that
    one local server plays all hosts: there, a host that is gone can only hang up.
    """
    try:
        reply = client.get(url, conditions)
    except Unreachable as error:
        detail = _LIBRARY.sub("", error.detail)
        return Heard(url, error=_kind(error, played=played), detail=detail)
    return Heard(
        url=url,
        status=reply.status,
        content_type=reply.headers.get("Content-Type", ""),
        body=reply.body,
        final_url=None if reply.url == url else reply.url,
        etag=reply.headers.get("ETag"),
        last_modified=reply.headers.get("Last-Modified"),
        wait=retry_after(reply.headers) if reply.status in _UNAVAILABLE else None,
    )


def _kind(error: Unreachable, *, played: bool) -> str:
    if error.kind == "timeout" and error.detail == TOO_SLOW and error.sent:
        return "endless"
    return "refused" if played and error.kind == "reset" else error.kind

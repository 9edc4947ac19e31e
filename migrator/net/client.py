"""The client: GETs that follow redirects carefully, requests that are made exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from migrator import __version__
from migrator.errors import Usage
from migrator.net.connection import Gate, GuardedAdapter
from migrator.net.guard import Blocked, check_public, check_url
from migrator.net.limits import read_body
from migrator.net.reply import Reply
from migrator.net.trouble import FAILURES, TOO_SLOW, Unreachable, explain

USER_AGENT = f"badge-migrator/{__version__} (rescues Open Badges)"
MAX_BYTES = 16 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})

_ACCEPT = {"Accept": "application/ld+json, application/json, image/*;q=0.8, */*;q=0.5"}


@dataclass(frozen=True, slots=True)
class _Order:
    """One request as it is to be made."""

    method: str
    url: str
    headers: Mapping[str, str]
    read_timeout: float
    until: float
    json: Any = None
    data: Any = None
    whole: bool = True


class Client:
    """Asks the web. Threads may share one.

    Only http(s) on public addresses is asked unless `allow_private`; certificates are always
    checked; proxies, cookies and passwords of the environment are left alone. With `via` every
    request goes to that address instead, with its own Host and X-Forwarded-Proto. Time-outs are in
    seconds: to connect, between two pieces of an answer, and for a whole call with its redirects
    (both together unless said otherwise).
    """

    def __init__(  # noqa: PLR0913 -- each is a limit of its own, and has a default
        self,
        *,
        via: str | None = None,
        allow_private: bool = False,
        connect_timeout: float = 10,
        read_timeout: float = 60,
        total_timeout: float | None = None,
        max_bytes: int = MAX_BYTES,
        user_agent: str = USER_AGENT,
        max_redirects: int = 10,
    ) -> None:
        self._via = _via(via) if via else None
        self._allow_private = allow_private
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout or connect_timeout + read_timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._gate = Gate(allow_private=allow_private or self._via is not None)
        # Without a session of `requests`, which would read the body of a redirect to its end,
        # keep cookies and look for passwords in the environment.
        self._adapter = GuardedAdapter(self._gate)
        self._headers = {
            "User-Agent": user_agent,
            "Accept-Encoding": "gzip, deflate",
            "Accept": "application/json",
        }

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address and follow where it leads, each hop guarded; raises Unreachable.

        Passwords and tokens among `headers` stay with the first host.
        """
        until = monotonic() + self._total_timeout
        headers = {**_ACCEPT, **(headers or {})}
        for _ in range(self._max_redirects + 1):
            order = _Order("GET", url, headers, self._read_timeout, until, whole=False)
            reply = self._exchange(order)
            location = reply.headers.get("Location", "")
            if reply.status not in _REDIRECTS or not location:
                return reply
            following = _joined(url, location)
            if _origin(following) != _origin(url):
                headers = {
                    name: value
                    for name, value in headers.items()
                    if name.lower() not in _SECRET_HEADERS
                }
            url = following
        raise Unreachable("redirects", url, f"more than {self._max_redirects} redirects", sent=True)

    def request(  # noqa: PLR0913 -- the parts a request can have
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """Make exactly one request, redirects not followed; raises Unreachable.

        `form` is sent form-encoded; `timeout` is how many seconds the answer may take.
        """
        read = timeout or self._read_timeout
        total = max(self._total_timeout, timeout or 0)
        body = dict(form) if form is not None else data
        return self._exchange(
            _Order(method, url, headers or {}, read, monotonic() + total, json, body)
        )

    def close(self) -> None:
        """Give back connections."""
        self._adapter.close()
        self._gate.close()

    def _exchange(self, order: _Order) -> Reply:
        with self._gate.flight(order.until - monotonic()) as flight:
            try:
                prepared = self._prepared(order)
                reply = self._answered(prepared, order)
            except FAILURES as error:
                raise explain(error, order.url, sent=flight.sent, expired=flight.expired) from error
            if flight.expired:  # a body without a length ends in silence when the timer hangs up
                raise Unreachable("timeout", order.url, TOO_SLOW, sent=True)
            return reply

    def _prepared(self, order: _Order) -> requests.PreparedRequest:
        check_url(order.url)
        headers = CaseInsensitiveDict({**self._headers})
        headers.update(order.headers)
        prepared = requests.Request(
            order.method, order.url, headers, data=order.data, json=order.json
        ).prepare()
        # The library has written the address anew; what it made of it is what will be called.
        parts = check_url(prepared.url or "")
        if self._via is not None:
            prepared.headers["Host"] = parts.netloc
            prepared.headers["X-Forwarded-Proto"] = parts.scheme
            prepared.url = self._via + prepared.path_url
        elif not self._allow_private:
            check_public(parts)
        return prepared

    def _answered(self, prepared: requests.PreparedRequest, order: _Order) -> Reply:
        left = max(order.until - monotonic(), 0.001)
        times = (min(self._connect_timeout, left), min(order.read_timeout, left))
        answer = self._adapter.send(prepared, stream=True, timeout=times, verify=True)
        with closing(answer):
            if answer.status_code < 200:
                raise ConnectionResetError("only an interim answer came")
            body = b""
            if order.whole or answer.status_code not in _REDIRECTS:
                body = read_body(answer.raw, answer.headers, self._max_bytes)
        return Reply(answer.status_code, answer.headers, body, order.url)


def _via(address: str) -> str:
    try:
        check_url(address)
    except Blocked as error:
        raise Usage(
            f"{address} is no address to send requests to: {error}.", "Try http://127.0.0.1:PORT."
        ) from error
    return address.rstrip("/")


def _joined(url: str, location: str) -> str:
    # Headers are read as latin-1; addresses in them are UTF-8 nowadays.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Unreachable("blocked", url, "it leads to no web address", sent=True) from error


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()

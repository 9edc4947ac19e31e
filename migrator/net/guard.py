"""Which addresses may be reached: nothing private, unless it was named by the person in charge.

The check is made on the address the socket is really connected to, so neither a host name that
changes its mind (DNS rebinding) nor a redirect gets past it.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Blocked(OSError):
    """An address we do not talk to."""


def check_url(url: str) -> None:
    """Raise Blocked for what is no plain web address: other schemes, user names, odd hosts."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Blocked("not a web address") from error
    if parts.scheme.lower() not in ("http", "https"):
        raise Blocked(f"only http and https are asked, not {parts.scheme or 'this'}")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise Blocked("no host, or a user name in the address")
    if port == 0:
        raise Blocked("no such port")


def check_peer(address: str) -> None:
    """Raise Blocked unless an IP address is a public one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    for one in (ip, mapped):
        if one is not None and (not one.is_global or one.is_multicast):
            raise Blocked(f"{address} is a private address")


def _resolved(host: str, port: int | None) -> None:
    # Before a connection is tried, so that not even a knock reaches a private address.
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        check_peer(str(address[0]))


def _guarded(connection: socket.socket) -> socket.socket:
    try:
        check_peer(connection.getpeername()[0])
    except OSError:
        connection.close()
        raise
    return connection


class _GuardedHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        _resolved(self.host, self.port)
        return _guarded(super()._new_conn())


class _GuardedHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        _resolved(self.host, self.port)
        return _guarded(super()._new_conn())


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHttps


class GuardedAdapter(HTTPAdapter):
    """Connects to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose connections are checked."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class ViaAdapter(HTTPAdapter):
    """Sends every request to one local address, saying in its headers whom it was meant for."""

    def __init__(self, via: str) -> None:
        self._via = via.rstrip("/")
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send to the local address with the Host the request was meant for."""
        parts = urlsplit(request.url or "")
        request = request.copy()
        request.headers["Host"] = parts.netloc
        request.headers["X-Forwarded-Proto"] = parts.scheme
        path = parts.path or "/"
        request.url = f"{self._via}{path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)

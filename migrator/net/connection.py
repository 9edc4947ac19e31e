"""Connections that check who is at the other end before a byte is sent, and end in time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from migrator.net.guard import check_host, check_peer
from migrator.net.watch import Watch


class Flight:
    """One request under way: whether it has left, and its end when its time is up.

    Time-outs of sockets count from byte to byte; a host that drips would never meet one. So a watch
    hangs up, and what was reading sees the end of the connection.
    """

    def __init__(self) -> None:
        self.sent = False
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def leaving(self, connected: socket.socket | None) -> None:
        """Note that bytes of the request go out on this connection."""
        with self._lock:
            if self.expired:
                raise TimeoutError("the time for this request is over")
            self._socket = connected
            self.sent = True

    def expire(self) -> None:
        """Hang up."""
        with self._lock:
            self.expired = True
            if self._socket is not None:
                with suppress(OSError):  # the other side may have hung up first
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def arrived(self) -> None:
        """Leave the connection alone from now on: the next request may use it."""
        with self._lock:
            self._socket = None


class Gate:
    """What the connections of one client share: who may be asked, and each thread's request."""

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        self._threads = threading.local()
        self._watch = Watch()

    @contextmanager
    def flight(self, seconds: float) -> Iterator[Flight]:
        """Watch over one request of this thread, for at most so many seconds."""
        flight = self._threads.flight = Flight()
        with self._watch.over(flight.expire, seconds):
            try:
                yield flight
            finally:
                flight.arrived()

    def leaving(self, connected: socket.socket | None) -> None:
        """Note that this thread's request goes out."""
        self._threads.flight.leaving(connected)

    def close(self) -> None:
        """Let the watch go home; a request begun later finds a new one."""
        self._watch.close()


class _Guarded(HTTPConnection):
    """A connection that goes through the gate."""

    def __init__(self, *args: Any, gate: Gate, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gate = gate

    def _new_conn(self) -> socket.socket:
        if self._gate.allow_private:
            return super()._new_conn()
        check_host(self.host, self.port)
        connected = super()._new_conn()
        try:
            # The name may stand for another address by now than it did a moment ago.
            check_peer(str(connected.getpeername()[0]))
        except BaseException:
            connected.close()
            raise
        return connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._gate.leaving(self.sock)
        super().send(data)


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class GuardedAdapter(HTTPAdapter):
    """The transport of `requests` through a gate; asks once, never again by itself."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__(pool_connections=32, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make pools whose connections know the gate."""
        super().init_poolmanager(*args, **options)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = cast(
            "Any",  # urllib3 calls what is declared as a class, and nothing more
            {"http": partial(_Pool, gate=self._gate), "https": partial(_TlsPool, gate=self._gate)},
        )

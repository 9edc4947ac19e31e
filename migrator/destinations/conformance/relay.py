"""A relay between a destination and its server: it counts what passes, and spoils what it is told.

Only for 127.0.0.1 and for trials: it hands on whatever it is given.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

_ADDRESS = "127.0.0.1"
_POLL = 0.02  # seconds until the relay notices that it was told to stop
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date"})
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the relay answers in the server's place; `headers` beside the length of `body`."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came by: its headers by small names."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


Spoil = Callable[[Asked], Answer | None]
"""Says what is answered instead of the server; None: the line goes dead."""


class Relay:
    """Hands requests on to `address`; a context manager that stops it.

    `asked` are the requests that came by since it was last told to behave, `answered` what came of
    each (None: the line went dead).
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or _ADDRESS, parts.port or 80
        self._path = parts.path.rstrip("/")
        self.asked: list[Asked] = []
        self.answered: list[Answer | None] = []
        self._spoil: Spoil | None = None
        self._times = 0
        self._loses = 0
        self._lock = threading.Lock()
        self._server = _Server((_ADDRESS, 0), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The address to give to a destination."""
        return f"http://{_ADDRESS}:{self._server.server_address[1]}{self._path}"

    def instead(self, spoil: Spoil | Answer, times: int = 1 << 30) -> None:
        """Answer the next requests in the server's place; they do not reach it."""
        with self._lock:
            self._spoil = spoil if callable(spoil) else lambda _asked: spoil
            self._times = times

    def hang_up(self, times: int = 1) -> None:
        """Cut the line at the next requests, before they reach the server."""
        self.instead(lambda _asked: None, times)

    def lose(self, times: int = 1) -> None:
        """Hand the next requests on, and lose what comes back."""
        with self._lock:
            self._loses = times

    def behave(self) -> None:
        """Spoil nothing any more, and forget what came by."""
        with self._lock:
            self._spoil, self._times, self._loses = None, 0, 0
            self.asked.clear()
            self.answered.clear()

    def stop(self) -> None:
        """Stop listening: from now on nobody answers at its address."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, asked: Asked) -> Answer | None:
        """Return what is answered, None when the line goes dead."""
        answer = self._answer(asked)
        with self._lock:
            self.answered.append(answer)
        return answer

    def _answer(self, asked: Asked) -> Answer | None:
        with self._lock:
            self.asked.append(asked)
            spoil = self._spoil if self._times > 0 else None
            self._times -= 1
            lost = self._loses > 0
            self._loses -= 1
        if spoil is not None:
            return spoil(asked)
        answer = self._handed_on(asked)
        return None if lost else answer

    def _handed_on(self, asked: Asked) -> Answer | None:
        connection = HTTPConnection(self._host, self._port, timeout=_PATIENCE)
        try:
            connection.request(asked.method, asked.path, asked.body or None, _passing(asked))
            response = connection.getresponse()
            headers = [(name, value) for name, value in response.getheaders() if _passes(name)]
            return Answer(response.status, response.read(), tuple(headers))
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], relay: Relay) -> None:
        self.relay = relay
        self._lines: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer on a line, and remember it."""
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a line, and forget it."""
        self._lines.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Cut the lines that are kept open for further requests."""
        for line in list(self._lines):
            with suppress(OSError):  # it has ended by itself
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a line that was cut."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one piece: two would wait for each other
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing of each request."""

    def handle_one_request(self) -> None:
        """Answer one request, whatever its method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        answer = self.server.relay.answer(Asked(self.command, self.path, headers, body))
        if answer is None:
            self.close_connection = True
            with suppress(OSError):  # the other side may have hung up before us
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for key, value in answer.headers:
            self.send_header(key, value)
        bare = self.command == "HEAD" or answer.status in (204, 304)
        if any(key.lower() == "content-length" for key, _ in answer.headers):
            self.close_connection = True  # nothing more comes, whatever the length said
        else:
            self.send_header("Content-Length", "0" if bare else str(len(answer.body)))
        self.end_headers()
        if not bare:
            self.wfile.write(answer.body)
        self.wfile.flush()


def _passing(asked: Asked) -> dict[str, str]:
    return {key: value for key, value in asked.headers.items() if _passes(key)}


def _passes(header: str) -> bool:
    return header.lower() not in _HOP

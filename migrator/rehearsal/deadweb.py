"""The dead web: one address for each way in which a badge's address can die, on this computer.

Each is a real server (or none) on 127.0.0.1, and each has a badge in an archive that was read when
the address was still alive. docs/verify.md shows what `verify` calls them.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from migrator.rehearsal.deaths import BY_NAME

ADDRESS = "127.0.0.1"
_NAMELESS = "a-name-nobody-can-own-for-it-is-longer-than-the-sixty-three-letters-allowed.example"


class Handler(BaseHTTPRequestHandler):
    """Answers for the sort of death its path begins with."""

    protocol_version = "HTTP/1.1"
    web: DeadWeb

    def do_GET(self) -> None:
        """Do what the address is meant to do."""
        sort = BY_NAME.get(self.path.strip("/").partition("/")[0])
        with suppress(OSError):  # whoever asked may have had enough
            if sort is None or sort.answer is None:
                self.say(404, "text/plain", b"Nothing here.")
            else:
                sort.answer(self)

    def say(self, status: int, media_type: str, body: bytes, **headers: str) -> None:
        """Answer in an orderly way."""
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, pieces: Iterator[bytes]) -> None:
        """Begin an answer without a length, and go on with it piece by piece."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)

    @property
    def document(self) -> dict[str, Any]:
        """The assertion that stood at this address."""
        return self.web.assertion(self.path.strip("/").partition("/")[0])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class DeadWeb:
    """The running servers; `over` ends what would go on for ever."""

    def __init__(self, url: str, closed: str, secure: str, busy: str) -> None:
        self.url: str = url
        self.over = threading.Event()
        self._elsewhere = {
            "no_such_host": f"https://{_NAMELESS}/assertion.json",
            "host_silent": f"{closed}/assertion.json",
            "host_insecure": f"{secure}/assertion.json",
            "blocked": "http://10.0.0.1/assertion.json",
            "limited": f"{busy}/limited/assertion.json",
        }

    def address(self, name: str) -> str:
        """Return the address of the badge that died (or lives) in this way."""
        return self._elsewhere.get(name, f"{self.url}/{name}/assertion.json")

    def assertion(self, name: str) -> dict[str, Any]:
        """Return the assertion that stood there, in Open Badges 1.1."""
        url = self.address(name)
        return {
            "@context": "https://w3id.org/openbadges/v1",
            "type": "Assertion",
            "id": url,
            "uid": name,
            "recipient": {"type": "email", "hashed": False, "identity": "maria@example.org"},
            "badge": f"{self.url}/class/class.json",
            "verify": {"type": "hosted", "url": url},
            "issuedOn": "2015-04-30T10:00:00Z",
            "narrative": "Geübt",
        }


@contextmanager
def dead_web() -> Iterator[DeadWeb]:
    """Run the dead web while a block runs."""
    handler = type("_Bound", (Handler,), {})
    # What listens on the second never speaks TLS; the third is a host that has had enough.
    servers = [ThreadingHTTPServer((ADDRESS, 0), handler) for _ in range(3)]
    url, mute, busy = (f"http://{ADDRESS}:{one.server_address[1]}" for one in servers)
    with socket.create_server((ADDRESS, 0)) as taken:
        closed = f"http://{ADDRESS}:{taken.getsockname()[1]}"
    web = DeadWeb(url, closed, mute.replace("http:", "https:"), busy)
    handler.web = web  # type: ignore[attr-defined] # a class made for this one run
    threads = []
    for one in servers:
        one.daemon_threads, one.block_on_close = True, False
        threads.append(threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True))
        threads[-1].start()
    try:
        yield web
    finally:
        web.over.set()
        for one in servers:
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()

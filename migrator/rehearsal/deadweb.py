"""The dead web: one address for each way in which a badge's address can die, on this computer.

Each is a real server (or none) on 127.0.0.1, and each has a badge in an archive that was read when
the address was still alive. docs/verify.md shows what `verify` calls them.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ADDRESS = "127.0.0.1"
_NAMELESS = "a-name-nobody-can-own-for-it-is-longer-than-the-sixty-three-letters-allowed.example"
_PAGE = b"<!doctype html><html><head><title>This domain is for sale</title></head></html>"


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to die: what its host does, and the fate `verify` is to find."""

    name: str
    happens: str
    fate: str
    answer: Callable[[_Handler], None] | None = None


class _Handler(BaseHTTPRequestHandler):
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
        self.url = url
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


def _json(handler: _Handler, document: object, status: int = 200) -> None:
    handler.say(status, "application/json", json.dumps(document).encode())


def _text(body: bytes, media_type: str, handler: _Handler, status: int = 200) -> None:
    handler.say(status, media_type, body)


def _status(status: int, handler: _Handler) -> None:
    handler.say(status, "text/plain", b"No.")


def _redirect(where: str, handler: _Handler) -> None:
    if handler.path.endswith("/there.json"):
        _json(handler, handler.document)
    else:
        handler.say(302, "text/plain", b"", Location=where)


def _changed(handler: _Handler) -> None:
    _json(handler, handler.document | {"issuedOn": "2016-01-01T00:00:00Z", "expires": "2017-01-01"})


def _edited(change: Callable[[str], str], coding: str, handler: _Handler) -> None:
    text = change(json.dumps(handler.document, ensure_ascii=False))
    handler.say(200, "application/json; charset=utf-8", text.encode(coding))


def _huge(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2**30))
    handler.end_headers()
    handler.close_connection = True


def _bomb(handler: _Handler) -> None:
    packed = gzip.compress(bytes(32 * 2**20), 9)
    handler.say(200, "application/json", packed, Content_Encoding="gzip")


def _flood(handler: _Handler) -> None:
    handler.drip(iter(lambda: b" " * 65536 if not handler.web.over.is_set() else b"", b""))


def _drip(handler: _Handler) -> None:
    handler.drip(iter(lambda: b"" if handler.web.over.wait(0.05) else b" ", b""))


def _silence(handler: _Handler) -> None:
    handler.web.over.wait(60)
    handler.close_connection = True


def _break_off(handler: _Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _busy(handler: _Handler) -> None:
    handler.say(429, "text/plain", b"Slow down.", Retry_After="3000")


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _comments(text: str) -> str:
    return "/* badge */ " + text.replace(",", ", // see above\n", 1)


def _comma(text: str) -> str:
    return text[:-1] + ",}"


SORTS = (
    Sort("alive", "serves the same document", "alive", lambda one: _json(one, one.document)),
    Sort("changed", "serves it with another date and an end", "changed", _changed),
    Sort("moved", "redirects to where it is now", "moved", partial(_redirect, "there.json")),
    Sort(
        "revoked_410",
        "says 410 with the revocation in it",
        "revoked",
        lambda one: _json(one, {"revoked": True, "revocationReason": "A mistake"}, 410),
    ),
    Sort(
        "revoked_200",
        "says 200 with the revocation in it",
        "revoked",
        lambda one: _json(one, {"id": one.document["id"], "revoked": True}),
    ),
    Sort("gone_404", "says 404", "gone", partial(_status, 404)),
    Sort("gone_410", "says 410, and nothing more", "gone", partial(_status, 410)),
    Sort(
        "parked", "shows a page that sells the domain", "parked", partial(_text, _PAGE, "text/html")
    ),
    Sort("home", "redirects everything to its home page", "parked", partial(_redirect, "/parked/")),
    Sort(
        "other_data",
        "serves other JSON, an error of its new API",
        "not_a_badge",
        lambda one: _json(one, {"error": "not found", "code": 17}),
    ),
    Sort(
        "comments",
        "serves JSON with comments",
        "not_a_document",
        partial(_edited, _comments, "utf-8"),
    ),
    Sort(
        "comma",
        "serves JSON with a comma too many",
        "not_a_document",
        partial(_edited, _comma, "utf-8"),
    ),
    Sort("cut", "serves half of the document", "not_a_document", partial(_edited, _cut, "utf-8")),
    Sort(
        "empty", "serves an empty file", "not_a_document", partial(_text, b"", "application/json")
    ),
    Sort(
        "charset",
        "serves it in a charset nobody expects",
        "not_a_document",
        partial(_edited, str, "cp500"),
    ),
    Sort("latin_1", "says UTF-8 and serves Latin-1", "alive", partial(_edited, str, "latin-1")),
    Sort("forbidden", "says 403", "forbidden", partial(_status, 403)),
    Sort("no_such_host", "has no name any more (DNS)", "no_such_host"),
    Sort("host_silent", "has nobody listening", "host_silent"),
    Sort("host_insecure", "has no certificate to trust (TLS)", "host_insecure"),
    Sort("circles", "redirects in a circle", "circles", partial(_redirect, "assertion.json")),
    Sort(
        "file",
        "redirects to a file of this computer",
        "blocked",
        partial(_redirect, "file:///etc/hosts"),
    ),
    Sort("blocked", "is an address of an inner network", "blocked"),
    Sort("huge", "announces 1 GB", "too_large", _huge),
    Sort("bomb", "serves a compressed bomb", "too_large", _bomb),
    Sort("flood", "sends without end", "too_large", _flood),
    Sort("drip", "sends a byte now and then, without end", "endless", _drip),
    Sort("silence", "takes the question and never answers", "no_answer", _silence),
    Sort("down_503", "says 503", "down", partial(_status, 503)),
    Sort("breaks_off", "hangs up in the middle", "down", _break_off),
    Sort("limited", "says 429 and to come back in an hour", "limited", _busy),
)
_REST = (
    Sort(
        "class",
        "serves the badge class",
        "alive",
        lambda one: _json(
            one,
            {
                "@context": "https://w3id.org/openbadges/v1",
                "type": "BadgeClass",
                "id": f"{one.web.url}/class/class.json",
                "name": "First steps",
                "description": "Made the first steps",
                "image": "data:image/png;base64,iVBORw0KGgo=",
                "criteria": f"{one.web.url}/class/criteria.html",
                "issuer": {"name": "Academy", "url": one.web.url},
            },
        ),
    ),
)
BY_NAME = {sort.name: sort for sort in (*SORTS, *_REST)}


@contextmanager
def dead_web() -> Iterator[DeadWeb]:
    """Run the dead web while a block runs."""
    handler = type("_Bound", (_Handler,), {})
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

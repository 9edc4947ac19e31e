"""Deaths: the ways in which a badge's address can die, each with the answer it is to give."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.rehearsal.deadweb import Handler

_PAGE = b"<!doctype html><html><head><title>This domain is for sale</title></head></html>"


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to die: what its host does, and the fate `verify` is to find."""

    name: str
    happens: str
    fate: str
    answer: Callable[[Handler], None] | None = None


def _json(handler: Handler, document: object, status: int = 200) -> None:
    handler.say(status, "application/json", json.dumps(document).encode())


def _text(body: bytes, media_type: str, handler: Handler, status: int = 200) -> None:
    handler.say(status, media_type, body)


def _status(status: int, handler: Handler) -> None:
    handler.say(status, "text/plain", b"No.")


def _redirect(where: str, handler: Handler) -> None:
    if handler.path.endswith("/there.json"):
        _json(handler, handler.document)
    else:
        handler.say(302, "text/plain", b"", Location=where)


def _changed(handler: Handler) -> None:
    _json(handler, handler.document | {"issuedOn": "2016-01-01T00:00:00Z", "expires": "2017-01-01"})


def _edited(change: Callable[[str], str], coding: str, handler: Handler) -> None:
    text = change(json.dumps(handler.document, ensure_ascii=False))
    handler.say(200, "application/json; charset=utf-8", text.encode(coding))


def _huge(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2**30))
    handler.end_headers()
    handler.close_connection = True


def _bomb(handler: Handler) -> None:
    packed = gzip.compress(bytes(32 * 2**20), 9)
    handler.say(200, "application/json", packed, Content_Encoding="gzip")


def _flood(handler: Handler) -> None:
    handler.drip(iter(lambda: b" " * 65536 if not handler.web.over.is_set() else b"", b""))


def _drip(handler: Handler) -> None:
    handler.drip(iter(lambda: b"" if handler.web.over.wait(0.05) else b" ", b""))


def _silence(handler: Handler) -> None:
    handler.web.over.wait(60)
    handler.close_connection = True


def _break_off(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _busy(handler: Handler) -> None:
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

"""Answers that no destination should give, and that each will give one day."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache

from migrator.destinations.base import Credentials
from migrator.destinations.conformance.relay import Answer
from migrator.openbadges.model import Json

_JSON = "application/json"
_HUGE = 32 << 20
"""Bytes of an answer that is small on its way: more than anybody should hold."""
_DEPTH = 100_000
_ODD: tuple[Json, ...] = (None, 42, "", "x\ud800", True, [], {}, [[None]], {"id": 7})
_MOST_BENT = 130

REFUSALS = (
    *(400, 402, 404, 405, 406, 408, 410, 412, 413, 414, 415, 417, 418, 422, 429, 431, 451),
    *(500, 501, 502, 503, 504, 507, 520, 599),
    *(403, 401),
)
"""Every status that means no, those that end a session last; 409 is left out, with which some say
that a badge is there."""

WAITS = ("soon", "-5", "1e9", "0", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT", "\t")
"""What servers write after `Retry-After:`."""


def answers(status: int) -> dict[str, Answer]:
    """Return answers of one status, by what is wrong with them; none says anything."""
    bodies: dict[str, tuple[bytes, str]] = {
        "nothing": (b"", _JSON),
        "a page": (b"<!doctype html><title>Welcome</title><p>It works!", "text/html"),
        "a page said to be JSON": (b"<html><body>502 Bad Gateway</body></html>", _JSON),
        "null": (b"null", _JSON),
        "a number": (b"42", _JSON),
        "a list": (b"[]", _JSON),
        "a list of lists": (b"[[[]], [], null, 7]", _JSON),
        "a string": (b'"ok"', _JSON),
        "half of an object": (b'{"result": [{"entityId": "x', _JSON),
        "deep lists": (b"[" * _DEPTH + b"]" * _DEPTH, _JSON),
        "deep objects": (b'{"result":' * _DEPTH + b"1" + b"}" * _DEPTH, _JSON),
        "no text": (bytes(range(256)) * 8, _JSON),
        "not Unicode": ('{"s\u00e4tt": "\u00f6"}'.encode("latin-1"), _JSON),
        "a large number": (b'{"result": ' + b"9" * 5000 + b"}", _JSON),
        "an unknown encoding": (b'"x"', "application/json; charset=klingon"),
    }
    found = {
        name: Answer(status, body, (("Content-Type", kind),))
        for name, (body, kind) in bodies.items()
    }
    found["a huge body"] = _packed(status, _huge())
    found["what is not packed as it says"] = _packed(status, b"no gzip at all")
    found["less than it says"] = Answer(
        status, b'{"result": []}', (("Content-Type", _JSON), ("Content-Length", "1000"))
    )
    return found


def elsewhere() -> tuple[Answer, ...]:
    """Return answers that lead away; a request that changes something must not follow."""
    where = ("https://elsewhere.example/steal", "file:///etc/passwd", "http://[::1", "//", "\x7f")
    return tuple(
        Answer(status, b"", (("Location", place),))
        for status in (301, 302, 303, 307, 308)
        for place in where
    )


def bent(answer: Answer) -> Iterator[Answer]:
    """Yield a real answer of JSON with one of its values replaced by something odd, in turn."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return
    ways = [(path, odd) for path in _paths(body) for odd in _ODD]
    for path, odd in ways[:: len(ways) // _MOST_BENT + 1]:
        yield Answer(answer.status, json.dumps(_replaced(body, path, odd)).encode(), answer.headers)


def echo(status: int, credentials: tuple[Credentials, ...], address: str) -> Answer:
    """Return an answer that says back every secret, wherever a server may say something."""
    known = [
        f"{name}={value}"
        for one in credentials
        for name, value in (
            ("password", one.password),
            ("refresh_token", one.refresh_token),
            ("access_token", one.access_token),
        )
        if value
    ]
    bearer = next((one.access_token for one in credentials if one.access_token), "n0-t0ken")
    words = f"Authorization: Bearer {bearer} is refused to {address}: {'; '.join(known)}"
    body = {
        **dict.fromkeys(("detail", "error", "error_description", "message", "title"), words),
        "status": {"error": words, "description": words, "statusText": words},
        "validationErrors": [words],
        "fieldErrors": {"url": [words]},
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": words,
    }
    return Answer(status, json.dumps(body).encode())


@cache
def _huge() -> bytes:
    return gzip.compress(b" " * _HUGE, 1)


def _paths(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where the values are, the outer ones first."""
    yield path
    inside: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, one in inside:
        yield from _paths(one, (*path, key))


def _replaced(value: Json, path: tuple[str | int, ...], odd: Json) -> Json:
    if not path:
        return odd
    if isinstance(value, dict):
        return {k: _replaced(v, path[1:], odd) if k == path[0] else v for k, v in value.items()}
    assert isinstance(value, list)
    return [_replaced(v, path[1:], odd) if at == path[0] else v for at, v in enumerate(value)]


def _packed(status: int, body: bytes) -> Answer:
    return Answer(status, body, (("Content-Type", _JSON), ("Content-Encoding", "gzip")))

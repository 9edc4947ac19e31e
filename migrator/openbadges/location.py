"""The location a web address names, as a server sees it: which host, which path, which query.

http and https, and spellings that mean the same (`%7E` and `~`, `/./`), are one location: whoever
serves it cannot or need not tell them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

_PORTS = {"http": 80, "https": 443}
_UNRESERVED = "-._~"
_IN_QUERY = "!$%&'()*+,/:;=?@[]" + _UNRESERVED
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_-])?|\[[0-9a-f:.]{2,45}\]")
LONGEST = 8000
"""The longest path or query, in bytes: servers refuse longer ones."""


@dataclass(frozen=True, slots=True)
class Location:
    """One place on the web.

    `host` in lower case, in ASCII, with its port where that is unusual; `path` and `query` percent-
    encoded the one way that is the same for all spellings of them.
    """

    host: str
    path: str
    query: str = ""

    @property
    def decoded(self) -> bytes:
        """The path as servers look it up."""
        return unquote_to_bytes(self.path)

    def __str__(self) -> str:
        return f"{self.host}{self.path}{'?' if self.query else ''}{self.query}"


class Unservable(ValueError):
    """No web server could serve this address; the message says why."""


def locate(url: str) -> Location:
    """Read a URL; raises Unservable with a sentence."""
    try:
        parts = urlsplit(url.strip())
        host = _host(parts)
    except ValueError as error:
        raise Unservable("It is no web address.") from error
    if parts.username is not None or parts.password is not None:
        raise Unservable("There is a user name in it, and backpacks do not ask such addresses.")
    path = unquote_to_bytes(parts.path or "/")
    if b"\0" in path:
        raise Unservable("There is a NUL in it, and web servers refuse it.")
    location = Location(host, _quoted(_without_dots(path)), _sent(parts.query))
    if max(len(location.path), len(location.query)) > LONGEST:
        raise Unservable(f"It is longer than {LONGEST} bytes, and web servers refuse it.")
    return location


def host_at(url: str) -> str:
    """Return the host of a URL as locations have it; "" where there is none."""
    try:
        return _host(urlsplit(url.strip()))
    except ValueError:
        return ""


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if ":" in name:
        name = f"[{name}]"
    elif not name.isascii():
        name = name.encode("idna").decode("ascii")
    name = name.lower()
    if not _HOST.fullmatch(name):
        raise ValueError("no host")
    port = parts.port
    return name if port in (None, _PORTS.get(parts.scheme.lower())) else f"{name}:{port}"


def _quoted(path: bytes) -> str:
    return quote(path, safe="/" + _UNRESERVED)


def _sent(query: str) -> str:
    """Return a query as clients send it: nothing illegal, escapes in capitals."""

    def sign(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        plain = character.isascii() and (character.isalnum() or character in _UNRESERVED)
        return character if plain else found[0].upper()

    return quote(_ESCAPE.sub(sign, query), safe=_IN_QUERY)


def _without_dots(path: bytes) -> bytes:
    """Return a path without `.` and `..` (RFC 3986, 5.2.4)."""
    kept: list[bytes] = []
    steps = path.split(b"/")[1:]
    for step in steps:
        if step == b"..":
            kept[-1:] = []
        elif step != b".":
            kept.append(step)
    if steps[-1] in (b".", b".."):
        kept.append(b"")
    return b"/" + b"/".join(kept)

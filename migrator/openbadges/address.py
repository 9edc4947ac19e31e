"""Addresses in badge documents: which of them can be asked, whose they are, how to show them."""

from __future__ import annotations

import re
from typing import TypeGuard
from urllib.parse import quote, urlsplit

from migrator.openbadges.model import Json

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NO_PLACES = ("data:", "urn:", "uid:", "mailto:", "tag:", "did:", "info:")
_LONGEST = 2_000
_LONGEST_KEPT = 4_000
"""Longer addresses are no badge's: no web archive is asked for them."""
_PORTS = {"http": 80, "https": 443}


def is_place(value: Json) -> TypeGuard[str]:
    """Say whether this names a place, of whatever scheme: `file:` does, `data:` and `urn:` not."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return _SCHEME.match(value) is not None and not value.lower().startswith(_NO_PLACES)


def is_web(url: str | None) -> TypeGuard[str]:
    """Say whether something is meant as an address of the web."""
    return url is not None and url[:8].lower().startswith(("http://", "https://"))


def web_address(url: str | None) -> str | None:
    """Return an address that is meant as one of the web, None for anything else."""
    return url if is_web(url) else None


def askable(url: str | None) -> str | None:
    """Return an address a web archive can have: http or https with a host, else None."""
    if not is_web(url) or len(url) > _LONGEST_KEPT or any(letter <= " " for letter in url):
        return None
    return url if host_of(url) else None


def host_of(url: str) -> str:
    """Return the host of a web address in lower case, with its port; "" for any other address.

    Port 443 of https is left out, port 80 of http is not: they can be two servers.
    """
    try:
        parts = urlsplit(url.strip())
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not name:
        return ""
    port = port or _PORTS[parts.scheme]
    named = f"[{name}]" if ":" in name else name
    return named if port == 443 else f"{named}:{port}"


def is_on(url: str, host: str) -> bool:
    """Say whether an address is on a host, named with or without its port."""
    found, host = host_of(url), host.lower()
    name, colon, port = found.rpartition(":")
    return host in (found, name if colon and port.isdigit() else found)


def safe_url(url: str) -> str:
    """Return a URL as it may be shown: without what stands before an @ in its host."""
    scheme, mark, rest = url.partition("://")
    place, slash, behind = rest.partition("/")
    return f"{scheme}{mark}***@{place.rpartition('@')[2]}{slash}{behind}" if "@" in place else url


def printable(url: str) -> str:
    """Return a URL without signs that could steer a terminal or end a line."""
    return "".join(sign if sign.isprintable() else quote(sign, errors="replace") for sign in url)

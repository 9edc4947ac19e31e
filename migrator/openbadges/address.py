"""Addresses in badge documents: which of them name a place that can be asked, and whose it is."""

from __future__ import annotations

import re
from typing import TypeGuard
from urllib.parse import urlsplit

from migrator.openbadges.model import Json

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NO_PLACES = ("data:", "urn:", "uid:", "mailto:", "tag:", "did:", "info:")
_LONGEST = 2_000
_PORTS = {"http": 80, "https": 443}


def is_place(value: Json) -> TypeGuard[str]:
    """Say whether this names a place, of whatever scheme: `file:` does, `data:` and `urn:` not."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return _SCHEME.match(value) is not None and not value.lower().startswith(_NO_PLACES)


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

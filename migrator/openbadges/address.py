"""Addresses in badge documents: which of them name a place that can be asked, and whose it is."""

from __future__ import annotations

import re
from typing import TypeGuard
from urllib.parse import urlsplit

from migrator.openbadges.model import Json

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NO_PLACES = ("data:", "urn:", "uid:", "mailto:", "tag:", "did:", "info:")
_LONGEST = 2_000


def is_place(value: Json) -> TypeGuard[str]:
    """Say whether this names a place, of whatever scheme: `file:` does, `data:` and `urn:` not."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return _SCHEME.match(value) is not None and not value.lower().startswith(_NO_PLACES)


def host_of(url: str) -> str:
    """Return the host of a web address in lower case, with its port; "" for any other address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2].lower() if parts.scheme in ("http", "https") else ""


def is_on(url: str, host: str) -> bool:
    """Say whether an address is on a host, named with or without its port."""
    found, host = host_of(url), host.lower()
    return host in (found, found.rpartition(":")[0] or found)

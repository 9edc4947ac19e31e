"""The spellings of one address: web archives and people mix http, https, www and slashes."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

_SCHEMES = {"http": "https", "https": "http"}
_PORTS = {"http": 80, "https": 443}
_WWW = re.compile(r"www\d*\.")


def place(url: str) -> str:
    """Return what all spellings of an address have in common; "" for what is no address.

    Without scheme, `www.`, default port, fragment and the slash at the end, and with `%7E` as `~`.
    Upper and lower case of the path differ: badges are told apart by it.
    """
    parts = _parts(url)
    if parts is None or not parts.hostname:
        return ""
    path = unquote(parts.path).rstrip("/")
    query = f"?{unquote(parts.query)}" if parts.query else ""
    return f"{host(url)}{_port(parts)}{path}{query}"


def host(url: str) -> str:
    """Return the host of an address in lower case without `www.`; "" where there is none."""
    parts = _parts(url)
    name = (parts.hostname or "") if parts else ""
    return _WWW.sub("", name, count=1) if _WWW.match(name) else name


def named_host(text: str) -> str:
    """Return the host a person means by a name or an address on it; "" for neither."""
    text = text.strip()
    return host(text if "://" in text else f"http://{text}/")


def spellings(url: str) -> tuple[str, ...]:
    """Return an address and its other spellings, the likeliest first; at most eight."""
    parts = _parts(url)
    if parts is None:
        return (url,)
    parts = parts._replace(fragment="")
    found = {urlunsplit(parts): None}
    for slashed in (parts, _with_slash(parts)):
        for named in (slashed, _with_www(slashed)):
            for schemed in (named, _other_scheme(named)):
                found[urlunsplit(schemed)] = None
    return tuple(found)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS else None


def _port(parts: SplitResult) -> str:
    return "" if parts.port in (None, *_PORTS.values()) else f":{parts.port}"


def _other_scheme(parts: SplitResult) -> SplitResult:
    # A port of its own is a server of its own: nobody serves both schemes there.
    return parts if parts.port else parts._replace(scheme=_SCHEMES[parts.scheme])


def _with_www(parts: SplitResult) -> SplitResult:
    name = parts.hostname or ""
    if parts.username or parts.port or "." not in name or _is_number(name):
        return parts
    return parts._replace(netloc=name[4:] if name.startswith("www.") else f"www.{name}")


def _with_slash(parts: SplitResult) -> SplitResult:
    if parts.query or parts.path in ("", "/"):
        return parts
    if parts.path.endswith("/"):
        return parts._replace(path=parts.path[:-1])
    named = "." in parts.path.rpartition("/")[2]
    return parts if named else parts._replace(path=f"{parts.path}/")


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

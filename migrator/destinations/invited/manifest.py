"""What a backpack says of its API and of the way in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from migrator.destinations.badgr.tokens import out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of
from migrator.net import Client, Unreachable
from migrator.openbadges.model import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backpack says of its API; addresses without a slash at their end.

    `registration_url` is None where programs cannot make themselves known.
    """

    name: str
    api: str
    authorization_url: str
    token_url: str
    registration_url: str | None
    scopes: tuple[str, ...]
    image: str | None = None


def said_at(client: Client, url: str, address: str) -> JsonObject | None:
    """Return the JSON object that the backpack at `url` serves at an address, None without one.

    Raises TryLater.
    """
    try:
        reply = client.get(address, {"Accept": "application/json"})
    except Unreachable as error:
        raise out_of_reach(error, url) from error
    if reply.status == 429 or reply.status >= 500:
        raise too_busy(reply, url)
    body = body_of(reply) if reply.status == 200 else None
    return body if isinstance(body, dict) else None


def trusted(value: Json, url: str) -> str | None:
    """Return an address that secrets may be sent to: https, or on this computer as `url` is."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host = parts.hostname or ""
    except ValueError:
        return None
    if not host or parts.username or parts.fragment:
        return None
    here = _is_here(host) and _is_here(urlsplit(url).hostname or "")
    return str(value) if parts.scheme == "https" or (parts.scheme == "http" and here) else None


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

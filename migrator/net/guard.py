"""Which addresses may be asked: a badge's URL is a stranger's word and opens no inner doors.

The check is made on the address a socket is really connected to, so neither a name that changes
its mind (DNS rebinding) nor a redirect gets past it.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

_NAT64 = IPv6Network("64:ff9b::/96")
# Services of clouds that stand on public addresses.
_INNER = frozenset({IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200")})
# Site-local addresses of old, and relays for 6to4: `ipaddress` takes both for public.
_OLD_NETWORKS = (ip_network("fec0::/10"), ip_network("192.88.99.0/24"))
_INNER_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
# Ports under 1024 but for the web's own, and ports where something other than HTTP listens.
_WEB_PORTS = frozenset({80, 443})
_OTHER_SERVICES = frozenset(
    {1080, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2379, 3128, 3306, 3389, 3659, 4045, 4190}
    | {5060, 5061, 5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697}
    | {9200, 9300, 10080, 10250, 11211, 27017}
)


class Blocked(HTTPError):
    """An address that is not asked, and why."""


def check_url(url: str) -> SplitResult:
    """Return the parts of a URL that is an http(s) address and nothing but; raises Blocked."""
    if any(ord(letter) <= 0x20 or letter in "\\\x7f" for letter in url):
        raise Blocked("there are blanks or backslashes in it")
    try:
        parts = urlsplit(url)
        port = parts.port
        other_reading = parse_url(url).host or ""
    except (ValueError, LocationParseError) as error:
        raise Blocked("it is no web address") from error
    if parts.scheme not in ("http", "https"):
        raise Blocked("only http and https are asked")
    if parts.username is not None or parts.password is not None:
        raise Blocked("there is a user name in it")
    if not parts.hostname or port == 0:
        raise Blocked("it names no host")
    # Names in other scripts are spelled differently by each library, and checked at the peer.
    if parts.hostname.isascii() and other_reading.strip("[]").lower() != parts.hostname:
        raise Blocked("it can be read in two ways")
    return parts


def check_public(parts: SplitResult) -> None:
    """Raise Blocked for a URL that names an inner host or a service other than the web.

    What a name stands for is checked when the connection is made (`check_host`, `check_peer`).
    """
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(_INNER_NAMES):
        raise Blocked("it is a name of an inner network")
    port = parts.port
    if port is not None and port not in _WEB_PORTS and (port < 1024 or port in _OTHER_SERVICES):
        raise Blocked(f"port {port} is not for web sites")
    if _is_address(host):
        check_peer(host)


def check_host(host: str, port: int) -> None:
    """Raise Blocked when any address a name stands for is an inner one; silent for no such name."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for *_, address in found:
        check_peer(str(address[0]))


def check_peer(address: str) -> None:
    """Raise Blocked for an address that is not one of the public internet."""
    if not is_public(address):
        raise Blocked("it leads into an inner network")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, as does any IPv4 address inside it.

    Not public: private, loopback, link-local (with the metadata services of clouds), shared,
    multicast, reserved and unspecified ones (IANA's special-purpose registries, by `ipaddress`).
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(found)
    if inner:
        return all(_public(one) for one in inner)
    return _public(found)


def _inside(found: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    if isinstance(found, IPv4Address):
        return ()
    if found.ipv4_mapped:
        return (found.ipv4_mapped,)
    if found in _NAT64:
        return (IPv4Address(int(found) & 0xFFFFFFFF),)
    if found.sixtofour:
        return (found.sixtofour,)
    return found.teredo or ()


def _public(found: IPv4Address | IPv6Address) -> bool:
    special = found.is_multicast or found.is_reserved or found.is_unspecified or found in _INNER
    return found.is_global and not special and not any(found in one for one in _OLD_NETWORKS)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True

"""How a host of static files serves a restored site: the `_headers` file that many of them read."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from migrator.archive.web.wanted import Place
from migrator.export.site.nginx import POLICY

HEAD = "# made by badge-migrator: media types of the badge documents of "
MANY = 100
"""Some hosts read no more rules than this."""
_ACTIVE = ("text/html", "image/svg+xml")
# What any host knows by its ending.
_KNOWN = {".json": "application/json", ".png": "image/png", ".svg": "image/svg+xml"} | {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".html": "text/html",
    ".txt": "text/plain",
}


def headers(host: str, places: Iterator[Place]) -> Iterator[str]:
    """Yield the file in pieces: a rule for each file whose name does not tell what it is."""
    yield f"{HEAD}{host}\n/*\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff\n"
    for place in places:
        for address in addresses_of(place):
            yield from _rule(address, place.media_type or "")


def needs_rule(place: Place) -> bool:
    """Say whether a static host must be told the media type of a place."""
    return any(_wrong(one, place.media_type or "") for one in addresses_of(place))


def addresses_of(place: Place) -> list[str]:
    """Return the addresses by which a static host finds a place's file, none for by rule."""
    if place.how == "rule" or place.file is None:
        return []
    path = "/" + quote(place.file, safe="/-._~")
    if place.how == "folder":
        return [path.removesuffix("index.html"), path]
    return [path]


def _rule(address: str, media_type: str) -> Iterator[str]:
    lines = []
    if _wrong(address, media_type):
        lines.append(f"  Content-Type: {media_type}\n")
    if media_type.partition(";")[0] in _ACTIVE:
        lines.append(f"  Content-Security-Policy: {POLICY}\n")
    if lines:
        yield "".join((f"{address}\n", *lines))


def _wrong(address: str, media_type: str) -> bool:
    name = address.rpartition("/")[2] or "index.html"
    dot = name.rfind(".")
    known = _KNOWN.get(name[dot:].lower()) if dot > 0 else None
    return known != media_type.partition(";")[0]

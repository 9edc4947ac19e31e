"""How nginx serves a restored site: an exact location for each address, a map for queries.

Every name in it is quoted, so that no address of a stranger's can say anything to nginx.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain, groupby, islice
from urllib.parse import unquote_to_bytes

from migrator.archive.web.wanted import Place
from migrator.export.site.path import BY_RULE

HEAD = "# made by badge-migrator: how nginx serves the badge documents of "
POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
"""For what a browser would run scripts of: pages and SVG pictures that others have made."""
_ACTIVE = ("text/html", "image/svg+xml")
_MAP_WORDS = frozenset({"default", "hostnames", "include", "volatile"})

_HOST = re.compile(r"(\[.*\]|[^:]*)(?::(\d+))?")

Places = Callable[[], Iterator[Place]]
Twins = frozenset[tuple[str, str]]


def nginx(host: str, places: Places, twins: Twins, *, https: bool) -> Iterator[str]:
    """Yield the configuration, in pieces, of the places that are there (by path and query).

    `twins` are (path, query) that differ from another query of that path in case only.
    """
    yield f"{HEAD}{host}\n{_INTRODUCTION}"
    for name, group in _with_queries(host, places()):
        yield f"map $args {name} {{\n"
        first = next(group)
        if first.query:
            yield f'    default "/{BY_RULE}/none";\n'
        for place in chain((first,), group):
            asked = "default" if not place.query else _asked(place, twins)
            yield f"    {asked} {quoted(_inner(place))};\n"
        yield "}\n\n"
    yield from _server(host, https=https)
    for path, name, group in _grouped(host, places()):
        if name:
            yield f"    location {_where(path)} {{ rewrite ^ {name} last; }}\n"
        for place in group:
            inside = f"= {quoted(_inner(place))}" if name else _where(path)
            yield _location(inside, place, "internal; " if name else "")
    yield "}\n"


_INTRODUCTION = f"""\
#
# 1. Put the folder `site` on the server and write its place behind `root` below.
# 2. Include this file from the http block of nginx.conf. If the domain has a web site already,
#    take over its `server` line by line instead: the `location` lines go into that block.
# 3. nginx -t && nginx -s reload
#
# Files below /{BY_RULE}/ are found by their rule alone and cannot be asked for.
# If nginx -t asks for a larger map_hash_max_size, set it in the http block as it says.

"""


def _server(host: str, *, https: bool) -> Iterator[str]:
    found = _HOST.fullmatch(host)
    bare, own_port = (found[1], found[2]) if found else (host, None)
    yield f"server {{\n    listen {own_port or 80};\n"
    if https:
        yield "    # Badges name this host with https://, so it needs a certificate:\n"
        yield f"    # listen {own_port or 443} ssl;\n"
        yield "    # ssl_certificate /etc/ssl/YOUR.pem;\n    # ssl_certificate_key ...;\n"
    yield f"    server_name {quoted(bare)};\n"
    yield f"    root {quoted(f'/srv/badges/{bare}/site')};\n"
    yield "    merge_slashes off;\n"
    yield '    add_header Access-Control-Allow-Origin "*";\n'
    yield '    add_header X-Content-Type-Options "nosniff";\n'
    yield "    location / { return 404; }\n"
    yield f'    location ^~ "/{BY_RULE}/" {{ internal; }}\n'


def quoted(text: str) -> str:
    """Return a text as one word of nginx's, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _with_queries(host: str, places: Iterator[Place]) -> Iterator[tuple[str, Iterator[Place]]]:
    for _path, name, group in _grouped(host, places):
        if name:
            yield name, group


def _grouped(host: str, places: Iterator[Place]) -> Iterator[tuple[str, str, Iterator[Place]]]:
    """Yield (path, name of its map or "", places): a group is never held as a whole."""
    mark, number = sha256(host.encode()).hexdigest()[:8], 0
    for path, group in groupby(places, lambda place: place.path):
        head = list(islice(group, 2))
        name = ""
        if len(head) > 1 or head[0].query:
            number += 1
            name = f"$badges_{mark}_{number}"
        yield path, name, chain(head, group)  # noqa: B031 - each group is used up before the next


def _location(inside: str, place: Place, more: str = "") -> str:
    media_type = place.media_type or "application/octet-stream"
    kind, _, charset = media_type.partition(";")
    charset = charset.partition("=")[2].strip()
    more += f"charset {quoted(charset)}; charset_types {quoted(kind)}; " if charset else ""
    if kind in _ACTIVE:
        more += f'add_header Content-Security-Policy "{POLICY}"; '
        more += 'add_header Access-Control-Allow-Origin "*"; '
        more += 'add_header X-Content-Type-Options "nosniff"; '
    return (
        f"    location {inside} {{ {more}types {{ }} default_type {quoted(kind)};"
        f" try_files {quoted('/' + str(place.file))} =404; }}\n"
    )


def _inner(place: Place) -> str:
    """Return the inner address of a place whose path says too little."""
    name = sha256(f"{place.path}?{place.query}".encode()).hexdigest()[:24]
    return f"/{BY_RULE}/{name}"


def _asked(place: Place, twins: Twins) -> str:
    """Return a query as nginx's map compares it: without regard to case, but for twins."""
    query = place.query
    if (place.path, query) in twins:
        return quoted(f"~^{re.escape(query)}$")
    if query.startswith(("~", "\\")) or query in _MAP_WORDS:
        query = f"\\{query}"
    return quoted(query)


def _where(path: str) -> str:
    """Return how a location names a path: exactly, byte by byte where it is no readable text."""
    data = unquote_to_bytes(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if text.isprintable():
        return f"= {quoted(text)}"
    return '~ "^' + "".join(f"\\x{byte:02X}" for byte in data) + '$"'

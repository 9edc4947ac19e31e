"""Where the next page of a list is: the Link header if there is one, else the next offset.

Source: recordings 6-badgeconnect-15 to 18. A link is followed only to the same list: whatever it
leads to is handed the account's token.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from migrator.net import Reply

PAGE = 100
MOST_PAGES = 10_000


def first(path: str) -> str:
    """Return the first page of the list at a path of the API."""
    return _page(path, 0)


def following(reply: Reply, path: str, seen: int, new: int) -> str | None:
    """Return the path of the page after this one, None when it was the last.

    `seen` is how many things have come so far, `new` how many of this page were not known before: a
    server that gives the same page for ever is asked no further.
    """
    if not new:
        return None
    if "Link" in reply.headers:
        offset = _linked(reply.headers["Link"])
        return None if offset is None else _page(path, offset)
    total = reply.headers.get("X-Total-Count", "")
    if total.isascii() and total.isdigit() and len(total) < 12 and seen >= int(total):
        return None
    return _page(path, seen)


def _linked(header: str) -> int | None:
    """Return the offset of the next page: all that is taken from a link."""
    for link in parse_header_links(header):
        if link.get("rel") == "next":
            try:
                offset = parse_qs(urlsplit(link.get("url", "")).query).get("offset", [""])[0]
            except ValueError:
                return None
            return int(offset) if offset.isascii() and offset.isdigit() else None
    return None


def _page(path: str, offset: int) -> str:
    return f"{path}?limit={PAGE}&offset={offset}"

"""Where the next page of a list is: the Link header if there is one, else the next offset.

Source: recordings 6-badgeconnect-15 to 18. A link is followed only to the same list: whatever it
leads to is handed the account's token.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from migrator.net import Reply

PAGE = 100
"""Badges on a page, where nobody asks for another number."""
MOST_PAGES = 10_000


def following(reply: Reply, seen: int, new: int) -> int | None:
    """Return the offset of the page after this one, None when it was the last.

    `seen` is how many things have come so far, `new` how many of this page were not known before: a
    server that gives the same page for ever is asked no further.
    """
    if not new:
        return None
    if "Link" in reply.headers:
        return _linked(reply.headers["Link"])
    total = reply.headers.get("X-Total-Count", "")
    if total.isascii() and total.isdigit() and len(total) < 12 and seen >= int(total):
        return None
    return seen


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

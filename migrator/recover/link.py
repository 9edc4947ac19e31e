"""Links that a web archive can have: those of a document as it is kept, and single addresses."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges.address import askable
from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse_object
from migrator.openbadges.links import DOCUMENTS, Link, links
from migrator.openbadges.model import Unreadable, Verification


def links_in(kind: str, body: bytes) -> list[Link]:
    """Return where a document or JWS leads, none twice; nothing for what cannot be read."""
    try:
        found = [one for named in _links(kind, body) for one in link(named.kind, named.url)]
    except Unreadable:
        return []
    return list(dict.fromkeys(found))


def link(kind: str, url: str | None) -> list[Link]:
    """Return an address as a link, nothing for what no web archive can have."""
    found = askable(url.strip() if url else None)
    return [Link(kind, found)] if found else []


def _links(kind: str, body: bytes) -> Iterator[Link]:
    if kind in ("assertion", "jws"):
        content = from_bytes(body)
        signed = content.assertion.verification is Verification.SIGNED
        yield from links(content.document, "assertion", signed=signed)
    elif kind in DOCUMENTS:
        yield from links(parse_object(body), kind)

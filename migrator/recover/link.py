"""Links: which addresses a document leads to, from the assertion to the criteria page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import (
    Assertion,
    BadgeClass,
    Issuer,
    Unreadable,
    Verification,
)
from migrator.openbadges.normal import read_badge_class, read_issuer
from migrator.recover.spelling import askable


@dataclass(frozen=True, slots=True)
class Link:
    """An address and what should stand there (the `kind` of a web answer)."""

    kind: str
    url: str


def links_in(kind: str, body: bytes) -> list[Link]:
    """Return where a document leads, none twice; nothing for what cannot be read.

    Assertion (or JWS) to badge class, image and key; badge class to issuer, image and criteria
    page; issuer to image, revocation list and key. Embedded documents are followed.
    """
    try:
        return list(dict.fromkeys(_links(kind, body)))
    except Unreadable:
        return []


def link(kind: str, url: str | None) -> list[Link]:
    """Return an address as a link, nothing for what no web archive can have."""
    found = askable(url.strip() if url else None)
    return [Link(kind, found)] if found else []


def _links(kind: str, body: bytes) -> Iterator[Link]:
    if kind in ("assertion", "jws"):
        yield from of_assertion(from_bytes(body).assertion)
    elif kind == "badge_class":
        document = parse_object(body)
        yield from of_badge_class(read_badge_class(document))
        yield from _keys(document.get("issuer"))
    elif kind == "issuer":
        document = parse_object(body)
        yield from of_issuer(read_issuer(document))
        yield from _keys(document)


def of_assertion(assertion: Assertion) -> Iterator[Link]:
    """Yield where an assertion in its normal form leads."""
    yield from link("badge_class", assertion.badge_class_id)
    yield from link("image", assertion.image)
    if assertion.verification is Verification.SIGNED:
        yield from link("key", assertion.verification_url)
    if assertion.badge_class is not None:
        yield from of_badge_class(assertion.badge_class)


def of_badge_class(badge_class: BadgeClass) -> Iterator[Link]:
    """Yield where a badge class in its normal form leads."""
    yield from link("issuer", badge_class.issuer_id)
    yield from link("image", badge_class.image)
    yield from link("page", badge_class.criteria_url)
    if badge_class.issuer is not None:
        yield from of_issuer(badge_class.issuer)


def of_issuer(issuer: Issuer) -> Iterator[Link]:
    """Yield where an issuer profile in its normal form leads."""
    yield from link("image", issuer.image)
    yield from link("revocation_list", issuer.revocation_list)


def _keys(profile: object) -> Iterator[Link]:
    found = profile.get("publicKey") if isinstance(profile, dict) else None
    for key in found if isinstance(found, list) else [found]:
        if isinstance(key, str):
            yield from link("key", key)

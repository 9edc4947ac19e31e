"""Links: which addresses a badge document leads to, from the assertion to the criteria page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.openbadges.credential import badge_class_of, is_credential
from migrator.openbadges.franken import invert
from migrator.openbadges.model import JsonObject, Verification
from migrator.openbadges.normal import (
    joined,
    origin_of,
    read_badge_class,
    read_issuer,
    verification_of,
)
from migrator.openbadges.values import address, items, mapping

DOCUMENTS = ("assertion", "badge_class", "issuer")
"""The kinds of documents that lead further."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address and what should stand there (the `kind` of a web answer).

    `named_by` is the kind of the document that names it. `embedded` says that what should stand
    there, a badge class or an issuer, is written out in that document as well.
    """

    kind: str
    url: str
    named_by: str = field(default="", compare=False)
    embedded: bool = field(default=False, compare=False)


def links(document: JsonObject, kind: str, *, signed: bool = False) -> Iterator[Link]:
    """Yield where a document leads, as its issuer wrote it: also `data:` and half an address.

    Assertion to badge class, image and key; badge class to issuer, image and criteria page; issuer
    to image, revocation list and keys. Documents come first: an address that is two things is one
    of a document. Embedded documents are followed, so some come twice. `signed` is for an
    assertion that came as a JWS: it is signed, whatever it says.
    """
    if kind == "assertion":
        yield from _of_assertion(document, signed=signed)
    elif kind == "badge_class":
        yield from _of_badge_class(document)
    elif kind == "issuer":
        yield from _of_issuer(document)


def _of_assertion(document: JsonObject, *, signed: bool) -> Iterator[Link]:
    originals = invert(document)
    own = originals.assertion
    named, given = own.get("badge"), originals.badge_class
    embedded = badge_class_of(own) if is_credential(own) else mapping(named)
    given = given or embedded
    if embedded is None:
        yield from _link("badge_class", address(named), "assertion")
    else:
        yield from _link("badge_class", read_badge_class(embedded).id, "assertion", embedded=True)
    subject = mapping(own.get("credentialSubject")) or {}
    url = address(own.get("image")) or address(subject.get("image"))
    yield from _link("image", joined(origin_of(given) if given else None, url), "assertion")
    if signed or verification_of(own)[0] is Verification.SIGNED:
        proof = mapping(own.get("verify", own.get("verification"))) or {}
        yield from _link("key", address(proof.get("creator")), "assertion")
        yield from _link("key", address(proof.get("url")), "assertion")
    if given is not None:
        yield from _of_badge_class(given, originals.issuer)


def _of_badge_class(document: JsonObject, issuer: JsonObject | None = None) -> Iterator[Link]:
    read = read_badge_class(document, issuer=issuer)
    embedded = mapping(document.get("issuer", document.get("creator")))
    yield from _link("issuer", read.issuer_id, "badge_class", embedded=embedded is not None)
    yield from _link("image", read.image, "badge_class")
    yield from _link("page", read.criteria_url, "badge_class")
    given = issuer or embedded
    if given is not None:
        yield from _of_issuer(given)


def _of_issuer(document: JsonObject) -> Iterator[Link]:
    yield from _link("image", read_issuer(document).image, "issuer")
    for found in items(document.get("revocationList")):
        yield from _link("revocation_list", address(found), "issuer")
    for key in items(document.get("publicKey")):
        yield from _link("key", address(key), "issuer")


def _link(kind: str, url: str | None, named_by: str, *, embedded: bool = False) -> Iterator[Link]:
    if url:
        yield Link(kind, url, named_by, embedded)

"""One assertion document or JWS as found, read; and whether two of them are the same badge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrator.openbadges.baked import Baked, as_object
from migrator.openbadges.credential import unwrap
from migrator.openbadges.documents import decode, parse_object
from migrator.openbadges.franken import Originals, invert
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.jws import is_jws, payload
from migrator.openbadges.model import (
    Assertion,
    JsonObject,
    Recipient,
    Unreadable,
    Verification,
    Version,
)
from migrator.openbadges.normal import read_originals
from migrator.openbadges.portable import MADE_FROM_ROWS
from migrator.openbadges.recipient import matching_spelling

_CUT = 255
"""Bytes of a URL that the Backpack's `endpoint` column keeps (mozilla-backpack.md 1.1)."""


@dataclass(frozen=True, slots=True)
class Content:
    """An assertion as found: its bytes, the JSON in them, and what both mean.

    `rewritten` is the Backpack's own form, 0.5, or made from rows: its address, not itself, is its
    identity.
    """

    data: bytes
    document: JsonObject
    originals: Originals
    assertion: Assertion
    rewritten: bool
    jws: str | None = None

    @property
    def is_original(self) -> bool:
        """Whether the bytes are the issuer's own document, not the Backpack's rewriting."""
        return self.jws is None and self.originals.assertion is self.document and not self.made

    @property
    def made(self) -> bool:
        """Whether the document says that it was made from rows of a database or table."""
        return MADE_FROM_ROWS in self.document


def from_bytes(data: bytes) -> Content:
    """Read an assertion document, or a file that holds a JWS; raises Unreadable."""
    text = decode(data) if data[:2] == b"ey" else ""
    if text and is_jws(text):
        return from_jws(text)
    return _content(data, parse_object(data))


def from_jws(jws: str) -> Content:
    """Read a compact JWS; raises Unreadable."""
    jws = jws.strip()
    content = _content(jws.encode("utf-8", "replace"), unwrap(payload(jws)))
    signed = replace(content.assertion, verification=Verification.SIGNED)
    return replace(content, assertion=signed, rewritten=False, jws=jws)


def from_baked(baked: Baked, known: Sequence[Content] = ()) -> Content | None:
    """Read a baked JSON or JWS; None for an address, anything else, and what is no assertion.

    A document equal to the original of a `known` content is not read a second time.
    """
    try:
        if baked.kind == "jws":
            return from_jws(baked.text)
        document = as_object(baked.text) if baked.kind == "json" else None
        if document is None:
            return None
        data = baked.text.encode("utf-8", "replace")
        for one in known:
            if document == one.originals.assertion:
                return Content(
                    data, document, Originals(document), one.assertion, _is_old(one.assertion)
                )
        return _content(data, document)
    except Unreadable:
        return None


def _content(data: bytes, document: JsonObject) -> Content:
    originals = invert(document)
    assertion = read_originals(originals)
    # What `is_rewritten` says, without telling kind and version of the document once more.
    made = MADE_FROM_ROWS in document
    rewritten = made or originals.assertion is not document or _is_old(assertion)
    return Content(data, document, originals, assertion, rewritten)


def _is_old(assertion: Assertion) -> bool:
    return assertion.version is Version.V0_5


def same_address(one: str, other: str) -> bool:
    """Say whether two URLs name one place: http or https, and cut off at 255 bytes or not."""
    if one == other:
        return True
    first, second = sorted((_bare(one), _bare(other)), key=len)
    if first == second:
        return True
    shorter = min(one, other, key=len)
    return second.startswith(first) and len(shorter.encode("utf-8", "replace")) >= _CUT


def same_badge(one: Assertion, other: Assertion) -> bool:
    """Say whether two assertions are one award, as far as they say anything about it.

    Equal addresses decide; else a contradiction in recipient, uid or name does. Issuers that salt
    anew at each request do not contradict themselves.
    """
    elsewhere = False
    here, there = one.hosted_url, other.hosted_url
    if here and there:
        if same_address(here, there):
            return True
        elsewhere = True
    if _other_person(one.recipient, other.recipient) or _contradict(one.uid, other.uid):
        return False
    if elsewhere and not (one.uid and one.uid == other.uid):
        return False
    return not _contradict(_name(one), _name(other))


def _bare(url: str) -> str:
    return canonical_url(url).partition("://")[2]


def _contradict(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _name(assertion: Assertion) -> str | None:
    return (assertion.badge_class.name or None) if assertion.badge_class else None


def _other_person(one: Recipient | None, other: Recipient | None) -> bool:
    if one is None or other is None:
        return False
    if one.hashed == other.hashed:
        if one.hashed and (one.salt != other.salt or _algorithm(one) != _algorithm(other)):
            return False
        return one.identity.casefold() != other.identity.casefold()
    hashed, plain = (one, other) if one.hashed else (other, one)
    return matching_spelling(hashed, (plain.identity,)) is None


def _algorithm(recipient: Recipient) -> str:
    return recipient.identity.partition("$")[0].lower()

"""A badge as it will be written: understood, its parts digested, in values alone.

Nothing here asks the archive, so that other processes can do it while one writes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from migrator.archive import frame
from migrator.archive.digest import short_digest
from migrator.openbadges.badge import Badge, Document, DocumentKind, Pieces, read_badge
from migrator.openbadges.model import Assertion, BadgeClass, Unreadable


class Piece(NamedTuple):
    """One document: `parts` are (digest of the frame, frame, values) where it can be framed.

    `url` is "" where the document stands at the address the badge is known by.
    """

    kind: str
    data: bytes
    digest: bytes
    url: str | None
    origin: str
    parts: tuple[bytes, str, str] | None


class Understood(NamedTuple):
    """One badge in the shape of the archive's tables, but for the numbers of rows.

    `columns` are those of `assertion` between the numbers of its class and learner and those of its
    documents; `baked` is where in the picture the badge data stands; `extra` documents were found
    with the badge and are no part of it.
    """

    digest: bytes
    own_identity: str | None
    version: str | None
    badge_class: BadgeClass | None
    columns: tuple[object, ...]
    richness: int
    recipient: str | None
    evidence: tuple[tuple[str | None, ...], ...]
    documents: tuple[Piece, ...]
    extra: tuple[Piece, ...]
    media_type: str | None
    baked: tuple[int, int]
    warnings: tuple[tuple[str, str], ...]


Answer = Understood | str
"""A badge, or the sentence that says why it is none."""


def understand(pieces: Pieces) -> Answer:
    """Return a badge ready to be written, or the sentence that says why it is none."""
    try:
        badge = read_badge(pieces)
    except Unreadable as error:
        return str(error)
    assertion, recipient = badge.assertion, badge.assertion.recipient
    plain = recipient and not recipient.hashed and "@" in recipient.identity
    return Understood(
        digest=short_digest(badge.identity.encode()),
        own_identity=None if badge.identity == f"url:{badge.hosted_url}" else badge.identity,
        version=assertion.version and assertion.version.value,
        badge_class=assertion.badge_class,
        columns=_columns(badge),
        richness=_richness(assertion),
        recipient=recipient.identity if recipient and plain else None,
        evidence=tuple(
            (one.url, one.narrative, one.name, one.description, one.genre, one.audience)
            for one in assertion.evidence
        ),
        documents=tuple([_piece(one, badge.identity) for one in badge.documents]),
        extra=tuple([_piece(one, badge.identity) for one in _not_understood(pieces, badge)]),
        media_type=badge.media_type,
        baked=(badge.baked.start, badge.baked.end) if badge.baked else (0, 0),
        warnings=badge.warnings,
    )


def piece_of(kind: str, data: bytes) -> Piece:
    """Return a document that stands alone."""
    return Piece(kind, data, sha256(data).digest(), None, "found", _parts(kind, data))


def _piece(document: Document, identity: str) -> Piece:
    kind, data, url = document.kind, document.data, document.url
    # Most assertions stand at the address they are known by, which is not written twice.
    if kind == "assertion" and url is not None and identity == f"url:{url}":
        url = ""
    origin = "derived" if document.derived else "found"
    return Piece(kind, data, sha256(data).digest(), url, origin, _parts(kind, data))


def _parts(kind: str, data: bytes) -> tuple[bytes, str, str] | None:
    if kind != "assertion":
        return None
    parts = frame.split(data)
    if parts is None:
        return None
    common, values = parts
    encoded = common.encode()
    # Before anything is let go of, it is seen to come back.
    if frame.join(encoded, values.encode()) != data:
        return None
    return sha256(encoded).digest(), common, values


def _columns(badge: Badge) -> tuple[object, ...]:
    assertion, recipient = badge.assertion, badge.assertion.recipient
    written = assertion.verification_url
    return (
        badge.hosted_url,
        assertion.uid,
        assertion.verification.value,
        None if written == badge.hosted_url else written,
        *(
            (recipient.identity, recipient.type, int(recipient.hashed), recipient.salt)
            if recipient
            else (None, None, None, None)
        ),
        assertion.issued_on,
        assertion.expires,
        assertion.image,
        assertion.narrative,
        int(assertion.revoked),
    )


def _not_understood(pieces: Pieces, badge: Badge) -> list[Document]:
    """Return what was found beside the badge and is no part of it: kept all the same."""
    given: tuple[tuple[DocumentKind, bytes | None], ...] = (
        ("jws", pieces.jws),
        ("assertion", pieces.assertion),
        ("badge_class", pieces.badge_class),
        ("issuer", pieces.issuer),
    )
    understood = [one.data for one in badge.documents]
    return [Document(kind, data) for kind, data in given if data and data not in understood]


def _richness(assertion: Assertion) -> int:
    if assertion.version is None:
        return 0  # an address, or what rows say: any original is better
    badge_class = assertion.badge_class
    return (
        1
        + 2 * (assertion.recipient is not None)
        + 4 * (badge_class is not None)
        + 8 * (badge_class is not None and badge_class.issuer is not None)
    )

"""The forms in which a badge can be handed over, best first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import Holding
from migrator.archive.shelf import Kept, image_file
from migrator.destinations.base import NOTHING_KNOWN, About, Input, Parcel
from migrator.openbadges import baking, documents, identity
from migrator.openbadges.model import Evidence, JsonObject, Unreadable
from migrator.verify.verdict import Submission


def submissions(archive: Archive, badge: Kept) -> Iterator[tuple[Input, Submission]]:
    """Yield what could be sent for a badge: its URL, its signed image, its JWS, its JSON.

    A hosted badge goes by URL, because a Badgr server fetches it again whatever it is handed
    (reference/badgr-api.md 5.3); a signed one by what carries its signature.
    """
    if badge.jws:
        if badge.image_id is not None and _carries(archive, badge.image_id, badge.jws):
            yield Input.IMAGE, Submission(image=image_file(archive, badge.image_id))
        yield Input.JWS, Submission(jws=badge.jws)
    elif badge.hosted_url:
        yield Input.URL, Submission(url=badge.hosted_url)
    elif (document := _document(badge)) is not None:
        yield Input.ASSERTION, Submission(assertion=document)


def as_found(archive: Archive, badge: Kept) -> Iterator[tuple[Input, Submission]]:
    """Yield what could be handed to a destination that fetches nothing: the files, as found."""
    number = badge.image_id
    if number is not None and (not badge.jws or _carries(archive, number, badge.jws)):
        yield Input.IMAGE, Submission(image=image_file(archive, number))
    if badge.jws:
        yield Input.JWS, Submission(jws=badge.jws)
    if badge.document is not None:
        yield Input.DOCUMENT, Submission(document=badge.document)
    if badge.hosted_url:
        yield Input.URL, Submission(url=badge.hosted_url)


def parcel(archive: Archive, badge: Kept, form: Input, *, described: bool = False) -> Parcel:
    """Make a badge ready to send in one form, with what is known of it if it is to be `described`.

    Raises ValueError when it has no such form.
    """
    known = NOTHING_KNOWN
    if described:
        known = about(archive, holdings.holding(archive, badge.assertion_id))
    for possible, submission in chain(submissions(archive, badge), as_found(archive, badge)):
        if possible is form:
            return Parcel(
                title=badge.title,
                open_badge_ids=remote_ids(badge.identity, badge.document, badge.jws),
                url=submission.url,
                image=submission.image,
                assertion=submission.assertion,
                jws=submission.jws,
                document=submission.document,
                about=known,
            )
    raise ValueError(f"{badge.title} cannot be sent as {form.value}")


def remote_ids(key: str, document: bytes | None, jws: str | None) -> frozenset[str]:
    """Return the ids a destination may hold a badge under, in canonical form; there is always one.

    A badge that declares none goes by its identity, which is made of its bytes.
    """
    ids = {key.removeprefix("url:")} if key.startswith("url:") else set()
    for declared in (_declared(document), _declared_in_jws(jws)):
        if declared:
            ids.add(identity.canonical_url(declared))
    return frozenset(ids or {key})


def about(archive: Archive, holding: Holding) -> About:
    """Return what the archive knows of a badge."""
    evidence = holdings.evidence_of(archive, holding.assertion_id)
    return About(
        badge=holding.badge,
        issuer=holding.issuer,
        issued_on=holding.issued_on,
        expires=holding.expires,
        revoked=bool(holding.revoked),
        recipient=holdings.recipient_of(archive, holding),
        learner=holding.learner_name,
        hosted_url=holding.hosted_url,
        narrative=holdings.narrative_of(archive, holding.assertion_id),
        evidence=tuple(
            Evidence(one.url, one.narrative, one.name, one.description) for one in evidence
        ),
    )


def _document(badge: Kept) -> JsonObject | None:
    if badge.document is None:
        return None
    try:
        return documents.parse_object(badge.document)
    except Unreadable:
        return None


def _declared(document: bytes | None) -> str | None:
    if document is None:
        return None
    try:
        declared = documents.parse_object(document).get("id")
    except Unreadable:
        return None
    return declared if isinstance(declared, str) else None


def _declared_in_jws(text: str | None) -> str | None:
    if not text:
        return None
    from migrator.openbadges import credential, jws  # noqa: PLC0415 - only for signed badges

    try:
        declared = credential.unwrap(jws.payload(text)).get("id")
    except Unreadable:
        return None
    return declared if isinstance(declared, str) else None


def _carries(archive: Archive, image_id: int, text: str) -> bool:
    try:
        unbaked = baking.unbake(image_file(archive, image_id))
    except Unreadable:
        return False
    return any(baked.kind == "jws" and baked.text == text for baked in unbaked.baked)

"""The forms in which a badge can be handed over, best first."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.archive.archive import Archive
from migrator.archive.shelf import Kept, image_file
from migrator.destinations.base import Input, Parcel
from migrator.openbadges import baking, documents, identity
from migrator.openbadges.model import JsonObject, Unreadable
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


def parcel(archive: Archive, badge: Kept, form: Input) -> Parcel:
    """Make a badge ready to send in one form; raises ValueError when it has no such form."""
    for possible, submission in submissions(archive, badge):
        if possible is form:
            return Parcel(
                title=badge.title,
                open_badge_ids=remote_ids(badge.identity, badge.document, badge.jws),
                url=submission.url,
                image=submission.image,
                assertion=submission.assertion,
                jws=submission.jws,
            )
    raise ValueError(f"{badge.title} cannot be sent as {form.value}")


def remote_ids(key: str, document: bytes | None, jws: str | None) -> frozenset[str]:
    """Return the ids a destination may hold a badge under, in canonical form."""
    ids = {key.removeprefix("url:")} if key.startswith("url:") else set()
    for declared in (_declared(document), _declared_in_jws(jws)):
        if declared:
            ids.add(identity.canonical_url(declared))
    return frozenset(ids)


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
    from migrator.openbadges import jws  # noqa: PLC0415 - cryptography only for signed badges

    try:
        declared = jws.payload(text).get("id")
    except Unreadable:
        return None
    return declared if isinstance(declared, str) else None


def _carries(archive: Archive, image_id: int, text: str) -> bool:
    try:
        unbaked = baking.unbake(image_file(archive, image_id))
    except Unreadable:
        return False
    return any(baked.kind == "jws" and baked.text == text for baked in unbaked.baked)

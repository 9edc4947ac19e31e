"""What a badge is called and whose it is, told by the documents found again."""

from __future__ import annotations

from dataclasses import replace

from migrator.archive.archive import Archive
from migrator.archive.storable import storable
from migrator.archive.web import filling
from migrator.archive.web.sought import Sought
from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Assertion, BadgeClass, JsonObject, Unreadable
from migrator.openbadges.normal import read_badge_class
from migrator.recover.best import best_document, held_documents


def fill_in(archive: Archive, badge: Sought) -> None:
    """Fill in the normal form of a badge where the archive lacked it; nothing known is replaced.

    A badge known by its address alone gets what its assertion says; one without a badge class (or
    without its issuer) gets it.
    """
    if not (badge.unread or badge.unnamed or badge.issuer_url is None):
        return
    assertion = _assertion(archive, badge)
    if badge.unread and assertion is not None:
        filling.fill_assertion(archive, badge.assertion_id, storable(assertion))
    badge_class = _badge_class(archive, badge, assertion)
    if badge_class is not None and (badge.unnamed or badge_class.issuer is not None):
        filling.fill_badge_class(archive, badge.assertion_id, storable(badge_class))


def _assertion(archive: Archive, badge: Sought) -> Assertion | None:
    """Return the assertion as held, else as found again; None where neither can be read.

    What was made from rows has no version: it says nothing that is not filled in already.
    """
    held = held_documents(archive, badge.assertion_id)
    bodies = [body for kind, body in held if kind in _AWARDS]
    best = best_document(archive, badge.hosted_url) if badge.hosted_url else None
    for body in (*bodies, best.body if best else None):
        try:
            if body is not None and (found := from_bytes(body).assertion).version is not None:
                return found
        except Unreadable:
            continue
    return None


_AWARDS = ("assertion", "jws")


def _badge_class(archive: Archive, badge: Sought, assertion: Assertion | None) -> BadgeClass | None:
    """Return the badge class with its issuer, as far as they can be had now."""
    url = badge.class_url or (assertion.badge_class_id if assertion else None)
    document = _document(archive, url)
    if document is None:
        return None
    found = read_badge_class(document)
    if not found.name:
        return None
    profile = _document(archive, found.issuer_id) if found.issuer_id else None
    if profile is not None:
        found = read_badge_class(document, issuer=profile)
    issuer = found.issuer
    if issuer is not None and issuer.id is None:
        # A 1.x profile does not name itself: its address is where it was found.
        found = replace(found, issuer=replace(issuer, id=found.issuer_id))
    return found if found.id else replace(found, id=url)


def _document(archive: Archive, url: str | None) -> JsonObject | None:
    best = best_document(archive, url) if url else None
    if best is None or best.body is None:
        return None
    try:
        return parse_object(best.body)
    except Unreadable:
        return None

"""The normal form written as Open Badges 2.0 JSON-LD: portable copies, with the original ids.

A copy says what the originals say in one vocabulary; it proves nothing by itself and is never
signed. Nothing is invented: what has no id of its own stands inside what refers to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Json,
    JsonObject,
    Recipient,
    Verification,
)

CONTEXT = "https://w3id.org/openbadges/v2"
MADE_FROM_ROWS = "madeFromRows"
"""The key by which a document says that it was made from rows of a database, not found as such."""
ROW_KEY = "key"
"""Inside of that: the name of the row, unlike that of any other row in the world."""


@dataclass(frozen=True, slots=True)
class Portable:
    """One badge as Open Badges 2.0; parts without an id of their own are None and stand inside."""

    assertion: JsonObject
    badge_class: JsonObject | None
    issuer: JsonObject | None


def portable(assertion: Assertion) -> Portable:
    """Return the documents of one badge, each as a file of its own where it has an id."""
    badge_class = assertion.badge_class
    issuer = badge_class.issuer if badge_class else None
    issuer_id = (badge_class.issuer_id if badge_class else None) or (issuer.id if issuer else None)
    class_id = assertion.badge_class_id or (badge_class.id if badge_class else None)
    profile = _issuer(issuer, issuer_id) if issuer else None
    issued_by: Json = issuer_id or profile
    what = _badge_class(badge_class, class_id, issued_by) if badge_class else None
    return Portable(
        assertion=_top(_assertion(assertion, class_id or what)),
        badge_class=_top(what) if what and class_id else None,
        issuer=_top(profile) if profile and issuer_id else None,
    )


def _top(document: JsonObject) -> JsonObject:
    return {"@context": CONTEXT, **document}


def _assertion(assertion: Assertion, badge: Json) -> JsonObject:
    own = assertion.id or assertion.hosted_url
    return _said(
        {
            "type": "Assertion",
            "id": own,
            "recipient": _recipient(assertion.recipient) if assertion.recipient else None,
            "badge": badge,
            "verification": _verification(assertion),
            "issuedOn": assertion.issued_on,
            "expires": assertion.expires,
            "image": assertion.image,
            "narrative": assertion.narrative,
            "evidence": [_evidence(one) for one in assertion.evidence],
            "revoked": assertion.revoked or None,
            "revocationReason": assertion.revocation_reason,
        }
    )


def _recipient(recipient: Recipient) -> JsonObject:
    return _said(
        {
            "type": recipient.type,
            "hashed": recipient.hashed,
            "salt": recipient.salt,
            "identity": recipient.identity,
        }
    )


def _verification(assertion: Assertion) -> JsonObject:
    if assertion.verification is Verification.SIGNED:
        return _said({"type": "SignedBadge", "creator": assertion.verification_url})
    return {"type": "HostedBadge"}


def _badge_class(badge_class: BadgeClass, class_id: str | None, issuer: Json) -> JsonObject:
    criteria = _said(
        {
            "type": "Criteria",
            "id": badge_class.criteria_url,
            "narrative": badge_class.criteria_narrative,
        }
    )
    return _said(
        {
            "type": "BadgeClass",
            "id": class_id,
            "name": badge_class.name,
            "description": badge_class.description,
            "image": badge_class.image,
            "criteria": criteria if len(criteria) > 1 else None,
            "issuer": issuer,
            "alignment": [_alignment(one) for one in badge_class.alignment],
            "tags": list(badge_class.tags),
        }
    )


def _issuer(issuer: Issuer, issuer_id: str | None) -> JsonObject:
    return _said(
        {
            "type": "Issuer",
            "id": issuer_id,
            "name": issuer.name,
            "url": issuer.url,
            "description": issuer.description,
            "email": issuer.email,
            "image": issuer.image,
            "revocationList": issuer.revocation_list,
        }
    )


def _evidence(one: Evidence) -> JsonObject:
    return _said(
        {
            "type": "Evidence",
            "id": one.url,
            "narrative": one.narrative,
            "name": one.name,
            "description": one.description,
            "genre": one.genre,
            "audience": one.audience,
        }
    )


def _alignment(one: Alignment) -> JsonObject:
    return _said(
        {
            "type": "AlignmentObject",
            "targetName": one.target_name,
            "targetUrl": one.target_url,
            "targetDescription": one.target_description,
            "targetFramework": one.target_framework,
            "targetCode": one.target_code,
        }
    )


def _said(fields: JsonObject) -> JsonObject:
    return {name: value for name, value in fields.items() if value not in (None, [], "")}

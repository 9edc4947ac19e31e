"""How issuers, badge classes and awards that were made here are written, to staff and to learners.

Source: recordings 5-issuer. What a learner sees of an award is written as an imported badge is
(`shapes`), after `as_held`.
"""

from __future__ import annotations

from typing import Any

from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient
from migrator.rehearsal.issuers import pages
from migrator.rehearsal.issuers.issuing import Award, OwnBadgeClass, OwnIssuer
from migrator.rehearsal.state import Account, BadgeClassRow, Held, IssuerRow

_DOMAIN = "localhost:4200"
Shape = dict[str, Any]


# /v2, to staff


def issuer_v2(issuer: OwnIssuer, accounts: dict[str, Account], base: str) -> Shape:
    """Return an issuer as /v2 writes it."""
    return {
        "entityType": "Issuer",
        "entityId": issuer.id,
        "openBadgeId": pages.issuer_page_url(issuer, base),
        "createdAt": issuer.made_at,
        "createdBy": issuer.made_by,
        "name": issuer.name,
        "image": pages.picture(issuer, base),
        "email": issuer.email,
        "description": issuer.description,
        "url": issuer.url,
        "staff": [
            {"userProfile": _profile(accounts[who]), "user": who, "role": role}
            for who, role in issuer.staff.items()
        ],
        "extensions": {},
        "badgrDomain": _DOMAIN,
    }


def _profile(account: Account) -> Shape:
    return {
        "entityType": "BadgeUser",
        "entityId": account.id,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "emails": [
            {
                "email": one.email,
                "verified": one.verified,
                "primary": one.primary,
                "caseVariants": list(one.variants),
            }
            for one in account.emails
        ],
        "url": [],
        "telephone": [],
        "badgrDomain": _DOMAIN,
    }


def badge_class_v2(badge_class: OwnBadgeClass, base: str) -> Shape:
    """Return a badge class as /v2 writes it."""
    own = pages.badge_class_url(badge_class, base)
    return {
        "entityType": "BadgeClass",
        "entityId": badge_class.id,
        "openBadgeId": own,
        "createdAt": badge_class.made_at,
        "createdBy": badge_class.made_by,
        "issuer": badge_class.issuer.id,
        "issuerOpenBadgeId": pages.issuer_page_url(badge_class.issuer, base),
        "name": badge_class.name,
        "image": f"{own}/image",
        "description": badge_class.description,
        "criteriaUrl": badge_class.criteria_url,
        "criteriaNarrative": badge_class.criteria_narrative,
        "alignments": badge_class.alignments,
        "tags": badge_class.tags,
        "expires": {
            "amount": badge_class.expires.get("amount"),
            "duration": badge_class.expires.get("duration"),
        },
        "extensions": {},
    }


def award_v2(award: Award, base: str) -> Shape:
    """Return an award as /v2 writes it for staff; the address stands in it in the open."""
    badge_class = award.badge_class
    return {
        "entityType": "Assertion",
        "entityId": award.id,
        "openBadgeId": pages.award_url(award, base),
        "createdAt": award.made_at,
        "createdBy": award.made_by,
        "badgeclass": badge_class.id,
        "badgeclassOpenBadgeId": pages.badge_class_url(badge_class, base),
        "issuer": badge_class.issuer.id,
        "issuerOpenBadgeId": pages.issuer_page_url(badge_class.issuer, base),
        "image": f"{pages.award_url(award, base)}/image",
        "recipient": {**pages.recipient(award), "plaintextIdentity": award.identity},
        "issuedOn": award.issued_on,
        "narrative": award.narrative,
        "evidence": [{"url": url, "narrative": text} for url, text in award.evidence],
        "revoked": award.revoked,
        "revocationReason": award.reason,
        "acceptance": award.acceptance,
        "expires": award.expires,
        "extensions": {},
    }


# /v1, to staff


def award_v1(award: Award, made_by: str, base: str) -> Shape:
    """Return an award as /v1 writes it; `made_by` is the address of who made it."""
    page = pages.award_page_v1(award, base)
    return {
        "created_at": award.made_at,
        "created_by": made_by,
        "slug": award.id,
        "image": f"{base}/{_own_picture(award)}",
        "recipient_identifier": award.identity,
        "recipient_type": award.type,
        "narrative": award.narrative,
        "evidence_items": [
            {"evidence_url": url, "narrative": text} for url, text in award.evidence
        ],
        "revoked": award.revoked,
        "revocation_reason": award.reason,
        "expires": award.expires,
        "hashed": award.hashed,
        "extensions": {},
        "json": {**page, "verify": {"url": pages.award_url(award, base), "type": "hosted"}},
        "issuer": pages.issuer_page_url(award.badge_class.issuer, base),
        "badge_class": pages.badge_class_url(award.badge_class, base),
        "public_url": pages.award_url(award, base),
    }


def _own_picture(award: Award) -> str:
    return f"media/uploads/badges/assertion-{award.id}.png"


# To the learner


def as_held(award: Award, account: str, base: str) -> Held:
    """Return an award as its recipient holds it in the backpack."""
    badge_class, issuer = award.badge_class, award.badge_class.issuer
    issued_by = IssuerRow(
        issuer.id,
        pages.issuer_page_url(issuer, base),
        Issuer(
            issuer.name,
            issuer.url,
            None,
            issuer.description,
            issuer.email,
            pages.picture(issuer, base),
        ),
    )
    row = BadgeClassRow(
        badge_class.id,
        pages.badge_class_url(badge_class, base),
        BadgeClass(
            badge_class.name,
            description=badge_class.description,
            criteria_url=badge_class.criteria_url,
            criteria_narrative=badge_class.criteria_narrative,
        ),
        issued_by,
    )
    assertion = Assertion(
        recipient=Recipient(award.identity, award.type, hashed=award.hashed),
        issued_on=award.issued_on,
        expires=award.expires,
        narrative=award.narrative,
        evidence=tuple(Evidence(url, text) for url, text in award.evidence),
        revoked=award.revoked,
        revocation_reason=award.reason,
    )
    return Held(
        id=award.id,
        account=account,
        open_badge_id=pages.award_url(award, base),
        assertion=assertion,
        badge_class=row,
        address=award.identity,
        media=award.media,
        extra={},
        pending=False,
        salt=award.salt,
        changed=award.changed,
        acceptance=award.acceptance,
    )

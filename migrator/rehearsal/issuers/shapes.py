"""How issuers, badge classes and awards that were made here are written, to staff and to anybody.

Source: recordings 5-issuer. What a learner sees of an award is written as an imported badge is
(`shapes`), after `as_held`.
"""

from __future__ import annotations

from typing import Any

from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient
from migrator.openbadges.recipient import hash_identity
from migrator.rehearsal.issuers.issuing import Award, OwnBadgeClass, OwnIssuer
from migrator.rehearsal.state import Account, BadgeClassRow, Held, IssuerRow

V2 = "https://w3id.org/openbadges/v2"
V1 = "https://w3id.org/openbadges/v1"
OLDER = "?v=1_1"
_DOMAIN = "localhost:4200"
Shape = dict[str, Any]


def issuer_page_url(issuer: OwnIssuer, base: str) -> str:
    """Return the id of an issuer: its public page."""
    return f"{base}/public/issuers/{issuer.id}"


def badge_class_url(badge_class: OwnBadgeClass, base: str) -> str:
    """Return the id of a badge class."""
    return f"{base}/public/badges/{badge_class.id}"


def award_url(award: Award, base: str) -> str:
    """Return the id of an award."""
    return f"{base}/public/assertions/{award.id}"


# /v2, to staff


def issuer_v2(issuer: OwnIssuer, accounts: dict[str, Account], base: str) -> Shape:
    """Return an issuer as /v2 writes it."""
    return {
        "entityType": "Issuer",
        "entityId": issuer.id,
        "openBadgeId": issuer_page_url(issuer, base),
        "createdAt": issuer.made_at,
        "createdBy": issuer.made_by,
        "name": issuer.name,
        "image": _picture(issuer, base),
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


def _picture(issuer: OwnIssuer, base: str) -> str | None:
    return f"{issuer_page_url(issuer, base)}/image" if issuer.image else None


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
    own = badge_class_url(badge_class, base)
    return {
        "entityType": "BadgeClass",
        "entityId": badge_class.id,
        "openBadgeId": own,
        "createdAt": badge_class.made_at,
        "createdBy": badge_class.made_by,
        "issuer": badge_class.issuer.id,
        "issuerOpenBadgeId": issuer_page_url(badge_class.issuer, base),
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
        "openBadgeId": award_url(award, base),
        "createdAt": award.made_at,
        "createdBy": award.made_by,
        "badgeclass": badge_class.id,
        "badgeclassOpenBadgeId": badge_class_url(badge_class, base),
        "issuer": badge_class.issuer.id,
        "issuerOpenBadgeId": issuer_page_url(badge_class.issuer, base),
        "image": f"{award_url(award, base)}/image",
        "recipient": {**_recipient(award), "plaintextIdentity": award.identity, **_salt(award)},
        "issuedOn": award.issued_on,
        "narrative": award.narrative,
        "evidence": [{"url": url, "narrative": text} for url, text in award.evidence],
        "revoked": award.revoked,
        "revocationReason": award.reason,
        "acceptance": award.acceptance,
        "expires": award.expires,
        "extensions": {},
    }


def _recipient(award: Award) -> Shape:
    identity = award.identity
    if award.hashed:
        identity = hash_identity(identity, "sha256", award.salt)
    return {"identity": identity, "hashed": award.hashed, "type": award.type}


def _salt(award: Award) -> Shape:
    return {"salt": award.salt} if award.hashed else {}


# /v1, to staff


def award_v1(award: Award, made_by: str, base: str) -> Shape:
    """Return an award as /v1 writes it; `made_by` is the address of who made it."""
    page = award_page_v1(award, base)
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
        "json": {**page, "verify": {"url": award_url(award, base), "type": "hosted"}},
        "issuer": issuer_page_url(award.badge_class.issuer, base),
        "badge_class": badge_class_url(award.badge_class, base),
        "public_url": award_url(award, base),
    }


def _own_picture(award: Award) -> str:
    return f"media/uploads/badges/assertion-{award.id}.png"


# Public pages, in Open Badges 2.0 and, with ?v=1_1, in 1.1


def award_page(award: Award, base: str, expand: tuple[str, ...] = ()) -> Shape:
    """Return the public page of an award; `expand` may name `badge` and `badge.issuer`."""
    head = {"@context": V2, "type": "Assertion", "id": award_url(award, base)}
    if award.revoked:
        return {**head, "revoked": True, "revocationReason": award.reason}
    badge: Any = badge_class_url(award.badge_class, base)
    if "badge" in expand:
        badge = badge_class_page(award.badge_class, base, nested="badge.issuer" in expand)
    evidence = [
        {"type": "Evidence", **_said(id=url, narrative=text)} for url, text in award.evidence
    ]
    return {
        **head,
        "badge": badge,
        "image": f"{award_url(award, base)}/image",
        "verification": {"type": "HostedBadge"},
        **({"evidence": evidence} if evidence else {}),
        **_said(narrative=award.narrative, expires=award.expires),
        "issuedOn": award.issued_on.replace("Z", "+00:00"),
        "recipient": {**_recipient(award), **_salt(award)},
    }


def award_page_v1(award: Award, base: str) -> Shape:
    """Return the public page of an award in Open Badges 1.1."""
    own = award_url(award, base)
    if award.revoked:
        return {"@context": V1, "id": own + OLDER, "revoked": True}
    return {
        "@context": V1,
        "type": "Assertion",
        "id": own + OLDER,
        "badge": badge_class_url(award.badge_class, base) + OLDER,
        "image": f"{own}/image",
        "uid": award.id,
        "verify": {"url": own + OLDER, "type": "hosted"},
        **_one_evidence(award, own),
        "issuedOn": award.issued_on.replace("Z", "+00:00"),
        "recipient": {**_recipient(award), **_salt(award)},
    }


def _one_evidence(award: Award, own: str) -> Shape:
    if not award.evidence:
        return {}
    return {"evidence": (award.evidence[0][0] or own) if len(award.evidence) == 1 else own}


def badge_class_page(badge_class: OwnBadgeClass, base: str, *, nested: bool = False) -> Shape:
    """Return the public page of a badge class."""
    own, issuer = badge_class_url(badge_class, base), badge_class.issuer
    return {
        "@context": V2,
        "type": "BadgeClass",
        "id": own,
        "name": badge_class.name,
        "description": badge_class.description,
        "issuer": issuer_page(issuer, base) if nested else issuer_page_url(issuer, base),
        "image": f"{own}/image",
        "criteria": _said(id=badge_class.criteria_url, narrative=badge_class.criteria_narrative),
        "alignment": badge_class.alignments,
        "tags": badge_class.tags,
    }


def issuer_page(issuer: OwnIssuer, base: str) -> Shape:
    """Return the public page of an issuer."""
    return {
        "@context": V2,
        "type": "Issuer",
        "id": issuer_page_url(issuer, base),
        "name": issuer.name,
        "url": issuer.url,
        "email": issuer.email,
        "description": issuer.description,
        "image": _picture(issuer, base),
    }


def older(page: Shape) -> Shape:
    """Return the page of a badge class or an issuer as Open Badges 1.1."""
    links = {"id": page["id"] + OLDER}
    if isinstance(page.get("issuer"), str):
        links["issuer"] = page["issuer"] + OLDER
        links["criteria"] = page["criteria"].get("id") or page["id"]
    return {**page, "@context": V1, **links}


def _said(**values: Any) -> Shape:
    return {name: value for name, value in values.items() if value is not None}


# To the learner


def as_held(award: Award, account: str, base: str) -> Held:
    """Return an award as its recipient holds it in the backpack."""
    badge_class, issuer = award.badge_class, award.badge_class.issuer
    issued_by = IssuerRow(
        issuer.id,
        issuer_page_url(issuer, base),
        Issuer(
            issuer.name, issuer.url, None, issuer.description, issuer.email, _picture(issuer, base)
        ),
    )
    row = BadgeClassRow(
        badge_class.id,
        badge_class_url(badge_class, base),
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
        open_badge_id=award_url(award, base),
        assertion=assertion,
        badge_class=row,
        address=award.identity,
        media=award.media,
        extra={},
        pending=False,
        salt=award.salt,
        acceptance=award.acceptance,
    )

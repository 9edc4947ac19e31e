"""The public pages of what was made here, in Open Badges 2.0 and, with ?v=1_1, in 1.1.

Source: recordings 5-issuer. The address of a page is the id of what it shows.
"""

from __future__ import annotations

from typing import Any

from migrator.openbadges.recipient import hash_identity
from migrator.rehearsal.issuers.issuing import Award, OwnBadgeClass, OwnIssuer

OLDER = "?v=1_1"
_V2 = "https://w3id.org/openbadges/v2"
_V1 = "https://w3id.org/openbadges/v1"
Page = dict[str, Any]


def issuer_page_url(issuer: OwnIssuer, base: str) -> str:
    """Return the id of an issuer: its public page."""
    return f"{base}/public/issuers/{issuer.id}"


def badge_class_url(badge_class: OwnBadgeClass, base: str) -> str:
    """Return the id of a badge class."""
    return f"{base}/public/badges/{badge_class.id}"


def award_url(award: Award, base: str) -> str:
    """Return the id of an award."""
    return f"{base}/public/assertions/{award.id}"


def picture(issuer: OwnIssuer, base: str) -> str | None:
    """Return the address of an issuer's picture, None where it has none."""
    return f"{issuer_page_url(issuer, base)}/image" if issuer.image else None


def recipient(award: Award) -> Page:
    """Return to whom an award was made, hashed if it was asked for."""
    if not award.hashed:
        return {"identity": award.identity, "hashed": False, "type": award.type}
    identity = hash_identity(award.identity, "sha256", award.salt)
    return {"identity": identity, "hashed": True, "type": award.type, "salt": award.salt}


def award_page(award: Award, base: str, expand: tuple[str, ...] = ()) -> Page:
    """Return the public page of an award; `expand` may name `badge` and `badge.issuer`."""
    head = {"@context": _V2, "type": "Assertion", "id": award_url(award, base)}
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
        "recipient": recipient(award),
    }


def award_page_v1(award: Award, base: str) -> Page:
    """Return the public page of an award in Open Badges 1.1."""
    own = award_url(award, base)
    if award.revoked:
        return {"@context": _V1, "id": own + OLDER, "revoked": True}
    return {
        "@context": _V1,
        "type": "Assertion",
        "id": own + OLDER,
        "badge": badge_class_url(award.badge_class, base) + OLDER,
        "image": f"{own}/image",
        "uid": award.id,
        "verify": {"url": own + OLDER, "type": "hosted"},
        **_one_evidence(award, own),
        "issuedOn": award.issued_on.replace("Z", "+00:00"),
        "recipient": recipient(award),
    }


def _one_evidence(award: Award, own: str) -> Page:
    if not award.evidence:
        return {}
    return {"evidence": (award.evidence[0][0] or own) if len(award.evidence) == 1 else own}


def badge_class_page(badge_class: OwnBadgeClass, base: str, *, nested: bool = False) -> Page:
    """Return the public page of a badge class."""
    own, issuer = badge_class_url(badge_class, base), badge_class.issuer
    return {
        "@context": _V2,
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


def issuer_page(issuer: OwnIssuer, base: str) -> Page:
    """Return the public page of an issuer."""
    return {
        "@context": _V2,
        "type": "Issuer",
        "id": issuer_page_url(issuer, base),
        "name": issuer.name,
        "url": issuer.url,
        "email": issuer.email,
        "description": issuer.description,
        "image": picture(issuer, base),
    }


def older(page: Page) -> Page:
    """Return the page of a badge class or an issuer as Open Badges 1.1."""
    links = {"id": page["id"] + OLDER}
    if isinstance(page.get("issuer"), str):
        links["issuer"] = page["issuer"] + OLDER
        links["criteria"] = page["criteria"].get("id") or page["id"]
    return {**page, "@context": _V1, **links}


def _said(**values: Any) -> Page:
    return {name: value for name, value in values.items() if value is not None}

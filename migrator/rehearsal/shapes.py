"""How a stored badge is written in each generation of the API and on its public pages.

Source: reference/badgr-api.md 5.1, 6 ("Which fields survive an import") and the recordings. Badge
tags and alignments are lost, evidence keeps its address and narrative only, the recipient is hashed
anew with the backpack's own salt.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from typing import Any

from migrator.openbadges.model import Assertion, Recipient
from migrator.openbadges.recipient import hash_identity
from migrator.rehearsal.state import BadgeClassRow, Collection, Held, IssuerRow

CONTEXT = "https://w3id.org/openbadges/v2"
Shape = dict[str, Any]


def v2(held: Held, base: str, *, pending: bool, expand: Names[str] = ()) -> Shape:
    """Return a badge as /v2 writes it; `expand` may name `badgeclass` and `issuer`."""
    assertion, row = held.assertion, held.badge_class
    badge_class: Any = row.id
    if "badgeclass" in expand:
        badge_class = badge_class_page(row, base, with_issuer="issuer" in expand)
    return {
        "entityType": "Assertion",
        "entityId": held.id,
        "acceptance": held.acceptance,
        "openBadgeId": held.open_badge_id,
        "badgeclass": badge_class,
        "badgeclassOpenBadgeId": row.open_badge_id,
        "issuer": row.issuer.id,
        "issuerOpenBadgeId": row.issuer.open_badge_id,
        "image": None if assertion.revoked else f"{base}/{held.media}",
        "recipient": {**_recipient(held), "plaintextIdentity": held.address, **_salt(held)},
        "issuedOn": assertion.issued_on,
        "narrative": assertion.narrative,
        "revoked": assertion.revoked,
        "revocationReason": assertion.revocation_reason,
        "expires": assertion.expires,
        "pending": pending,
        **held.extra,
    }


def _is_hashed(held: Held) -> bool:
    recipient = held.assertion.recipient
    return recipient is not None and recipient.hashed


def _recipient(held: Held) -> Shape:
    recipient = held.assertion.recipient or Recipient("")
    hashed = _is_hashed(held)
    identity = hash_identity(held.address, "sha256", held.salt) if hashed else held.address
    return {"identity": identity, "hashed": hashed, "type": recipient.type}


def _salt(held: Held) -> Shape:
    return {"salt": held.salt} if _is_hashed(held) else {}


def _offset(date: str | None) -> str | None:
    return date.replace("Z", "+00:00") if date else date


# Public pages: Open Badges 2.0


def assertion_page(held: Held, base: str, *, expand: Names[str] = ()) -> Shape:
    """Return the public page of a badge; `expand` may name `badge` and `badge.issuer`."""
    badge: Any = held.badge_class.open_badge_id
    if "badge" in expand:
        badge = badge_class_page(held.badge_class, base, with_issuer="badge.issuer" in expand)
    shape: Shape = {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": held.open_badge_id,
        "badge": badge,
        "image": f"{base}/public/assertions/{held.id}/image",
        "verification": {"type": "HostedBadge"},
        "sourceUrl": held.open_badge_id,
        "hostedUrl": f"{base}/public/assertions/{held.id}",
    }
    assertion = held.assertion
    if assertion.evidence:
        shape["evidence"] = [
            {"type": "Evidence", **_without_none(id=each.url, narrative=each.narrative)}
            for each in assertion.evidence
        ]
    if assertion.narrative:
        shape["narrative"] = assertion.narrative
    shape["issuedOn"] = _offset(assertion.issued_on)
    shape["recipient"] = {**_recipient(held), **_salt(held)}
    if assertion.expires:
        shape["expires"] = assertion.expires
    return {**shape, **held.extra}


def badge_class_page(row: BadgeClassRow, base: str, *, with_issuer: bool = False) -> Shape:
    """Return the public page of a badge class."""
    badge_class = row.badge_class
    issuer: Any = issuer_page(row.issuer, base) if with_issuer else row.issuer.open_badge_id
    return {
        "@context": CONTEXT,
        "type": "BadgeClass",
        "id": row.open_badge_id,
        "name": badge_class.name,
        "description": badge_class.description or "",
        "issuer": issuer,
        "image": _badge_class_image(row, base),
        "criteria": _without_none(
            id=badge_class.criteria_url, narrative=badge_class.criteria_narrative
        ),
        "sourceUrl": row.open_badge_id,
        "hostedUrl": f"{base}/public/badges/{row.id}",
        "alignment": [],
        "tags": [],
    }


def _badge_class_image(row: BadgeClassRow, base: str) -> Any:
    image = f"{base}/public/badges/{row.id}/image"
    return {"id": image, **row.caption} if row.caption else image


def issuer_page(row: IssuerRow, base: str) -> Shape:
    """Return the public page of an issuer."""
    issuer = row.issuer
    image = f"{base}/public/issuers/{row.id}/image"
    return {
        "@context": CONTEXT,
        "type": "Issuer",
        "id": row.open_badge_id,
        "name": issuer.name,
        "url": issuer.url,
        "email": issuer.email,
        "description": issuer.description,
        "image": image if issuer.image else None,
        "sourceUrl": row.open_badge_id,
        "hostedUrl": f"{base}/public/issuers/{row.id}",
    }


def collection_page(
    collection: Collection, badges: list[Shape], owner: tuple[str, str], base: str
) -> Shape:
    """Return the public page of a collection."""
    return {
        "@context": CONTEXT,
        "type": "Collection",
        "id": f"{base}/public/collections/{collection.share_hash}",
        "name": collection.name,
        "description": collection.description,
        "entityId": collection.id,
        "owner": {"firstName": owner[0], "lastName": owner[1]},
        "badges": badges,
    }


def _without_none(**values: Any) -> Shape:
    return {name: value for name, value in values.items() if value is not None}


# v1: the badge as a tree of typed values, or plainly with ?json_format=plain


def v1(held: Held, base: str, *, pending: bool, plain: bool) -> Shape:
    """Return a badge as /v1 writes it."""
    row, assertion = held.badge_class, held.assertion
    issuer = f"{base}/public/issuers/{row.issuer.id}/image?type=png"
    preview = {"issuerImagePreview": {"type": "image", "id": issuer}}
    return {
        "recipient_identifier": held.address,
        "acceptance": held.acceptance,
        "narrative": assertion.narrative,
        "evidence_items": [
            {"evidence_url": each.url, "narrative": each.narrative} for each in assertion.evidence
        ],
        "pending": pending,
        "extensions": {},
        "id": held.id,
        "json": _v1_json(held, base, plain=plain),
        "imagePreview": {"type": "image", "id": f"{base}/public/badges/{row.id}/image?type=png"},
        **(preview if row.issuer.issuer.image else {}),
        "image": f"{base}/{held.media}",
        "shareUrl": f"{base}/public/assertions/{held.id}",
    }


def _v1_json(held: Held, base: str, *, plain: bool) -> Shape:
    typed = _plain if plain else _typed
    assertion = held.assertion
    recipient = assertion.recipient or Recipient("")
    shape = {
        "id": held.open_badge_id,
        "type": "Assertion",
        "uid": typed("xsd:string", held.id),
        "recipient": typed("email", {"type": recipient.type, "recipient": held.address}),
        "badge": _v1_badge_class(held.badge_class, base, plain=plain),
        "issuedOn": typed("xsd:dateTime", _offset(assertion.issued_on)),
    }
    if assertion.expires:
        shape["expires"] = typed("xsd:dateTime", _offset(assertion.expires))
    shape["image"] = typed("image", f"{base}/public/assertions/{held.id}/image")
    evidence = _one_evidence(assertion, f"{base}/public/assertions/{held.id}")
    return {**shape, **({"evidence": typed("@id", evidence)} if evidence else {})}


def _one_evidence(assertion: Assertion, page: str) -> str | None:
    """v1 knows one evidence only: the address of it, or the badge's page when there are more."""
    if len(assertion.evidence) == 1:
        return assertion.evidence[0].url or page
    return page if assertion.evidence else None


def _v1_badge_class(row: BadgeClassRow, base: str, *, plain: bool) -> Shape:
    typed = _plain if plain else _typed
    badge_class, issuer = row.badge_class, row.issuer.issuer
    image = f"{base}/public/issuers/{row.issuer.id}/image" if issuer.image else None
    criteria = badge_class.criteria_url or f"{base}/public/badges/{row.id}"
    return {
        "id": row.open_badge_id,
        "type": "BadgeClass",
        "name": typed("xsd:string", badge_class.name),
        "description": typed("xsd:string", badge_class.description),
        "image": typed("image", _badge_class_image(row, base)),
        "criteria": typed("@id", criteria),
        "criteria_text": typed("xsd:string", badge_class.criteria_narrative),
        "criteria_url": typed("@id", badge_class.criteria_url),
        "issuer": {
            "id": row.issuer.open_badge_id,
            "type": "Issuer",
            "name": typed("xsd:string", issuer.name),
            "url": typed("@id", issuer.url),
            "description": typed("xsd:string", issuer.description),
            "image": typed("image", image),
            "email": typed("email", issuer.email),
        },
        "tags": [],
        "alignment": [],
    }


def _plain(kind: str, value: Any) -> Any:  # noqa: ARG001 -- stands where _typed stands
    return value


def _typed(kind: str, value: Any) -> Any:
    if value is None:
        return None
    return {"type": kind, "id" if kind in ("image", "@id") else "@value": value}


# Collections


def collection_v2(collection: Collection, base: str) -> Shape:
    """Return a collection as /v2 writes it."""
    shared = f"{base}/public/collections/{collection.share_hash}"
    return {
        "entityType": "BackpackCollection",
        "entityId": collection.id,
        "name": collection.name,
        "description": collection.description,
        "owner": collection.account,
        "share_url": shared if collection.share_hash else None,
        "shareHash": collection.share_hash,
        "published": bool(collection.share_hash),
        "assertions": list(collection.assertions),
    }


def collection_v1(collection: Collection, base: str) -> Shape:
    """Return a collection as /v1 writes it."""
    shared = f"{base}/public/collections/{collection.share_hash}"
    return {
        "name": collection.name,
        "slug": collection.id,
        "description": collection.description,
        "share_hash": collection.share_hash,
        "share_url": shared if collection.share_hash else "",
        "badges": [{"id": each, "description": ""} for each in collection.assertions],
        "published": bool(collection.share_hash),
    }

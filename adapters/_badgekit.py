"""What an award in BadgeKit's words means (reference page badge-formats.md, 1.11)."""

from __future__ import annotations

from migrator.openbadges.address import web_address
from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Json,
    JsonObject,
    Recipient,
)
from migrator.openbadges.values import items, label, mapping
from migrator.sources.found import Found
from migrator.sources.rowdocument import row_document

PROFILE_TEXTS = ("name", "url", "description", "email")
CLASS_TEXTS = (
    *("name", "slug", "strapline", "earnerDescription", "consumerDescription", "issuerUrl"),
    *("rubricUrl", "criteriaUrl", "timeValue", "timeUnits", "type"),
)
_SAID_ELSEWHERE = frozenset({"name", "consumerDescription", "criteriaUrl"})


def found(locator: str, instance: JsonObject, image: bytes | None = None) -> Found:
    """Return an award as the API writes it (`instance`, with an e-mail address) as a badge.

    The picture is that of the badge class; nobody's badge data is expected in it.
    """
    badge = mapping(instance.get("badge")) or {}
    email = (label(instance.get("email")) or "").strip()
    url = _web(instance.get("assertionUrl"))
    evidence = _web(instance.get("evidenceUrl"))
    award = Assertion(
        recipient=Recipient(email),
        id=url,
        uid=label(instance.get("slug")),
        issued_on=to_utc(instance.get("issuedOn")),
        expires=to_utc(instance.get("expires")),
        evidence=(Evidence(evidence),) if evidence else (),
        badge_class=_badge_class(badge),
    )
    unread = {name: label(badge.get(name)) or "" for name in CLASS_TEXTS}
    unread = {name: text for name, text in unread.items() if name not in _SAID_ELSEWHERE}
    unread["categories"] = ", ".join(_values(badge.get("categories")))
    key = f"badgekit {award.uid}" if award.uid else None  # a SHA-1 of the award
    document = row_document(award, "a BadgeKit system", key=key, unread=unread)
    return Found(locator, document, hosted_url=url, image=image, holder=email)


def _badge_class(badge: JsonObject) -> BadgeClass:
    criteria = [label(one.get("description")) for one in _objects(badge.get("criteria"))]
    return BadgeClass(
        name=label(badge.get("name")) or "",
        description=label(badge.get("consumerDescription")),
        image=_web(badge.get("imageUrl")),
        criteria_url=_web(badge.get("criteriaUrl")),
        criteria_narrative="\n".join(filter(None, criteria)) or None,
        issuer=_issuer(badge),
        alignment=tuple(map(_alignment, _objects(badge.get("alignments")))),
        tags=tuple(_values(badge.get("tags"))),
    )


def _issuer(badge: JsonObject) -> Issuer | None:
    """Return who awards, as BadgeKit's public pages said it: program before issuer before system"""
    profiles = [mapping(badge.get(name)) or {} for name in ("program", "issuer", "system")]
    said = {
        key: next((text for one in profiles if (text := label(one.get(key)))), None)
        for key in PROFILE_TEXTS
    }
    if said["name"] is None:
        return None
    url, description, email = said["url"], said["description"], said["email"]
    return Issuer(said["name"], url, description=description, email=email)


def _alignment(said: JsonObject) -> Alignment:
    name, description = label(said.get("name")), label(said.get("description"))
    return Alignment(name, _web(said.get("url")), description)


def _objects(value: Json) -> list[JsonObject]:
    return [one for one in items(value) if isinstance(one, dict)]


def _values(value: Json) -> list[str]:
    """Return tags or categories, written as texts or as rows with a value."""
    said = [one.get("value") if isinstance(one, dict) else one for one in items(value)]
    return [text for one in said if (text := label(one))]


def _web(value: Json) -> str | None:
    return web_address((label(value) or "").strip())

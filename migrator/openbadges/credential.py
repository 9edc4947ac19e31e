"""Open Badges 3.0 credentials in the terms of the normal form: VC 1.1 and VC 2.0, JSON and JWT.

The achievement is the badge class, the subject the recipient, the credential the assertion.
Source: Open Badges 3.0 (1EdTech), reference/badge-formats.md 1.12.
"""

from __future__ import annotations

from dataclasses import replace

from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import (
    Assertion,
    BadgeClass,
    Evidence,
    JsonObject,
    Recipient,
    Verification,
    Version,
)
from migrator.openbadges.recipient import looks_hashed
from migrator.openbadges.values import address, flag, items, label, mapping, text

_ISSUED = ("awardedDate", "validFrom", "issuanceDate", "issuedOn")
_EXPIRES = ("validUntil", "expirationDate")
_EMAIL = ("emailaddress", "email")


def unwrap(payload: JsonObject) -> JsonObject:
    """Return the credential a JWT payload is, or has in its claim `vc` (VC 1.1).

    What the credential leaves to the registered claims is filled in from them: `jti`, `iss`, `sub`,
    `nbf` (or `iat`) and `exp` (VC Data Model 1.1, 6.3.1). Any other payload comes back as it is.
    """
    inside = payload.get("vc")
    document = inside if isinstance(inside, dict) else payload
    subject = mapping(document.get("credentialSubject"))
    if subject is None:
        return document
    filled = dict(document)
    _fill(filled, "id", text(payload.get("jti")))
    if not any(key in document for key in _ISSUED):
        _fill(filled, "issuanceDate", to_utc(payload.get("nbf", payload.get("iat"))))
    if not any(key in document for key in _EXPIRES):
        _fill(filled, "expirationDate", to_utc(payload.get("exp")))
    issuer, named = filled.get("issuer"), text(payload.get("iss"))
    if named and isinstance(issuer, dict):
        filled["issuer"] = {"id": named, **issuer}
    else:
        _fill(filled, "issuer", named)
    named = text(payload.get("sub"))
    if named and "id" not in subject and not isinstance(filled["credentialSubject"], list):
        filled["credentialSubject"] = {"id": named, **subject}
    return document if filled == document else filled


def is_credential(document: JsonObject) -> bool:
    """Say whether a document is written as an Open Badges 3.0 credential."""
    return mapping(document.get("credentialSubject")) is not None


def is_achievement(document: JsonObject) -> bool:
    """Say whether a credential is a badge: one that says what its subject has achieved."""
    subject = mapping(document.get("credentialSubject")) or {}
    return mapping(subject.get("achievement")) is not None


def badge_class_of(document: JsonObject) -> JsonObject:
    """Return the achievement of a credential in the terms of a badge class.

    The credential's issuer is the one who awards; the achievement's own creator steps back, and is
    asked only for the name behind an issuer's bare id.
    """
    subject = mapping(document.get("credentialSubject")) or {}
    achievement = mapping(subject.get("achievement")) or {}
    issuer, creator = document.get("issuer"), mapping(achievement.get("creator"))
    if creator and isinstance(issuer, str) and address(creator) == issuer.strip():
        issuer = creator
    return {**achievement, "issuer": issuer}


def read_credential(
    document: JsonObject, badge_class: BadgeClass, evidence: tuple[Evidence, ...] = ()
) -> Assertion:
    """Read a credential into the normal form; a key proof inside it counts as a signature."""
    subject = mapping(document.get("credentialSubject")) or {}
    signed = mapping(document.get("proof")) is not None
    return Assertion(
        version=Version.V3_0,
        recipient=_recipient(subject),
        id=text(document.get("id")),
        # A credential has no uid of its own: its id plays that part beside the issuer's.
        uid=text(document.get("id")),
        badge_class_id=badge_class.id,
        badge_class=_named(badge_class, document),
        verification=Verification.SIGNED if signed else Verification.HOSTED,
        issued_on=_date(document, _ISSUED),
        expires=_date(document, _EXPIRES),
        image=address(document.get("image")) or address(subject.get("image")),
        narrative=label(subject.get("narrative")),
        evidence=evidence,
        revoked=flag(document.get("revoked")),
    )


def _named(badge_class: BadgeClass, document: JsonObject) -> BadgeClass:
    """Return the badge class, with the credential's own name where the achievement has none."""
    return replace(badge_class, name=badge_class.name or label(document.get("name")) or "")


def _recipient(subject: JsonObject) -> Recipient | None:
    """Return the subject's e-mail address, else its first identifier, else its id (such as a DID).

    Identifiers may be hashed.
    """
    found = [one for one in items(subject.get("identifier")) if isinstance(one, dict)]
    told = [one for one in found if label(one.get("identityHash"))]
    chosen = next((one for one in told if _kind(one) == "email"), told[0] if told else None)
    identity = label(chosen.get("identityHash")) if chosen else None
    if chosen and identity:
        hashed = flag(chosen.get("hashed")) or looks_hashed(identity)
        return Recipient(identity, _kind(chosen), hashed, text(chosen.get("salt")))
    name = text(subject.get("id"))
    if name is None:
        return None
    if name.lower().startswith("mailto:"):
        return Recipient(name[len("mailto:") :])
    return Recipient(name, "id")


def _kind(identifier: JsonObject) -> str:
    kind = label(identifier.get("identityType")) or "email"
    return "email" if kind.lower() in _EMAIL else kind


def _date(document: JsonObject, keys: tuple[str, ...]) -> str | None:
    return next((found for key in keys if (found := to_utc(document.get(key)))), None)


def _fill(document: JsonObject, key: str, value: str | None) -> None:
    if value is not None and document.get(key) in (None, ""):
        document[key] = value

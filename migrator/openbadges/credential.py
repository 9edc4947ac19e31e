"""Open Badges 3.0 credentials: a minimal reading, enough to keep, name and find them."""

from __future__ import annotations

from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import (
    Assertion,
    BadgeClass,
    JsonObject,
    Recipient,
    Verification,
    Version,
)
from migrator.openbadges.recipient import looks_hashed
from migrator.openbadges.values import flag, label, mapping, text


def unwrap(payload: JsonObject) -> JsonObject:
    """Return the credential inside a JWT payload (`vc`), or the payload itself."""
    inside = payload.get("vc")
    return inside if isinstance(inside, dict) else payload


def is_credential(document: JsonObject) -> bool:
    """Say whether a document is written as an Open Badges 3.0 credential."""
    return mapping(document.get("credentialSubject")) is not None


def badge_class_of(document: JsonObject) -> JsonObject:
    """Return the achievement of a credential in the terms of a badge class.

    The credential's issuer is the one who awards; the achievement's own creator steps back.
    """
    achievement = mapping((mapping(document.get("credentialSubject")) or {}).get("achievement"))
    return {**(achievement or {}), "issuer": document.get("issuer")}


def read_credential(document: JsonObject, badge_class: BadgeClass) -> Assertion:
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
        badge_class=badge_class,
        verification=Verification.SIGNED if signed else Verification.HOSTED,
        issued_on=to_utc(document.get("issuanceDate", document.get("validFrom"))),
        expires=to_utc(document.get("expirationDate", document.get("validUntil"))),
        narrative=label(subject.get("narrative")),
    )


def _recipient(subject: JsonObject) -> Recipient | None:
    """Return the first identifier of the subject, else its id (a DID or an e-mail address)."""
    found = mapping(subject.get("identifier"))
    identity = label(found.get("identityHash")) if found else None
    if found and identity:
        kind = label(found.get("identityType")) or "email"
        hashed = flag(found.get("hashed")) or looks_hashed(identity)
        kind = "email" if kind == "emailAddress" else kind
        return Recipient(identity, kind, hashed, text(found.get("salt")))
    name = text(subject.get("id"))
    if name is None:
        return None
    if name.startswith("mailto:"):
        return Recipient(name.removeprefix("mailto:"))
    return Recipient(name, "id")

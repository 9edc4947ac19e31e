"""Reads badge documents of any version into the normal form; odd values are left out."""

from __future__ import annotations

from dataclasses import replace

from migrator.openbadges.credential import badge_class_of, is_credential, read_credential
from migrator.openbadges.dates import to_utc
from migrator.openbadges.franken import Originals, invert
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
    Version,
)
from migrator.openbadges.portable import MADE_FROM_ROWS
from migrator.openbadges.recipient import looks_hashed
from migrator.openbadges.values import address, flag, items, label, mapping, text
from migrator.openbadges.versions import detect

_SCHEMES = ("http://", "https://", "data:")
_NO_EVIDENCE = Evidence()
_NO_ALIGNMENT = Alignment()


def read_assertion(
    document: JsonObject,
    *,
    badge_class: JsonObject | None = None,
    issuer: JsonObject | None = None,
) -> Assertion:
    """Read an assertion of any version, with its badge class and issuer where they are known.

    Separate documents win over embedded ones; the Backpack's own form is inverted first.
    Raises Unreadable for what is no assertion.
    """
    return read_originals(invert(document), badge_class=badge_class, issuer=issuer)


def read_originals(
    originals: Originals,
    *,
    badge_class: JsonObject | None = None,
    issuer: JsonObject | None = None,
) -> Assertion:
    """Read an assertion from its original documents, as `invert` gives them; raises Unreadable."""
    document = originals.assertion
    badge_class = badge_class or originals.badge_class
    issuer = issuer or originals.issuer
    version = detect(document)
    if is_credential(document):
        known = badge_class or badge_class_of(document)
        evidence = _evidence(document.get("evidence"), None)
        return read_credential(document, read_badge_class(known, issuer=issuer), evidence)
    found = _read(document, version, badge_class or mapping(document.get("badge")), issuer)
    return _with_url(found, originals.assertion_url)


def read_badge_class(document: JsonObject, *, issuer: JsonObject | None = None) -> BadgeClass:
    """Read a badge class; a separate issuer document wins over an embedded one."""
    embedded = mapping(document.get("issuer", document.get("creator")))
    profile = issuer or embedded
    origin = origin_of(document)
    criteria = document.get("criteria")
    criteria_url, criteria_narrative = _criteria(criteria, origin)
    tags = document.get("tags", document.get("tag"))
    return BadgeClass(
        name=label(document.get("name")) or "",
        id=_id(document),
        description=label(document.get("description")),
        image=joined(origin, address(document.get("image"))),
        criteria_url=criteria_url,
        criteria_narrative=criteria_narrative,
        issuer_id=_issuer_id(document, issuer),
        issuer=read_issuer(profile) if profile else None,
        alignment=_alignments(document),
        tags=tuple(tag for item in _tags(tags) if (tag := label(item))),
    )


def read_issuer(document: JsonObject) -> Issuer:
    """Read an issuer profile, or the issuer of a 0.5 badge (its origin is the url)."""
    origin = text(document.get("origin"))
    return Issuer(
        name=label(document.get("name")) or "",
        url=address(document.get("url")) or origin,
        id=_id(document),
        description=label(document.get("description")),
        email=label(document.get("email")) or label(document.get("contact")),
        image=joined(origin, address(document.get("image"))),
        revocation_list=address(document.get("revocationList")),
    )


def _read(
    document: JsonObject, version: Version, badge: JsonObject | None, issuer: JsonObject | None
) -> Assertion:
    # In which version the issuer's own document is written, rows of a database do not say.
    said = None if MADE_FROM_ROWS in document else version
    verification, verification_url = verification_of(document)
    origin = origin_of(badge) if badge else None
    badge_id = address(document.get("badge"))
    found = read_badge_class(badge, issuer=issuer) if badge else None
    return Assertion(
        version=said,
        recipient=_recipient(document),
        id=_id(document),
        uid=label(document.get("uid")),
        badge_class_id=badge_id or (found.id if found else None),
        badge_class=found,
        verification=verification,
        verification_url=verification_url,
        issued_on=_date(document, "issuedOn", "issued_on"),
        expires=to_utc(document.get("expires")),
        image=joined(origin, address(document.get("image"))),
        narrative=label(document.get("narrative")),
        evidence=_evidence(document.get("evidence"), origin),
        revoked=flag(document.get("revoked")),
        revocation_reason=label(document.get("revocationReason")),
    )


def _with_url(assertion: Assertion, url: str | None) -> Assertion:
    if url is None or assertion.hosted_url or assertion.verification is Verification.SIGNED:
        return assertion
    return replace(assertion, verification_url=url)


def _id(document: JsonObject) -> str | None:
    for key in ("id", "@id", "_location"):
        if key in document and (found := text(document[key])):
            return found.strip()
    return None


def _issuer_id(document: JsonObject, issuer: JsonObject | None) -> str | None:
    value = document.get("issuer", document.get("creator"))
    if isinstance(value, dict):
        return _id(value)
    return address(value) or (_id(issuer) if issuer else None)


def _recipient(document: JsonObject) -> Recipient | None:
    value = document.get("_originalRecipient", document.get("recipient"))
    found = mapping(value)
    if found is None:
        identity = address(value)
        salt = text(document.get("salt"))
        return Recipient(identity, "email", looks_hashed(identity), salt) if identity else None
    identity = label(found.get("identity"))
    if identity is None:
        return None
    hashed = found.get("hashed")
    return Recipient(
        identity=identity,
        type=label(found.get("type")) or "email",
        hashed=looks_hashed(identity) if hashed is None else flag(hashed),
        salt=text(found.get("salt")),
    )


def verification_of(document: JsonObject) -> tuple[Verification, str | None]:
    """Return how an assertion says it can be proven, and the address it names for that."""
    value = document.get("verify", document.get("verification"))
    found = mapping(value)
    if found is None:
        return Verification.HOSTED, address(value)
    named = (label(item) for item in items(found.get("type")))
    signed = any(name and name.lower().startswith("signed") for name in named)
    url = address(found.get("url")) or address(found.get("creator"))
    return (Verification.SIGNED if signed else Verification.HOSTED), url


def _date(document: JsonObject, *keys: str) -> str | None:
    return next((found for key in keys if (found := to_utc(document.get(key)))), None)


def origin_of(badge: JsonObject) -> str | None:
    """Return the origin that half addresses of a 0.5 badge are meant to follow."""
    issuer = mapping(badge.get("issuer"))
    return text(issuer.get("origin")) if issuer else None


def joined(origin: str | None, url: str | None) -> str | None:
    """Join as the Backpack did: origin and path one after the other, whatever slashes result."""
    if origin and url and url.startswith("/"):
        return origin + url
    return url


def _criteria(value: Json, origin: str | None) -> tuple[str | None, str | None]:
    url: str | None = None
    narratives: list[str] = []
    for item in items(value):
        if isinstance(item, dict):
            url = url or address(item)
            written = label(item.get("narrative"))
            narratives.extend([written] if written else [])
        elif (written := text(item)) and _is_prose(written):
            narratives.append(written)
        else:
            url = url or address(item)
    return joined(origin, url), "\n\n".join(narratives) or None


def _evidence(value: Json, origin: str | None) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for item in items(value):
        if isinstance(item, dict):
            piece = Evidence(
                url=joined(origin, address(item)),
                narrative=label(item.get("narrative")),
                name=label(item.get("name")),
                description=label(item.get("description")),
                genre=label(item.get("genre")),
                audience=label(item.get("audience")),
            )
        elif (written := text(item)) and _is_prose(written):
            piece = Evidence(narrative=written)
        else:
            piece = Evidence(url=joined(origin, address(item)))
        if piece != _NO_EVIDENCE:
            found.append(piece)
    return tuple(found)


def _is_prose(written: str) -> bool:
    """Say whether a text that should be an address is a sentence instead."""
    return len(written.split(None, 1)) > 1 and not written.lower().startswith(_SCHEMES)


def _alignments(document: JsonObject) -> tuple[Alignment, ...]:
    found: list[Alignment] = []
    for item in items(document.get("alignment", document.get("alignments"))):
        if isinstance(item, dict):
            one = Alignment(
                target_name=label(item.get("targetName")) or label(item.get("name")),
                target_url=address(item.get("targetUrl")) or address(item),
                target_description=label(item.get("targetDescription"))
                or label(item.get("description")),
                target_framework=label(item.get("targetFramework")),
                target_code=label(item.get("targetCode")),
            )
        else:
            one = Alignment(target_url=address(item))
        if one != _NO_ALIGNMENT:
            found.append(one)
    return tuple(found)


def _tags(value: Json) -> list[Json]:
    if isinstance(value, str):
        return [tag.strip() for tag in value.split(",")]
    return items(value)

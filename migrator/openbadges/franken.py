"""The Backpack's normalised form of an assertion, and the way back to the original documents.

Late 2013 to late 2014 the Backpack also baked this form into images ("franken" assertions).
reference/mozilla-backpack.md 1.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges.model import JsonObject
from migrator.openbadges.values import text


@dataclass(frozen=True, slots=True)
class Originals:
    """The documents as the issuer served them, and their addresses where the body says them."""

    assertion: JsonObject
    badge_class: JsonObject | None = None
    issuer: JsonObject | None = None
    assertion_url: str | None = None
    badge_class_url: str | None = None
    issuer_url: str | None = None


def is_franken(document: JsonObject) -> bool:
    """Say whether the Backpack rewrote this: 1.x normalised, or 0.5 with an added `verify`."""
    return _is_normalised(document) or _is_old_with_verify(document)


def invert(document: JsonObject) -> Originals:
    """Take the Backpack's changes back, key order kept; exact for what the Backpack wrote.

    A document that it did not rewrite comes back as it is. An issuer's own `origin` key is lost.
    """
    if _is_normalised(document):
        return _invert_normalised(document)
    if _is_old_with_verify(document):
        original = {key: value for key, value in document.items() if key != "verify"}
        return Originals(original, assertion_url=_hosted_url(document))
    return Originals(document)


def _is_normalised(document: JsonObject) -> bool:
    return isinstance(document.get("_originalRecipient"), dict) and isinstance(
        document.get("badge"), dict
    )


def _is_old_with_verify(document: JsonObject) -> bool:
    badge = document.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    return (
        isinstance(document.get("recipient"), str)
        and isinstance(issuer, dict)
        and isinstance(document.get("verify"), dict)
        and "origin" in issuer
        and not any(key in document for key in ("@context", "uid", "_originalRecipient"))
    )


def _invert_normalised(document: JsonObject) -> Originals:
    badge = document["badge"]
    assert isinstance(badge, dict)
    issuer = badge.get("issuer")
    badge_url = text(badge.get("_location"))
    issuer_url = text(issuer.get("_location")) if isinstance(issuer, dict) else None
    assertion = _assertion(document)
    if badge_url is None:
        # Without the address of the badge class nothing can stand in its place but itself.
        return Originals(assertion, assertion_url=_hosted_url(document))
    assertion["badge"] = badge_url
    badge_class = {key: value for key, value in badge.items() if key != "_location"}
    if isinstance(issuer, dict) and issuer_url:
        badge_class["issuer"] = issuer_url
    return Originals(
        assertion=assertion,
        badge_class=badge_class,
        issuer=_issuer(issuer) if isinstance(issuer, dict) and issuer_url else None,
        assertion_url=_hosted_url(document),
        badge_class_url=badge_url,
        issuer_url=issuer_url,
    )


def _assertion(document: JsonObject) -> JsonObject:
    recipient = document["_originalRecipient"]
    assert isinstance(recipient, dict)
    original = {key: value for key, value in document.items() if key != "_originalRecipient"}
    original["recipient"] = recipient
    # The Backpack only ever copied: a value that is no copy was the issuer's own.
    if "salt" in recipient and original.get("salt") == recipient["salt"]:
        del original["salt"]
    if "issued_on" in original and original["issued_on"] == original.get("issuedOn"):
        del original["issued_on"]
    return original


def _issuer(issuer: JsonObject) -> JsonObject:
    return {key: value for key, value in issuer.items() if key not in ("_location", "origin")}


def _hosted_url(document: JsonObject) -> str | None:
    verify = document.get("verify")
    if isinstance(verify, dict) and verify.get("type") != "signed":
        return text(verify.get("url"))
    return None

"""Which kind of badge document this is, and in which version of Open Badges it is written."""

from __future__ import annotations

from typing import Literal

from migrator.openbadges.model import Json, JsonObject, Unreadable, Version
from migrator.openbadges.values import flag, items

DocumentType = Literal["assertion", "badge_class", "issuer", "other"]

_TYPES: dict[str, DocumentType] = {
    "assertion": "assertion",
    "openbadgecredential": "assertion",
    "achievementcredential": "assertion",
    "badgeclass": "badge_class",
    "achievement": "badge_class",
    "issuer": "issuer",
    "issuerorg": "issuer",
    "profile": "issuer",
}
_WHOM = frozenset({"recipient", "uid", "verify", "verification"})
_NAMES: dict[DocumentType, str] = {
    "badge_class": "a badge class (what can be awarded), not an award",
    "issuer": "an issuer profile, not an award",
    "other": "no badge document",
}


def document_type(document: JsonObject) -> DocumentType:
    """Return what a document is, by its `type` or else by the fields it has."""
    if _has_credential_subject(document):
        return "assertion"
    for name in items(document.get("type", document.get("@type"))):
        if isinstance(name, str) and (found := _TYPES.get(_short(name))):
            return found
    if "badge" in document and (_says_whom(document) or isinstance(document["badge"], dict)):
        return "assertion"
    if "criteria" in document or ("name" in document and "issuer" in document):
        return "badge_class"
    if "name" in document and ("url" in document or "origin" in document):
        return "issuer"
    return "other"


def is_assertion(document: JsonObject) -> bool:
    """Say whether a document is an assertion of any version."""
    return document_type(document) == "assertion"


def detect(document: JsonObject) -> Version:
    """Return the version of an assertion (reference/mozilla-backpack.md 6).

    Raises Unreadable for what is no assertion, saying what it is instead.
    """
    kind = document_type(document)
    if kind != "assertion":
        revoked = " It only says that a badge was revoked." if flag(document.get("revoked")) else ""
        raise Unreadable(f"The document is {_NAMES[kind]}.{revoked}")
    if _has_credential_subject(document):
        return Version.V3_0
    return _declared(document.get("@context")) or _undeclared(document)


def _undeclared(document: JsonObject) -> Version:
    badge = document.get("badge")
    if "_originalRecipient" in document:
        return Version.V1_0
    if "verification" in document:
        return Version.V2_0
    if isinstance(badge, dict) and (
        isinstance(badge.get("issuer"), dict) or isinstance(document.get("recipient"), str)
    ):
        return Version.V0_5
    return Version.V1_1 if "id" in document and "type" in document else Version.V1_0


def _declared(context: Json) -> Version | None:
    names = [name for name in items(context) if isinstance(name, str)]
    for name in names:
        if "/credentials/v" in name or "spec/ob/v3" in name:
            return Version.V3_0
    for name in names:
        if "openbadges/v2" in name or "spec/ob/v2" in name:
            return Version.V2_0
        if "openbadges/v1" in name:
            return Version.V1_1
    return None


def _has_credential_subject(document: JsonObject) -> bool:
    return isinstance(document.get("credentialSubject"), (dict, list))


def _says_whom(document: JsonObject) -> bool:
    return not _WHOM.isdisjoint(document)


def _short(name: str) -> str:
    return name.replace("#", "/").replace(":", "/").rpartition("/")[2].lower()

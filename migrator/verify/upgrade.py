"""Old documents in 2.0 terms, as the validator rewrites them before it judges them.

Only what the rules look at is rewritten; a date it cannot read stays as it is and is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from migrator.openbadges import dates
from migrator.openbadges.model import Json, JsonObject, Version
from migrator.openbadges.recipient import looks_hashed

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNIX = re.compile(r"\d{1,10}", re.ASCII)


class Kind(StrEnum):
    """What a document is expected to be."""

    ASSERTION = "Assertion"
    BADGE_CLASS = "BadgeClass"
    ISSUER = "Issuer"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A document in 2.0 terms without nulls; `unread` names the dates that could not be read."""

    document: JsonObject
    unread: tuple[str, ...] = ()


def dialect(document: JsonObject, kind: Kind) -> Version | None:
    """Return the version a document is written in, None when it is no badge document at all.

    2-import-33 and 3-dead-09 have none; a badge class or issuer without context counts as 1.0.
    """
    contexts = document.get("@context")
    for context in contexts if isinstance(contexts, list) else [contexts]:
        if isinstance(context, str) and "openbadges/v2" in context:
            return Version.V2_0
        if isinstance(context, str) and "openbadges/v1" in context:
            return Version.V1_1
    if contexts is not None and "type" in document:
        return Version.V2_0
    if kind is not Kind.ASSERTION:
        return Version.V1_0 if document.keys() & {"name", "url", "issuer", "origin"} else None
    badge = document.get("badge")
    if badge is None or not document.keys() & {"recipient", "uid", "verify", "issued_on"}:
        return None
    is_old = isinstance(badge, dict) and isinstance(document.get("recipient"), str)
    return Version.V0_5 if is_old else Version.V1_0


def upgrade(document: JsonObject, kind: Kind, version: Version) -> Upgraded:
    """Return the document in 2.0 terms; nulls are dropped as JSON-LD does (7-extra-22)."""
    known = {key: _single(value) for key, value in document.items() if value is not None}
    if version is Version.V2_0:
        return Upgraded(known)
    if kind is Kind.ISSUER:
        return Upgraded(_issuer(known))
    if kind is Kind.BADGE_CLASS:
        return Upgraded(_typed("BadgeClass", known))
    if version is Version.V0_5:
        known = _from_05(known)
    elif "verify" in known:
        known["verification"] = _verification(known.pop("verify"))
    known.setdefault("type", "Assertion")
    return _with_dates(known)


def date_in_utc(value: Json) -> str | None:
    """Return a date of an old document in ISO 8601 UTC, None for what the validator cannot read.

    Unix seconds (3-dead-25), days (3-dead-23, 3-dead-33) and ISO 8601 are read; "06/01/2013" is not
    (reference/badge-formats.md 0.1).
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not (
        _DAY.fullmatch(value) or _UNIX.fullmatch(value) or "T" in value
    ):
        return None
    return dates.to_utc(value)


def _single(value: Json) -> Json:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _with_dates(known: JsonObject) -> Upgraded:
    unread = []
    for prop in ("issuedOn", "expires"):
        if prop in known:
            read = date_in_utc(known[prop])
            if read is None:
                unread.append(prop)
            else:
                known[prop] = read
    return Upgraded(known, tuple(unread))


def _verification(verify: Json) -> Json:
    if not isinstance(verify, dict):
        return verify
    if verify.get("type") == "signed":
        return {"type": "SignedBadge", "creator": verify.get("url")}
    return {"type": "HostedBadge"}


def _from_05(known: JsonObject) -> JsonObject:
    """0.5: one document, recipient a string, salt beside it (3-dead-33, 3-dead-37)."""
    new = {key: value for key, value in known.items() if key not in {"issued_on", "salt"}}
    if "issued_on" in known:
        new["issuedOn"] = known["issued_on"]
    identity = known.get("recipient")
    if isinstance(identity, str):
        recipient: JsonObject = {"type": "email", "identity": identity}
        recipient["hashed"] = looks_hashed(identity)
        if recipient["hashed"] and "salt" in known:
            recipient["salt"] = known["salt"]
        new["recipient"] = recipient
    new["verification"] = {"type": "HostedBadge"}
    return new


def _typed(name: str, known: JsonObject) -> JsonObject:
    typed: JsonObject = {"type": name}
    return typed | known


def _issuer(known: JsonObject) -> JsonObject:
    issuer = _typed("Issuer", known)
    if "url" not in issuer and "origin" in issuer:
        issuer["url"] = issuer["origin"]
    return issuer

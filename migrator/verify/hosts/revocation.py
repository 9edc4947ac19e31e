"""Revocation: what an issuer's list says of a badge, in the two ways such lists are written."""

from __future__ import annotations

from collections.abc import Collection

from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import items

NO_REASON = "no reason given"


def is_revoked(document: JsonObject) -> bool:
    """Say whether a hosted document says of itself that it was revoked."""
    return document.get("revoked") in (True, "true", 1)


def own_reason(document: JsonObject) -> str:
    """Return the reason a revoked document gives."""
    return _reason(document.get("revocationReason"))


def is_list(document: JsonObject) -> bool:
    """Say whether this can be a revocation list of 2.0, or of 1.x: {uid: reason}.

    reference/mozilla-backpack.md 6.
    """
    if "revokedAssertions" in document:
        return True
    return all(value is None or isinstance(value, str) for value in document.values())


def listed(document: JsonObject, ids: Collection[str], uid: str | None) -> str | None:
    """Return the reason a list gives for revoking a badge, None when it does not name it.

    2.0: `revokedAssertions` of ids or objects with `id` or `uid`; 1.x: {uid: reason}.
    """
    if "revokedAssertions" in document:
        return _listed_in_20(document["revokedAssertions"], ids, uid)
    if uid is not None and uid in document and not document.keys() & {"@context", "type"}:
        return _reason(document[uid])
    return None


def _listed_in_20(entries: Json, ids: Collection[str], uid: str | None) -> str | None:
    own = {canonical_url(one) for one in ids}
    for entry in items(entries):
        named = entry if isinstance(entry, dict) else {"id": entry}
        number = named.get("id")
        if isinstance(number, str) and canonical_url(number) in own:
            return _reason(named.get("revocationReason"))
        if uid is not None and uid in (named.get("uid"), number):
            return _reason(named.get("revocationReason"))
    return None


def _reason(value: Json) -> str:
    return value.strip()[:200] if isinstance(value, str) and value.strip() else NO_REASON

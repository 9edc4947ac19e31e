"""Badges as Badgr's API writes them: records of /v2 and /v1, said anew in Open Badges terms.

A record is no document that was ever served: it has the badge's own address, but names of fields
and a salt of Badgr's. Reference: badgr-api.md 5.1, 6 and 9, badge-formats.md 1.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Assertion, Json, JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.values import items, text
from migrator.sources.found import Found, Problem, Severity
from migrator.sources.rowdocument import row_document

from ._badgr_known import Known, class_of_v1, entity_id, plain

PARTS_OF = "a Badgr account"
_CONTEXT = "https://w3id.org/openbadges/v2"
_READ = frozenset(
    {
        *("entityType", "openBadgeId", "badgeclassOpenBadgeId", "recipient", "issuedOn", "image"),
        *("narrative", "evidence", "revoked", "revocationReason", "expires", "json"),
        *("recipient_identifier", "recipient_type", "evidence_items", "revocation_reason"),
        *("imagePreview", "issuerImagePreview", "hashed"),
    }
)
_UNREADABLE = "This badge of the account cannot be read. {} Look at it in the backpack's own pages."
_NO_SIGNATURE = (
    "This badge is signed, and Badgr does not hand out the signature. Its picture may have it: "
    "download the picture where the badge was issued, and archive that too."
)


def badge_of(locator: str, record: JsonObject, raw: bytes, known: Known) -> Found | Problem:
    """Return the badge a record is about; a problem, with its bytes, when it cannot be read."""
    try:
        assertion = _of_v1(record, known) if "json" in record else _of_v2(record, known)
    except Unreadable as error:
        return Problem(locator, "record_unreadable", _UNREADABLE.format(error), raw)
    warnings: tuple[Problem, ...] = ()
    if assertion.hosted_url is None:
        severity = Severity.WARNING
        warnings = (Problem(locator, "signature_missing", _NO_SIGNATURE, severity=severity),)
    return Found(
        locator,
        row_document(assertion, PARTS_OF, unread=dict(_unread(record))),
        hosted_url=assertion.hosted_url,
        holder=_holder(record),
        memberships=tuple(known.memberships.get(entity_id(record), ())),
        warnings=warnings,
    )


def _of_v2(record: JsonObject, known: Known) -> Assertion:
    own = text(record.get("openBadgeId"))
    if own is None:
        raise Unreadable("It has no address (openBadgeId).")
    class_url = text(record.get("badgeclassOpenBadgeId"))
    document: JsonObject = {
        **{key: record.get(key) for key in _READ & record.keys()},
        "@context": _CONTEXT,
        "type": "Assertion",
        "id": own,
        "badge": class_url,
        "verification": {"type": "HostedBadge"},
        "evidence": _evidence(record.get("evidence"), "url"),
    }
    badge_class = known.badge_class(record, record.get("badgeclass"), class_url)
    return replace(read_assertion(document), badge_class=badge_class)


def _of_v1(record: JsonObject, known: Known) -> Assertion:
    inside = plain(record["json"])
    if not isinstance(inside, dict):
        raise Unreadable("It has no badge data (json).")
    own = text(inside.get("id")) or text(record.get("public_url"))
    if own is None:
        raise Unreadable("It has no address (id).")
    kind, address = record.get("recipient_type", "email"), record.get("recipient_identifier")
    recipient = inside.get("recipient")
    if not (isinstance(recipient, dict) and "identity" in recipient):
        recipient = {"type": kind, "identity": address, "hashed": False}
    badge = inside.get("badge", record.get("badge_class"))
    document: JsonObject = {
        **{key: value for key, value in inside.items() if key not in ("uid", "verify")},
        "@context": _CONTEXT,
        "type": "Assertion",
        "id": canonical_url(own),
        "recipient": recipient,
        "badge": class_of_v1(badge) if isinstance(badge, dict) else canonical_url(str(badge)),
        "verification": {"type": "HostedBadge"},
        "narrative": record.get("narrative"),
        "evidence": _evidence(record.get("evidence_items"), "evidence_url")
        or inside.get("evidence"),
        "expires": inside.get("expires") or record.get("expires"),
        "revoked": record.get("revoked"),
        "revocationReason": record.get("revocation_reason"),
    }
    read = read_assertion(document)
    if read.badge_class is not None:
        return read
    return replace(read, badge_class=known.badge_class(record, read.badge_class_id))


def _evidence(value: Json, key: str) -> list[Json]:
    return [
        {"id": one.get(key), "narrative": one.get("narrative")} if isinstance(one, dict) else one
        for one in items(value)
    ]


def _holder(record: JsonObject) -> str | None:
    recipient = record.get("recipient")
    named = recipient.get("plaintextIdentity") if isinstance(recipient, dict) else None
    return text(record.get("recipient_identifier")) or text(named)


def _unread(record: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield what a record says beside the badge, so that nothing of it is lost."""
    for key, value in record.items():
        if key in _READ or value in (None, "", [], {}) or (key == "badgeclass" and _whole(value)):
            continue
        yield key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(value: Json) -> bool:
    """Say whether a badge class inside a record has nothing but what was read of it."""
    return isinstance(value, dict) and not any(":" in key for key in value)

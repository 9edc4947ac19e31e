"""What an award must say, in /v2 and /v1, and how it is made of what was sent.

Source: recordings 5-issuer-14 to 31.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from migrator.openbadges.dates import to_utc
from migrator.rehearsal.call import Call
from migrator.rehearsal.emails import ADDRESS
from migrator.rehearsal.imports import Fault, checked_url
from migrator.rehearsal.issuers.issuing import Award, OwnBadgeClass, stamp
from migrator.rehearsal.state import entity_id

EARLIEST = 1583
"""No award may be dated before this year (reference/badgr-api.md 7)."""
_TYPES = ("email", "url", "telephone")
_NO_ADDRESS = "Enter a valid email address."
Faults = dict[str, Any]
Reader = Callable[[dict[str, Any]], dict[str, Any]]


class Twice(Exception):
    """The recipient has this badge already, and no second one was allowed."""

    sentence = "A previous award of this badge already exists for this recipient."


class Unfit(Exception):
    """An award that cannot be made: what is wrong, by field."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults


def read_v2(item: Any) -> dict[str, Any]:
    """Return what an item of /v2 says, in our own words; raises Unfit."""
    if not isinstance(item, dict) or "recipient" not in item:
        raise Unfit({"recipient": ["This field is required"]})
    recipient = item["recipient"] if isinstance(item["recipient"], dict) else {}
    identity, kind = recipient.get("identity"), recipient.get("type", "email")
    if not _is_recipient(identity, kind):
        raise Unfit({"recipient": {"non_field_errors": [_NO_ADDRESS]}})
    evidence = item.get("evidence") or []
    return {
        "identity": identity,
        "type": kind,
        "hashed": recipient.get("hashed", kind != "url"),
        "issued_on": item.get("issuedOn"),
        "narrative": item.get("narrative"),
        "evidence": _evidence(evidence, "evidence", "url"),
        "expires": item.get("expires"),
        "again": item.get("allowDuplicateAwards", True),
        "notified": bool(item.get("notify")),
    }


def read_v1(item: Any) -> dict[str, Any]:
    """Return what an item of /v1 says, in our own words; raises Unfit."""
    said = item if isinstance(item, dict) else {}
    identity, kind = said.get("recipient_identifier"), said.get("recipient_type", "email")
    if not _is_recipient(identity, kind):
        raise Unfit({"non_field_errors": [_NO_ADDRESS]})
    evidence = said.get("evidence_items") or []
    return {
        "identity": identity,
        "type": kind,
        "hashed": said.get("hashed", kind != "url"),
        "issued_on": said.get("issued_on"),
        "narrative": said.get("narrative"),
        "evidence": _evidence(evidence, "evidence_items", "evidence_url"),
        "expires": said.get("expires"),
        "again": said.get("allow_duplicate_awards", True),
    }


def _is_recipient(identity: Any, kind: Any) -> bool:
    if not isinstance(identity, str) or kind not in _TYPES:
        return False
    return kind != "email" or bool(ADDRESS.fullmatch(identity))


def _evidence(items: Any, field: str, url: str) -> tuple[tuple[str | None, str | None], ...]:
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Unfit({field: ["Expected a list of items."]})
    read = []
    for one in items:
        try:
            address = checked_url(one[url]) if one.get(url) else None
        except Fault as fault:
            raise Unfit({field: [{url: [fault.sentence]}]}) from fault
        read.append((address, one.get("narrative")))
    return tuple(read)


def award_one(
    call: Call, badge_class: OwnBadgeClass, said: dict[str, Any], *, notified: bool
) -> Award:
    """Make and keep one award; raises Unfit, and Twice where no second one was allowed."""
    award = _made(call, badge_class, said, notified=notified)
    with call.state.issuing.lock:
        if not said["again"] and call.state.issuing.has(badge_class, award.identity):
            raise Twice
        call.state.issuing.add([award])
    return award


def award_all(
    call: Call, badge_class: OwnBadgeClass, body: dict[str, Any], read: Reader
) -> tuple[list[Award], list[Faults]]:
    """Make and keep a batch; one that is wrong stops all: then return what is, for each item."""
    items = body.get("assertions")
    notified = bool(body.get("create_notification"))
    awards: list[Award] = []
    faults: list[Faults] = []
    for item in items if isinstance(items, list) else []:
        try:
            said = read(item)
            told = notified or said.get("notified", False)
            awards.append(_made(call, badge_class, said, notified=told))
            faults.append({})
        except Unfit as unfit:
            faults.append(unfit.faults)
    if any(faults):
        return [], faults
    call.state.issuing.add(awards)
    return awards, []


def _made(call: Call, badge_class: OwnBadgeClass, said: dict[str, Any], *, notified: bool) -> Award:
    """Return the award that was asked for, not kept yet; raises Unfit."""
    now = call.desk.clock()
    return Award(
        id=entity_id(),
        badge_class=badge_class,
        number=0,
        made_at=stamp(now),
        made_by=call.account.id,
        identity=said["identity"],
        type=said["type"],
        hashed=bool(said["hashed"]),
        issued_on=_issued_on(said["issued_on"], now),
        narrative=said["narrative"],
        evidence=said["evidence"],
        expires=said["expires"],
        notified=notified,
        media=f"media/assertion-{secrets.token_hex(16)}.png",
    )


def _issued_on(value: Any, now: datetime) -> str:
    if value is None:
        return stamp(now)
    date = to_utc(value)
    if date is None:
        raise Unfit({"issuedOn": ["Datetime has wrong format."]})
    if datetime.fromisoformat(date) > now:
        raise Unfit({"issuedOn": ["Only issuedOn dates in the past are acceptable."]})
    if int(date[:4]) < EARLIEST:
        raise Unfit({"issuedOn": [f"Only years from {EARLIEST} on are acceptable."]})
    return date

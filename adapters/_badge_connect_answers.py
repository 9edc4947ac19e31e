"""What a Badge Connect host answers: badges as it tells of them, signatures, and people.

Reference: badge-formats.md 2.5, badgr-api.md 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from migrator.openbadges.documents import decode
from migrator.openbadges.jws import is_jws
from migrator.openbadges.model import JsonObject, Unreadable, Verification
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.values import items, mapping, text
from migrator.openbadges.versions import is_assertion
from migrator.sources.found import Found, FoundLearner, Problem, Severity
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.rowdocument import row_document

_INSIDE = ("results", "signedResults", "signedAssertions")

_NO_BADGE = "This entry is no badge that we can read. {}Look at it in the backpack's own pages."
_NO_SIGNATURE = (
    "This badge is signed, and the host does not hand out the signature. Its picture may have it: "
    "download the picture where the badge was issued, and archive that too."
)


def values_of(stream: BinaryIO) -> Iterator[Item]:
    """Yield the values inside an answer, with their bytes as they came."""
    yield from JsonText(stream, inside=_INSIDE, is_one=_is_one)


def badge_of(locator: str, item: Item) -> Found | Problem:
    """Return the badge a value is, or the problem that it is none."""
    value = item.value
    if isinstance(value, str) and item.kind != "bad" and is_jws(value):
        return Found(locator, jws=value.encode())
    if not isinstance(value, dict) or not is_assertion(value):
        why = f"{value} " if item.kind == "bad" else ""
        return Problem(locator, "no_badge", _NO_BADGE.format(why), item.data)
    try:
        assertion = read_assertion(value)
    except Unreadable as error:
        return Problem(locator, "no_badge", _NO_BADGE.format(f"{error} "), item.data)
    recipient = mapping(value.get("recipient")) or {}
    holder = text(recipient.get("plaintextIdentity"))
    if holder is None and assertion.recipient and not assertion.recipient.hashed:
        holder = assertion.recipient.identity
    warnings: tuple[Problem, ...] = ()
    if assertion.verification is Verification.SIGNED:
        severity = Severity.WARNING
        warnings = (Problem(locator, "signature_missing", _NO_SIGNATURE, severity=severity),)
    return Found(
        locator,
        row_document(
            assertion, "a Badge Connect account", unread={"as the host wrote it": decode(item.data)}
        ),
        hosted_url=assertion.hosted_url,
        holder=holder if holder and "@" in holder else None,
        warnings=warnings,
    )


def person_of(locator: str, record: JsonObject) -> FoundLearner | None:
    """Return the person whose profile a value is."""
    email = record.get("email")
    if "badge" in record or not isinstance(email, str) or "@" not in email:
        return None
    return FoundLearner(locator, (email,), text(record.get("name")))


def _is_one(value: JsonObject) -> bool:
    return not any(isinstance(value.get(key), list) for key in _INSIDE)


def is_around(value: JsonObject) -> bool:
    """Say whether this is an answer without badges, or a host's manifest."""
    return isinstance(value.get("status"), dict) or bool(items(value.get("badgeConnectAPI")))

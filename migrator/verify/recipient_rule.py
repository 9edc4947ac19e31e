"""VERIFY_RECIPIENT_IDENTIFIER: is the badge awarded to one of the account's identities?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.openbadges.model import Addresses, Json, JsonObject, Recipient
from migrator.openbadges.recipient import matches, matching_spelling
from migrator.verify.forms import short
from migrator.verify.nodes import Node
from migrator.verify.verdict import Message

_KNOWN_HASH = re.compile(r"(?:sha256|md5)\$[0-9a-f]+", re.IGNORECASE)
_NAME = "VERIFY_RECIPIENT_IDENTIFIER"


@dataclass(frozen=True, slots=True)
class Match:
    """How the recipient compares with the account: messages, or the spelling that matched."""

    messages: tuple[Message, ...] = ()
    address: str | None = None
    pending: bool = False
    spelling_to_add: str | None = None


def check_recipient(node: Node, addresses: Addresses) -> Match:
    """Compare the recipient with every spelling of the account, case-sensitively.

    2-import-09 (second address), 2-import-10 (unverified: pending), 2-import-11 (nobody's),
    2-import-12 to 14 and 6-badgeconnect-40, 41 (case and saved variants), 7-extra-17 (a URL),
    7-extra-18 to 20 (no salt, md5, hex in capitals). Without any address there is no account to
    compare with and nothing is said.
    """
    value = node.terms.get("recipient")
    recipient = _read(value) if isinstance(value, dict) else None
    if recipient is None:
        return Match()
    mismatch = _hash_mismatch(node, recipient)
    if not addresses.all:
        return Match((mismatch,) if mismatch else ())
    known = addresses.all if recipient.type == "email" else ()
    address = next((known for known in known if matches(recipient, known)), None)
    if address is not None and mismatch is None:
        sure = {*addresses.verified, *addresses.variants}
        return Match(address=address, pending=address not in sure)
    refused = _refused(node, recipient, known, mismatch is not None)
    spelling = None if mismatch else matching_spelling(recipient, known)
    return Match((mismatch, refused) if mismatch else (refused,), spelling_to_add=spelling)


def _read(value: JsonObject) -> Recipient | None:
    identity = value.get("identity")
    if not isinstance(identity, str):
        return None
    kind, salt = _text(value.get("type")) or "email", _text(value.get("salt"))
    return Recipient(identity, kind, hashed=value.get("hashed") is True, salt=salt)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _hash_mismatch(node: Node, recipient: Recipient) -> Message | None:
    """`hashed` and the identity must agree (reference/badge-formats.md 0.1, Moodle's quirk)."""
    looks_hashed = _KNOWN_HASH.fullmatch(recipient.identity) is not None
    if recipient.hashed == looks_hashed:
        return None
    rule = "must" if recipient.hashed else "must not"
    text = (
        f"Identity {short(recipient.identity)} {rule} match a known hash style if hashed is "
        f"{str(recipient.hashed).lower()}"
    )
    name = "IDENTITY_OBJECT_PROPERTY_DEPENDENCIES"
    return Message(name, text, "recipient_unreadable", node.id, "identity")


def _refused(node: Node, recipient: Recipient, known: tuple[str, ...], unreadable: bool) -> Message:
    if recipient.hashed:
        whom, what = f"identifier(s) {short(', '.join(known))}", f"hash {recipient.identity}."
    else:
        whom, what = f"identifier {list(known)!r}", f"value {recipient.identity}"
    text = (
        f"Profile _:b0 {whom} of type {recipient.type} did not match assertion {node.id} "
        f"recipient {what}"
    )
    reason = "wrong_recipient" if recipient.type == "email" else "recipient_type_unsupported"
    return Message(_NAME, text, "recipient_unreadable" if unreadable else reason, "_:b0")

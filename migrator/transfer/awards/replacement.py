"""The new badge in words: what an award says of the badge it replaces, and how it is known again.

Pure. It says openly that it is a new badge; the reference in its evidence is the digest by which
every archive knows the original, so that nothing is awarded twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from migrator.archive.awards import Legacy
from migrator.archive.holdings import HeldEvidence
from migrator.destinations.issuing import Award, Awarded, Proof
from migrator.openbadges.address import is_web
from migrator.openbadges.recipient import matching_spelling

_REFERENCE = re.compile(r"\bbadge-migrator:([0-9a-f]{32})\b")
_LONGEST_URL = 254
"""Addresses that are longer make some servers fail (reference/badgr-api.md 10)."""

OBSTACLES = (
    *("revoked", "deleted_by_learner", "nameless", "holder_unknown", "issued_in_future"),
    *("not_mapped", "counterpart_gone"),
)
"""Why a badge is not awarded anew although it was asked for, in the order they are told."""


def recipient(badge: Legacy, addresses: Iterable[str]) -> str | None:
    """Return to whom the new badge goes: to whom the original went, None when that is not known.

    A hashed recipient is known by the learner's `addresses`, in every spelling.
    """
    if badge.recipient is None:
        return None
    if not badge.recipient.hashed:
        identity = badge.recipient.identity.strip()
        is_whole = badge.recipient.type != "email" or "@" in identity
        return identity if identity and is_whole else None
    return matching_spelling(badge.recipient, addresses)


def obstacle(badge: Legacy, to: str | None, *, is_mapped: bool, now: datetime) -> str | None:
    """Return why a badge cannot be awarded anew, as one of OBSTACLES; None when it can."""
    if badge.revoked:
        return "revoked"
    if badge.deleted:
        return "deleted_by_learner"
    if badge.badge_class_id is None:
        return "nameless"
    if to is None:
        return "holder_unknown"
    if badge.issued_on is not None and datetime.fromisoformat(badge.issued_on) > now:
        return "issued_in_future"
    return None if is_mapped else "not_mapped"


def award(badge: Legacy, to: str, narrative: str | None, evidence: Iterable[HeldEvidence]) -> Award:
    """Return the award that replaces a badge: its date, its words, its evidence, and the truth."""
    proofs = [_proof(one) for one in evidence]
    kind = badge.recipient.type if badge.recipient else "email"
    return Award(
        recipient=to,
        recipient_type=kind,
        issued_on=badge.issued_on,
        narrative="\n\n".join(filter(None, ((narrative or "").strip(), statement(badge)))),
        evidence=(*(one for one in proofs if one.url or one.narrative), _original(badge)),
        expires=badge.expires,
    )


def statement(badge: Legacy) -> str:
    """Return what the new badge says of itself: that it is new, and which badge it replaces."""
    by = f" that {badge.issuer} issued" if badge.issuer else ""
    on = f" on {badge.issued_on[:10]}" if badge.issued_on else ""
    when = "" if badge.issued_on else " The original does not say when it was issued."
    where = f" Its address was {badge.hosted_url}." if is_web(badge.hosted_url) else ""
    return f'This is a new badge. It replaces the badge "{badge.badge}"{by}{on}.{where}{when}'


def reference(digest: bytes) -> str:
    """Return how an award names the badge it replaces, for programs."""
    return f"badge-migrator:{digest.hex()}"


def replaces(awarded: Awarded) -> bytes | None:
    """Return the digest of the badge an award replaces, None for an award that is none of ours."""
    for proof in awarded.evidence:
        found = _REFERENCE.search(proof.narrative or "")
        if found is not None:
            return bytes.fromhex(found[1])
    return None


def _original(badge: Legacy) -> Proof:
    words = f"The original badge, which this one replaces. Reference: {reference(badge.digest)}"
    return Proof(badge.hosted_url if _is_sendable(badge.hosted_url) else None, words)


def _proof(evidence: HeldEvidence) -> Proof:
    said = [evidence.name, evidence.description, evidence.narrative]
    if evidence.url and not _is_sendable(evidence.url):
        said.append(evidence.url[:_LONGEST_URL])
        return Proof(None, _joined(said))
    return Proof(evidence.url, _joined(said))


def _joined(said: list[str | None]) -> str | None:
    words = "\n\n".join(dict.fromkeys(one.strip() for one in said if one and one.strip()))
    # The original may itself replace an older badge: only one reference may be read as ours.
    return _REFERENCE.sub(r"badge-migrator \1", words) or None


def _is_sendable(url: str | None) -> bool:
    return is_web(url) and len(url) <= _LONGEST_URL and " " not in url

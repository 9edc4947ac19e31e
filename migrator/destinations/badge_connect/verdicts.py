"""What an answer of Badge Connect means; what a badge was refused for is said in Badgr's words.

Source: reference/badgr-api.md 1 and 8; recordings 6-badgeconnect-19 to 27.
"""

from __future__ import annotations

from dataclasses import replace

from migrator.destinations.badgr import verdicts
from migrator.destinations.badgr.complaint import complaints
from migrator.destinations.badgr.verdicts import body_of, words_of
from migrator.destinations.base import Outcome, OutcomeState
from migrator.net import Reply
from migrator.openbadges.model import JsonObject


def status_of(reply: Reply) -> int:
    """Return the status that counts: of a success of HTTP, what the answer itself says."""
    said = _status(reply).get("statusCode")
    if isinstance(said, bool) or not isinstance(said, int) or not 300 <= said < 600:
        return reply.status
    return said if reply.status < 300 else reply.status


def is_denied(reply: Reply) -> bool:
    """Whether the sign-in is good, but not for this; a new token would change nothing (27)."""
    return _status(reply).get("statusText") == "PERMISSION_DENIED"


def outcome(reply: Reply, open_badge_id: str) -> Outcome:
    """Return what an answer to `POST {api}/assertions` means.

    The answer names no badge: what was sent is what the backpack knows it by.
    """
    if 200 <= reply.status < 300:
        return _arrived(reply, open_badge_id)
    if is_denied(reply):
        return Outcome(
            OutcomeState.REFUSED,
            reason="account_unverified",
            detail=words_of(reply),
            http_status=reply.status,
        )
    if reply.status == 400 and _status(reply) and not complaints(body_of(reply)):
        # Without a word: it found no address in what was handed over (22)
        return Outcome(
            OutcomeState.REFUSED,
            reason="no_web_address",
            detail=str(_status(reply).get("statusText", ""))[:80],
            http_status=reply.status,
        )
    told = verdicts.outcome(reply)
    if told.state is OutcomeState.ALREADY_THERE:
        return replace(told, remote_id=open_badge_id)
    return told


def _arrived(reply: Reply, open_badge_id: str) -> Outcome:
    """An answer that is none of Badge Connect is as good as none: look at the destination."""
    if not _status(reply):
        return Outcome(OutcomeState.UNKNOWN, reason="answer_lost", http_status=reply.status)
    return Outcome(OutcomeState.DONE, remote_id=open_badge_id, http_status=reply.status)


def _status(reply: Reply) -> JsonObject:
    body = body_of(reply)
    status = body.get("status") if isinstance(body, dict) else None
    return status if isinstance(status, dict) else {}

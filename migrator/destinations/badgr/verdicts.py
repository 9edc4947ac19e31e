"""What one answer to an import means: its Outcome, without anybody's address in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from migrator.destinations.badgr.cause import ALREADY_THERE, cause
from migrator.destinations.badgr.complaint import Complaint, complaints
from migrator.destinations.base import Outcome, OutcomeState
from migrator.destinations.named import name_in
from migrator.net import Reply, Unreachable, redact, retry_after
from migrator.openbadges.model import Json
from migrator.reasons import REASONS, Retry

LONGEST = 300
"""Characters of the destination's words that are kept."""

_READ = 4000
_ADDRESS = re.compile(
    r"[^\s@'\"<>,;:()\[\]]{1,64}(?:@|%40)[^\s@'\"<>,;()\[\]]{1,253}", re.IGNORECASE
)
_IDENTIFIERS = re.compile(r"(identifier(?:\(s\))?) .*? (of type)", re.DOTALL)
_IDENTITY = re.compile(r"(recipient (?:hash|value)) [^\"']*")
_HIDDEN = "(not shown)"
_NO_PERMISSION = "account_unverified"
_BY_STATUS = {
    401: (OutcomeState.REFUSED, "sign_in_failed"),
    403: (OutcomeState.REFUSED, _NO_PERMISSION),
    413: (OutcomeState.REFUSED, "too_large"),
    429: (OutcomeState.TRY_AGAIN, "rate_limited"),
    502: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    503: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    # A proxy has given up waiting; the import behind it may go on (reference/badgr-api.md 5.3).
    504: (OutcomeState.UNKNOWN, "answer_lost"),
}


def outcome(reply: Reply) -> Outcome:
    """Return what an answer to `POST /v2/backpack/import` or `/v1/earner/badges` means."""
    if 200 <= reply.status < 300:
        return _arrived(reply)
    if reply.status == 404:
        return _not_found(reply)
    if reply.status in _BY_STATUS:
        return _said(reply, *_BY_STATUS[reply.status])
    if reply.status >= 500:
        return _said(reply, OutcomeState.REFUSED, "server_error")
    return _refused(reply)


def no_answer(error: Unreachable) -> Outcome:
    """Return what a request without an answer means: has it arrived or surely not?"""
    if error.sent:
        return Outcome(OutcomeState.UNKNOWN, reason="answer_lost", detail=plain(str(error)))
    return Outcome(
        OutcomeState.TRY_AGAIN, reason="destination_unreachable", detail=plain(str(error))
    )


def wait_of(reply: Reply) -> float | None:
    """Return the seconds a server asks to wait: `Retry-After`, or `expires` in the body."""
    asked = retry_after(reply.headers, datetime.now(UTC))
    if asked is not None:
        return asked
    body = body_of(reply)
    expires = body.get("expires") if isinstance(body, dict) else None
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        return None
    return float(min(max(expires, 0), 3600))


def body_of(reply: Reply) -> Json:
    """Return the body as JSON whatever its declared type, None when it is none."""
    try:
        body: Json = reply.json()
    except ValueError:
        return None
    return body


def first_result(reply: Reply) -> dict[str, Json] | None:
    """Return the object of an answer: of a v2 list the first one, of v1 the body itself."""
    body = body_of(reply)
    result = body.get("result") if isinstance(body, dict) else None
    if isinstance(result, list):
        body = result[0] if result else None
    return body if isinstance(body, dict) else None


def words_of(reply: Reply) -> str:
    """Return the destination's own words, short and without secrets and personal addresses."""
    body = body_of(reply)
    said = complaints(body)
    in_full = [one for one in said if not one.summary] or said
    words = "; ".join(dict.fromkeys(filter(None, map(_words, in_full)))) or _description(body)
    return plain(words) or f"HTTP {reply.status}"


def plain(text: str) -> str:
    """Return a text in one short line, without secrets and personal addresses.

    The server's messages name the other addresses of the account (reference/badgr-api.md 1).
    """
    text = _IDENTIFIERS.sub(rf"\1 {_HIDDEN} \2", text[:_READ])
    text = _IDENTITY.sub(rf"\1 {_HIDDEN}", text)
    text = _ADDRESS.sub(_HIDDEN, redact(text))
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _description(body: Json) -> str:
    status = body.get("status") if isinstance(body, dict) else None
    description = status.get("description") if isinstance(status, dict) else None
    return description if isinstance(description, str) else ""


def _words(complaint: Complaint) -> str:
    if complaint.name and complaint.text:
        return f"{complaint.name}: {complaint.text}"
    return complaint.name or complaint.text


def _arrived(reply: Reply) -> Outcome:
    """An answer without an id is as good as none: look at the destination."""
    found = first_result(reply) or {}
    remote_id = name_in(found.get("entityId")) or name_in(found.get("id"))
    if remote_id is None:
        return _said(reply, OutcomeState.UNKNOWN, "answer_lost")
    return Outcome(
        OutcomeState.DONE,
        remote_id=remote_id,
        pending=found.get("pending") is True,
        http_status=reply.status,
    )


def _not_found(reply: Reply) -> Outcome:
    """In JSON it is a missing permission (1-auth-39); a page means that no backpack is here."""
    if isinstance(body_of(reply), dict):
        return _said(reply, OutcomeState.REFUSED, _NO_PERMISSION)
    return _said(reply, OutcomeState.TRY_AGAIN, "destination_unreachable")


def _refused(reply: Reply) -> Outcome:
    said = complaints(body_of(reply))
    if any(one.name == ALREADY_THERE for one in said):
        return Outcome(OutcomeState.ALREADY_THERE, http_status=reply.status)
    reason = cause(said)
    if reason is None and reply.status == 400 and b"Bad Request (400)" in reply.body[:_READ]:
        # Version 3.14.1 answers so to a badge picture that is neither PNG nor SVG.
        reason = "badge_image_unsupported"
    reason = reason or "refused"
    later = REASONS[reason].retry is Retry.LATER
    return _said(reply, OutcomeState.TRY_AGAIN if later else OutcomeState.REFUSED, reason)


def _said(reply: Reply, state: OutcomeState, reason: str) -> Outcome:
    after = None if state is OutcomeState.REFUSED else wait_of(reply)
    return Outcome(
        state, reason=reason, after=after, detail=words_of(reply), http_status=reply.status
    )

"""What an answer of the Open Badges 3.0 API means; why it says no is in `imsx_StatusInfo`.

Source: 1EdTech, Open Badges 3.0, 6.2.3 and B.3.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.destinations.badgr.verdicts import body_of, plain, wait_of
from migrator.destinations.base import Outcome, OutcomeState
from migrator.destinations.open_badges.credentials import is_of
from migrator.net import Reply
from migrator.openbadges.model import Json
from migrator.openbadges.values import items, mapping

_NOT_MODIFIED = 304
_BY_STATUS = {
    401: (OutcomeState.REFUSED, "sign_in_failed"),
    403: (OutcomeState.REFUSED, "account_unverified"),
    # In its place stands something else, or nothing at all.
    404: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    413: (OutcomeState.REFUSED, "too_large"),
    429: (OutcomeState.TRY_AGAIN, "rate_limited"),
    502: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    503: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    504: (OutcomeState.UNKNOWN, "answer_lost"),
}
_BUSY = "server_busy"


def outcome(reply: Reply, name: str) -> Outcome:
    """Return what an answer to `POST /credentials` means for the credential of this name.

    201: it is new there; 200 and 304: it was there before. One that does not give the credential
    back is as good as none: look at the destination.
    """
    if reply.status == _NOT_MODIFIED:
        return Outcome(OutcomeState.ALREADY_THERE, remote_id=name, http_status=reply.status)
    if reply.status < 300:
        return _arrived(reply, name)
    if reply.status in _BY_STATUS:
        return _said(reply, *_BY_STATUS[reply.status])
    if _BUSY in minor_codes(body_of(reply)):
        return _said(reply, OutcomeState.TRY_AGAIN, "rate_limited")
    reason = "server_error" if reply.status >= 500 else "refused"
    return _said(reply, OutcomeState.REFUSED, reason)


def _arrived(reply: Reply, name: str) -> Outcome:
    if not is_of(reply, name):
        return _said(reply, OutcomeState.UNKNOWN, "answer_lost")
    state = OutcomeState.DONE if reply.status == 201 else OutcomeState.ALREADY_THERE
    return Outcome(state, remote_id=name, http_status=reply.status)


def words_of(reply: Reply) -> str:
    """Return the host's own words, short and without secrets and personal addresses."""
    body = body_of(reply)
    found = body if isinstance(body, dict) else {}
    told = found.get("imsx_description")
    codes = ", ".join(minor_codes(body))
    words = told if isinstance(told, str) else ""
    joined = f"{words} ({codes})" if words and codes else words or codes
    return plain(joined) or f"HTTP {reply.status}"


def minor_codes(body: Json) -> tuple[str, ...]:
    """Return what `imsx_codeMinor` names; its parts are spelled in more than one way."""
    return tuple(_minor(body)) if isinstance(body, dict) else ()


def _minor(body: dict[str, Json]) -> Iterator[str]:
    minor = mapping(body.get("imsx_codeMinor")) or mapping(body.get("imsx_CodeMinor")) or {}
    for field in (minor, *items(minor.get("imsx_codeMinorField"))):
        value = field.get("imsx_codeMinorFieldValue") if isinstance(field, dict) else None
        if isinstance(value, str):
            yield value


def _said(reply: Reply, state: OutcomeState, reason: str) -> Outcome:
    after = None if state is OutcomeState.REFUSED else wait_of(reply)
    return Outcome(
        state, reason=reason, after=after, detail=words_of(reply), http_status=reply.status
    )

"""What a Badgr server's answers to issuing mean. Source: reference/badgr-api.md 1 and 9.

/v2 says "not found" also to somebody who lacks the role or the permission (recording 5-issuer-24).
"""

from __future__ import annotations

from collections.abc import Callable

from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.complaint import complaints
from migrator.destinations.badgr.tokens import not_badgr, out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of, plain, wait_of, words_of
from migrator.destinations.base import NotAccepted, OutcomeState, TryLater
from migrator.destinations.issuing import Awarded, BatchOutcome
from migrator.errors import SignInFailed
from migrator.net import Reply, Unreachable
from migrator.openbadges.model import Json, JsonObject

NOT_YOURS = "not_your_issuer"
_BUSY = frozenset({429, 502, 503})
_BY_STATUS = {
    # Some of a batch may have been awarded before the server fell over, or a proxy gave up
    # waiting; a fork answers 202 and goes on by itself (reference 11).
    202: (OutcomeState.UNKNOWN, "answer_lost"),
    401: (OutcomeState.REFUSED, "sign_in_failed"),
    403: (OutcomeState.REFUSED, NOT_YOURS),
    413: (OutcomeState.REFUSED, "too_large"),
    429: (OutcomeState.TRY_AGAIN, "rate_limited"),
    500: (OutcomeState.UNKNOWN, "server_error"),
    502: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
    503: (OutcomeState.TRY_AGAIN, "destination_unreachable"),
}


def batch(reply: Reply, size: int, read: Callable[[JsonObject], Awarded]) -> BatchOutcome:
    """Return what an answer to a batch of `size` awards means."""
    status = reply.status
    if status in _BY_STATUS:
        return _outcome(reply, *_BY_STATUS[status])
    if status == 404:
        is_badgr = isinstance(body_of(reply), dict)
        reason = NOT_YOURS if is_badgr else "destination_unreachable"
        return _outcome(reply, OutcomeState.REFUSED, reason)
    if status > 500:
        return _outcome(reply, OutcomeState.UNKNOWN, "answer_lost")
    if status < 300:
        return _all_awarded(reply, size, read)
    return BatchOutcome(
        OutcomeState.REFUSED,
        bad=_bad(body_of(reply), size),
        reason="award_refused",
        detail=words_of(reply),
        http_status=status,
    )


def no_answer(error: Unreachable) -> BatchOutcome:
    """Return what a batch without an answer means: has it arrived, or surely not?"""
    if error.sent:
        return BatchOutcome(OutcomeState.UNKNOWN, reason="answer_lost", detail=plain(str(error)))
    return BatchOutcome(
        OutcomeState.TRY_AGAIN, reason="destination_unreachable", detail=plain(str(error))
    )


def answered(calls: Calls, method: str, path: str, body: Json = None) -> Reply:
    """Make one request and return its answer of success.

    Raises TryLater, SignInFailed (also for lack of a role, which /v2 tells as "not found"), or
    NotAccepted with the server's own words.
    """
    try:
        reply = calls.exchange(method, path, body)
    except Unreachable as error:
        raise out_of_reach(error, calls.url) from error
    username = calls.tokens.credentials.username
    if reply.status < 300:
        return reply
    if reply.status in _BUSY or reply.status >= 500:
        raise too_busy(reply, calls.url)
    if reply.status == 401:
        raise SignInFailed(
            f"{calls.url} does not honour the sign-in of {username}.", _SIGN_IN_AGAIN
        )
    if reply.status == 403 or (reply.status == 404 and isinstance(body_of(reply), dict)):
        raise SignInFailed(
            f"{calls.url} does not let {username} do this: the account has no role with this"
            " issuer that allows it, what was named is not there, or the sign-in was not meant for"
            " awarding.",
            "Ask the issuer's owner there for the role of editor (to make badge classes) or staff"
            f" (to award). {_SIGN_IN_AGAIN}",
        )
    if reply.status == 404 or 300 <= reply.status < 400:
        raise not_badgr(calls.url)
    raise NotAccepted(
        f"{calls.url} said: {words_of(reply)} (HTTP {reply.status}).",
        "Correct this, or make it there by hand and name it with --issuer or --badge-class.",
    )


_SIGN_IN_AGAIN = "Or sign in to award: badge-migrator login DESTINATION --as EMAIL --issuer"


def results(reply: Reply, url: str) -> list[JsonObject]:
    """Return the objects of a v2 answer; raises SignInFailed when it is none."""
    found = _results(reply)
    if found is None:
        raise not_badgr(url)
    return found


def odd(url: str) -> TryLater:
    """Return what to raise for a list whose next page cannot be found."""
    return TryLater(
        f"{url} does not say where its list goes on.", "Run the same command again later."
    )


def _results(reply: Reply) -> list[JsonObject] | None:
    body = body_of(reply)
    found = body.get("result") if isinstance(body, dict) else None
    if not isinstance(found, list):
        return None
    return [one for one in found if isinstance(one, dict)]


def _all_awarded(reply: Reply, size: int, read: Callable[[JsonObject], Awarded]) -> BatchOutcome:
    """An answer that does not list every award is as good as none: look at the destination."""
    found = _results(reply) or []
    awarded = tuple(read(one) for one in found)
    if len(awarded) != size or not all(one.remote_id for one in awarded):
        return _outcome(reply, OutcomeState.UNKNOWN, "answer_lost")
    return BatchOutcome(OutcomeState.DONE, awarded, http_status=reply.status)


def _bad(body: Json, size: int) -> dict[int, str]:
    """Return what is wrong with single awards: a list with an entry for each (5-issuer-26)."""
    errors = body.get("fieldErrors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or len(errors) != size:
        return {}
    return {place: _words(one) for place, one in enumerate(errors) if one}


def _words(errors: Json) -> str:
    said = complaints({"fieldErrors": errors})
    words = (f"{one.name}: {one.text}" if one.name else one.text for one in said)
    return plain("; ".join(dict.fromkeys(words)))


def _outcome(reply: Reply, state: OutcomeState, reason: str) -> BatchOutcome:
    after = None if state is OutcomeState.REFUSED else wait_of(reply)
    return BatchOutcome(
        state, reason=reason, after=after, detail=words_of(reply), http_status=reply.status
    )

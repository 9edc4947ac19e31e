"""Getting an access token of a Badgr host, once: each failed try shuts the account out longer.

Reference: badgr-api.md 2 and 3.
"""

from __future__ import annotations

from migrator.errors import Incomplete, SignInFailed, SourceUnreadable
from migrator.openbadges.documents import parse
from migrator.openbadges.model import Unreadable
from migrator.sources.live import LivePlace

JSON = {"Accept": "application/json"}
"""Always sent: else a Badgr host may answer with a page for people."""

_SCOPE = "rw:profile rw:issuer rw:backpack"
_BEARER = "bearer "
_CHECK = (
    "Check the e-mail address (--as) and the password. An account that signs in through a school "
    'or company has no password here: give an access token instead, as "Bearer TOKEN".'
)
_WAIT = "Wait {} seconds, then run the command again."


def access_token(place: LivePlace) -> str:
    """Return the token of the account: the secret itself when it begins with "Bearer ".

    Raises SignInFailed, Incomplete and SourceUnreadable.
    """
    secret = place.secret()
    if secret.lower().startswith(_BEARER):
        return secret[len(_BEARER) :].strip()
    form = {
        "grant_type": "password",
        "client_id": "public",
        "scope": _SCOPE,
        "username": place.account,
        "password": secret,
    }
    reply = place.web.post(place.url("o/token"), form=form, headers=JSON)
    try:
        said = parse(reply.body)
    except Unreadable:
        said = None
    answer = said if isinstance(said, dict) else {}
    token = answer.get("access_token")
    if reply.status == 200 and isinstance(token, str) and token:
        return token
    if reply.status == 429:
        raise Incomplete(
            f"The host {place.label} has shut {place.account} out for a while, because signing in "
            "failed before.",
            _WAIT.format(answer.get("expires") or 60),
        )
    if reply.status in (400, 401, 403):
        raise SignInFailed(f"The host {place.label} does not let {place.account} in.", _CHECK)
    if reply.status == 200:
        raise not_badgr(place)
    raise place.refusal(reply)


def not_badgr(place: LivePlace) -> SourceUnreadable:
    """Return what to raise for a host that speaks another language."""
    what = f"{place.label} answers, but not as a Badgr API does."
    return SourceUnreadable(what, f"Check the address: {place.base}")

"""The addresses of a Badgr account: read, added, and saved in another spelling.

Source: reference/badgr-api.md 4; recordings 6-badgeconnect-31 to 42, 8-misc-15 and 16.
"""

from __future__ import annotations

from migrator.destinations.badgr import verdicts
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.tokens import out_of_reach
from migrator.destinations.base import Outcome, OutcomeState
from migrator.destinations.named import name_in
from migrator.net import Unreachable
from migrator.openbadges.model import Addresses, Json, JsonObject

_EMAILS = "/v1/user/emails"
_SELF = "/v2/users/self"


def addresses_of(user: JsonObject) -> Addresses:
    """Return the addresses of an account as `GET /v2/users/self` tells them."""
    verified: list[str] = []
    unverified: list[str] = []
    variants: list[str] = []
    for entry in _entries(user):
        address = name_in(entry["email"])
        if address is None:
            continue
        (verified if entry.get("verified") is True else unverified).append(address)
        variants += _variants(entry)
    return Addresses(tuple(verified), tuple(unverified), tuple(variants))


def add_email(calls: Calls, address: str) -> Outcome:
    """Add one address beside the others; the backpack sends a mail to confirm it.

    Asking twice for an unconfirmed address would delete and make it anew, with another mail
    (6-badgeconnect-32): look first. After a refusal the next call must wait (6-badgeconnect-34).
    Raises TryLater when the server does not answer.
    """
    try:
        reply = calls.exchange("POST", _EMAILS, {"email": address})
    except Unreachable as error:
        raise out_of_reach(error, calls.url) from error
    if reply.status != 201:
        return verdicts.outcome(reply)
    return Outcome(OutcomeState.DONE, pending=True, http_status=reply.status)


def add_spelling(calls: Calls, spelling: str) -> tuple[Outcome, Addresses]:
    """Save another spelling of a confirmed address; returns what came of it and all addresses now.

    The one call for this replaces the account's whole list, and deletes what is left out
    (8-misc-15): the list is fetched right before, and handed back whole with the spelling in it.
    Raises TryLater, SignInFailed or NotAccepted.
    """
    user = _first(calls.results("GET", _SELF))
    entries = _entries(user)
    before = addresses_of(user)
    if spelling in before.all:
        return Outcome(OutcomeState.ALREADY_THERE), before
    wanted = [_with(entry, spelling) for entry in entries]
    if wanted == entries:
        return _refused("the account has no confirmed address of which this is a spelling"), before
    if sum(entry.get("primary") is True for entry in entries) != 1:
        # The server fails over it, and nobody knows what it keeps (8-misc-16).
        return _refused("the account has no single primary address"), before
    emails: list[Json] = [*wanted]
    after = addresses_of(_first(calls.results("PUT", _SELF, {"emails": emails})))
    if spelling not in after.variants:
        return _refused("the backpack did not save the spelling"), after
    return Outcome(OutcomeState.DONE), after


def _with(entry: JsonObject, spelling: str) -> JsonObject:
    """Return one address of the list, with the spelling if it is one of it."""
    is_other = str(entry["email"]).lower() == spelling.lower()
    if not (is_other and entry.get("verified") is True):
        return entry
    variants: list[Json] = [*_variants(entry), spelling]
    return {**entry, "caseVariants": variants}


def _entries(user: JsonObject) -> list[JsonObject]:
    emails = user.get("emails")
    found = emails if isinstance(emails, list) else []
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("email"), str)]


def _variants(entry: JsonObject) -> list[str]:
    spellings = entry.get("caseVariants")
    found = map(name_in, spellings) if isinstance(spellings, list) else ()
    return [one for one in found if one is not None]


def _first(found: list[JsonObject]) -> JsonObject:
    return found[0] if found else {}


def _refused(detail: str) -> Outcome:
    return Outcome(OutcomeState.REFUSED, detail=detail)

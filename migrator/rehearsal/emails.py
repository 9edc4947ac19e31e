"""The addresses of an account in /v1: they decide which badges can be imported.

Source: reference/badgr-api.md 4; recordings 1-auth-19, 6-badgeconnect-31 to 38.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from migrator.rehearsal.answers import Refused, Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.signin import count, key_of, throttled
from migrator.rehearsal.state import Email
from migrator.rehearsal.tokens import READ_PROFILE, WRITE_PROFILE

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
MAIL_INTERVAL = timedelta(minutes=5)


def is_taken(call: Call, address: str) -> bool:
    """Whether somebody has confirmed this address; an unconfirmed one can be taken over."""
    owner = call.state.owner(address)
    if owner is None:
        return False
    found = (each for each in owner.emails if each.email.lower() == address.lower())
    return any(each.verified for each in found)


def counted(call: Call, key: str, handler: Callable[[Call], Reply]) -> Reply:
    """Remember for the back-off how a guarded call ended, also when it was refused."""
    try:
        return count(call.desk, key, handler(call))
    except Refused:
        call.desk.back_off.failed(key)
        raise


def _entry(email: Email) -> dict[str, Any]:
    return {
        "id": email.id,
        "email": email.email,
        "verified": email.verified,
        "primary": email.primary,
        "variants": list(email.variants),
    }


def emails(call: Call) -> Reply:
    """Answer `GET /v1/user/emails`."""
    return Reply(data=[_entry(each) for each in call.account.emails])


def add_email(call: Call) -> Reply:
    """Answer `POST /v1/user/emails`."""
    key = key_of(call.request)
    return throttled(call.desk, key) or counted(call, key, _add_email)


def _add_email(call: Call) -> Reply:
    address = call.body().get("email")
    if not isinstance(address, str) or not ADDRESS.fullmatch(address):
        raise Refused(400, {"email": ["Enter a valid email address."]})
    with call.state.lock:
        if is_taken(call, address):
            raise Refused(400, ["Could not register email address."])
        _forget(call, address)
        return Reply(201, _entry(call.state.add_email(call.account, address)))


def _forget(call: Call, address: str) -> None:
    """Take an unconfirmed address from whoever asked for it before."""
    owner = call.state.owner(address)
    if owner is not None:
        for email in list(owner.emails):
            if email.email.lower() == address.lower() and not email.primary:
                call.state.remove_email(owner, email)


def _own(call: Call) -> Email:
    for email in call.account.emails:
        if str(email.id) == call.args["email_id"]:
            return email
    raise Refused(404, "Not found.")


def email(call: Call) -> Reply:
    """Answer `GET /v1/user/emails/<id>`."""
    return Reply(data=_entry(_own(call)))


def change_email(call: Call) -> Reply:
    """Answer `PUT /v1/user/emails/<id>`: make it primary, or send the confirmation mail again."""
    found, body = _own(call), call.body()
    with call.state.lock:
        if body.get("resend") and not found.verified:
            left = seconds_left(found.sent_at, call.desk.clock())
            if left:
                wait = f"{left // 60} minutes and {left % 60} seconds"
                said = f"Will be able to re-send verification email in {wait}."
                return Reply(429, said)
            found.sent_at = call.desk.clock()
        if body.get("primary") and found.verified:
            for each in call.account.emails:
                each.primary = each is found
    return Reply(data=_entry(found))


def seconds_left(last: datetime | None, time: datetime) -> int:
    """Return how many seconds a mail must still wait, 0 when it may be sent."""
    if last is None or time - last >= MAIL_INTERVAL:
        return 0
    return max(1, int((MAIL_INTERVAL - (time - last)).total_seconds()))


def delete_email(call: Call) -> Reply:
    """Answer `DELETE /v1/user/emails/<id>`; the primary address stays."""
    found = _own(call)
    if found.primary:
        raise Refused(400, {"error": "Can not remove primary email address"})
    call.state.remove_email(call.account, found)
    return Reply(200, 200)


def _route(rule: str, **handlers: Any) -> Route:
    return Route(rule, Style.V1, handlers, read=READ_PROFILE, write=WRITE_PROFILE, confirmed=False)


ROUTES = (
    _route("/v1/user/emails", GET=emails, POST=add_email),
    _route("/v1/user/emails/<email_id>", GET=email, PUT=change_email, DELETE=delete_email),
)

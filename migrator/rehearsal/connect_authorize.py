"""Where a person says yes in the browser: `/o/authorize`, and a page for it.

Source: reference/badgr-api.md 2; recordings 6-badgeconnect-08 to 11. On a real server the page is
part of Badgr's web pages, which ask `/o/authorize`; it sends the browser on to the program. Here
the page shows the address instead: nobody need be there to receive it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from migrator.rehearsal.answers import HTML, Refused, Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.connect import CREATE, PERSONS_PAGE, PROFILE, READ
from migrator.rehearsal.credentials import SCOPES as OPEN_BADGES_3
from migrator.rehearsal.signin import count, key_of, throttled
from migrator.rehearsal.state import Account
from migrator.rehearsal.tokens import Application

_SAID = {
    READ: "List assertions in a User's Backpack",
    PROFILE: "See who you are",
    CREATE: "Add badges into a User's Backpack",
    "rw:profile": "See who you are and update your profile",
    "rw:backpack": "List, add and remove badges in a User's Backpack",
    **OPEN_BADGES_3,
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a program asks a person for."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str


def asked(call: Call) -> Reply:
    """Answer `GET /o/authorize`: what the program asks for, as Badgr's web pages show it."""
    wish = _wish(call, call.request.args)
    application = wish.application
    return Reply(
        data={
            "client_id": application.client_id,
            "redirect_uri": wish.redirect_uri,
            "response_type": "code",
            "state": wish.state,
            "application": {
                "name": application.name,
                "image": None,
                "website_url": application.website,
                "clientId": application.client_id,
                "policyUri": application.policy,
                "termsUri": application.terms,
            },
            "scopes": list(wish.scopes),
            "scopes_descriptions": {one: _SAID.get(one, one) for one in wish.scopes},
        }
    )


def allowed(call: Call) -> Reply:
    """Answer `POST /o/authorize`: the account whose token it is says yes, or no."""
    found = call.desk.tokens.bearer(call.request)
    if found is None:
        return Reply(401, {"error": "Incorrect authentication credentials."})
    body = call.body()
    wish = _wish(call, {name: value for name, value in body.items() if isinstance(value, str)})
    if body.get("allow") is not True:
        return Reply(data={"success_url": _denied(wish)})
    return Reply(data={"success_url": _success_url(call, found[0], wish)})


def _wish(call: Call, given: Mapping[str, Any]) -> _Wish:
    application = call.desk.tokens.applications.get(given.get("client_id", ""))
    if application is None:
        raise Refused(400, {"error": "Invalid client_id parameter value."})
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in application.redirect_uris:
        raise Refused(400, {"error": "Mismatching redirect URI."})
    scopes = tuple(given.get("scope", "").split()) or application.scopes
    if given.get("response_type") != "code" or not set(scopes) <= set(application.scopes):
        raise Refused(400, {"error": "invalid_scope" if scopes else "unsupported_response_type"})
    challenge = given.get("code_challenge", "")
    if challenge and given.get("code_challenge_method") != "S256":
        raise Refused(400, {"error": "invalid_request"})
    return _Wish(application, redirect_uri, scopes, given.get("state", ""), challenge)


def _success_url(call: Call, account: Account, wish: _Wish) -> str:
    code = call.desk.tokens.grant(
        account.id, wish.application, wish.redirect_uri, wish.scopes, wish.challenge
    )
    query = {"code": code, "state": wish.state, "scope": " ".join(wish.scopes)}
    return f"{wish.redirect_uri}?{urlencode(query)}"


def _denied(wish: _Wish) -> str:
    return f"{wish.redirect_uri}?{urlencode({'error': 'access_denied', 'state': wish.state})}"


# The page


def page(call: Call) -> Reply:
    """Answer `GET` of the page: sign in and say yes or no."""
    wish = _wish(call, call.request.args)
    return _page(
        f"<p><b>{html.escape(wish.application.name)}</b> asks to:</p>"
        f"<ul>{''.join(f'<li>{html.escape(_SAID.get(one, one))}</li>' for one in wish.scopes)}</ul>"
        '<form method="post"><p><label>E-mail <input name="username"></label></p>'
        '<p><label>Password <input name="password" type="password"></label></p>'
        '<p><button name="allow" value="yes">Allow</button>'
        ' <button name="allow" value="no">Deny</button></p></form>'
    )


def answered(call: Call) -> Reply:
    """Answer the page's form: the address a real backpack would send the browser to."""
    wish = _wish(call, call.request.args)
    form = call.request.form
    if form.get("allow") != "yes":
        return _shown(_denied(wish))
    key = key_of(call.request)
    return throttled(call.desk, key) or count(call.desk, key, _signed_in(call, wish))


def _signed_in(call: Call, wish: _Wish) -> Reply:
    form = call.request.form
    account = call.state.owner(form.get("username", ""))
    if account is None or not account.knows(form.get("password", "")):
        return _page("<p>Nobody has this e-mail address and password.</p>", status=401)
    return _shown(_success_url(call, account, wish))


def _shown(address: str) -> Reply:
    return _page(
        "<p>A real backpack would now send your browser to this address. Copy it:</p>"
        f'<p><code id="address">{html.escape(address)}</code></p>'
    )


def _page(body: str, status: int = 200) -> Reply:
    text = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Rehearsal</title></head><body><h1>Rehearsal backpack</h1>{body}</body></html>\n"
    )
    return Reply(status, text=text, media_type=HTML)


_ANYONE = frozenset({"GET", "POST"})

ROUTES = (
    Route("/o/authorize", Style.V1, {"GET": asked, "POST": allowed}, open=_ANYONE),
    Route(PERSONS_PAGE, Style.V1, {"GET": page, "POST": answered}, open=_ANYONE),
)

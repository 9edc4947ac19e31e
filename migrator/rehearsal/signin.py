"""Signing in: `/o/token` with every trap of the real one, tokens listed, revoked and renewed.

Source: reference/badgr-api.md 2 and 3; recordings 1-auth, 6-badgeconnect-12, 13, 29 and 30.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from flask import Request

from migrator.rehearsal.answers import JSON, Refused, Reply, Style, oauth, odd, ok
from migrator.rehearsal.call import Call, Desk, Route
from migrator.rehearsal.tokens import (
    READ_PROFILE,
    WRITE_PROFILE,
    Application,
    Token,
    basic,
    secret_fits,
)

_NO_CACHE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_DEFAULT_SCOPE = "r:profile"
_QUERY = "Token grant parameters must be sent in post body, not query parameters"


def throttled(desk: Desk, key: str) -> Reply | None:
    """Return the 429 of the back-off when the caller is inside a window, else None."""
    wait = desk.back_off.wait(key)
    if not wait:
        return None
    return odd(
        429,
        {
            "error_description": "Too many login attempts. Please wait and try again.",
            "error": "login attempts throttled",
            "expires": wait,
        },
    )


def count(desk: Desk, key: str, reply: Reply) -> Reply:
    """Remember for the back-off how a guarded call ended."""
    if 200 <= reply.status < 300:
        desk.back_off.succeeded(key)
    else:
        desk.back_off.failed(key)
    return reply


def key_of(request: Request) -> str:
    """Return under which name a caller is throttled: user name or client, and the address."""
    name = request.form.get("username") or request.form.get("client_id") or ""
    return f"{name.lower()}@{request.remote_addr}"


def token(call: Call) -> Reply:
    """Answer `POST /o/token`."""
    if call.request.query_string:
        return odd(400, {"error": _QUERY})
    key = key_of(call.request)
    return throttled(call.desk, key) or count(call.desk, key, _token(call))


def _token(call: Call) -> Reply:
    form = call.request.form
    application, refused = _application(call)
    if application is None:
        return odd(400, {"error": refused})
    wanted = tuple(form.get("scope", "").split())
    if not set(wanted) <= set(application.scopes):
        return odd(400, {"error": "invalid scope requested"})
    answer = _GRANTS.get(form.get("grant_type", "password"))
    if answer is None:
        return oauth("unsupported_grant_type")
    return answer(call, application, wanted)


def _application(call: Call) -> tuple[Application | None, str]:
    applications = call.desk.tokens.applications
    signed = basic(call.request)
    client_id, secret = signed or (
        call.request.form.get("client_id", "public"),
        call.request.form.get("client_secret", ""),
    )
    application = applications.get(client_id)
    if application is None:
        return None, "invalid client_id"
    if not secret_fits(application, secret):
        return None, "invalid client_secret"
    return application, ""


def _password(call: Call, application: Application, wanted: tuple[str, ...]) -> Reply:
    form = call.request.form
    for name in ("username", "password"):
        if name not in form:
            return oauth("invalid_request", f"Request is missing {name} parameter.")
    account = call.state.owner(form["username"])
    if account is None or not account.knows(form["password"]):
        return oauth("invalid_grant", "Invalid credentials given.")
    if not wanted:
        # A client that names itself and no scope gets next to nothing: the trap of section 2
        wanted = (_DEFAULT_SCOPE,) if "client_id" in form else application.scopes
    return _granted(call.desk.tokens.issue(account.id, application, wanted))


def _refresh(call: Call, application: Application, wanted: tuple[str, ...]) -> Reply:
    tokens = call.desk.tokens
    old = tokens.take_refresh(call.request.form.get("refresh_token", ""))
    if old is None:
        return oauth("invalid_grant")
    if not set(wanted) <= set(old.scopes):
        tokens.put_back(old)
        return oauth("invalid_scope")
    return _granted(tokens.issue(old.account, application, wanted or old.scopes))


def _code(call: Call, application: Application, _wanted: tuple[str, ...]) -> Reply:
    """Exchange what the browser brought back; whatever does not fit is one and the same answer."""
    form = call.request.form
    grant = call.desk.tokens.take_grant(form.get("code", ""))
    if grant is None or grant.application.client_id != application.client_id:
        return oauth("invalid_grant")
    digest = sha256(form.get("code_verifier", "").encode()).digest()
    verified = urlsafe_b64encode(digest).decode().rstrip("=") == grant.challenge
    if form.get("redirect_uri") != grant.redirect_uri or not (verified or not grant.challenge):
        return oauth("invalid_grant")
    return _granted(call.desk.tokens.issue(grant.account, application, grant.scopes))


def _client_credentials(call: Call, application: Application, _wanted: tuple[str, ...]) -> Reply:
    owner = next(iter(call.state.accounts), "")
    issue = call.desk.tokens.issue
    return _granted(issue(owner, application, application.scopes, refreshable=False))


def _granted(token: Token) -> Reply:
    body: dict[str, Any] = {
        "access_token": token.value,
        "expires_in": 86400,
        "token_type": "Bearer",
        "scope": " ".join(token.scopes),
    }
    if token.refresh:
        body["refresh_token"] = token.refresh
    return Reply(200, body, _NO_CACHE, media_type=JSON)


_GRANTS = {
    "password": _password,
    "refresh_token": _refresh,
    "authorization_code": _code,
    "client_credentials": _client_credentials,
}


def revoke(call: Call) -> Reply:
    """Answer `POST /o/revoke_token/`; unknown tokens are revoked with success, too."""
    call.desk.tokens.revoke_value(call.request.form.get("token", ""))
    return Reply(200, text="")


def listed(call: Call) -> Reply:
    """Answer `GET /v2/auth/tokens`."""
    return ok(*(_shape(each) for each in call.desk.tokens.of(call.account.id)))


def _shape(token: Token) -> dict[str, Any]:
    return {
        "entityType": "AccessToken",
        "entityId": token.entity_id,
        "application": {
            "name": token.application.name,
            "image": None,
            "website_url": None,
            "clientId": token.application.client_id,
            "policyUri": None,
            "termsUri": None,
        },
        "scope": " ".join(token.scopes),
        "expires": token.expires.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "created": token.created.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def deleted(call: Call) -> Reply:
    """Answer `DELETE /v2/auth/tokens/<entityId>`."""
    for each in call.desk.tokens.of(call.account.id):
        if each.entity_id == call.args["token_id"]:
            call.desk.tokens.revoke(each)
            return Reply(204)
    raise Refused(404)


def legacy_v1(call: Call) -> Reply:
    """Answer `GET /v1/user/auth-token`: the token that never expires."""
    account = call.account
    return Reply(data={"username": account.username, "token": call.desk.tokens.legacy(account)})


def legacy_v2(call: Call) -> Reply:
    """Answer `GET /v2/auth/token`."""
    return ok({"token": call.desk.tokens.legacy(call.account)})


_ANYONE = frozenset({"POST"})

ROUTES = (
    Route("/o/token", Style.V1, {"POST": token}, open=_ANYONE),
    Route("/o/revoke_token/", Style.V1, {"POST": revoke}, open=_ANYONE),
    Route("/v2/auth/tokens", Style.V2, {"GET": listed}, read=READ_PROFILE, confirmed=False),
    Route(
        "/v2/auth/tokens/<token_id>",
        Style.V2,
        {"DELETE": deleted},
        write=WRITE_PROFILE,
        confirmed=False,
    ),
    Route("/v1/user/auth-token", Style.V1, {"GET": legacy_v1}, read=READ_PROFILE, confirmed=False),
    Route("/v2/auth/token", Style.V2, {"GET": legacy_v2}, read=READ_PROFILE, confirmed=False),
)

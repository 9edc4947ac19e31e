"""How a program makes itself known: `POST /o/register`, dynamic client registration (RFC 7591).

Source: reference/badgr-api.md 8; recordings 6-badgeconnect-04 to 07. Only https addresses, all on
one domain. The real server downloads the logo; here nothing is fetched.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from typing import Any
from urllib.parse import urlsplit

from migrator.rehearsal.answers import Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.connect import CREATE, PROFILE, READ
from migrator.rehearsal.tokens import Application

_ADDRESSES = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
_NEEDED = ("client_name", *_ADDRESSES, "software_id", "software_version", "redirect_uris")
_SECRET_AT = ("client_secret_basic", "client_secret_post")
_NO_SCOPE = "scope: No supported Badge Connect scopes requested. See manifest for supported scopes."
_ALPHABET = string.ascii_letters + string.digits


def register(call: Call) -> Reply:
    """Answer `POST /o/register`."""
    return registered(call, (PROFILE, CREATE, READ))


def registered(call: Call, offered: tuple[str, ...]) -> Reply:
    """Register a program that may ask for the scopes that are offered."""
    body = call.body()
    wrong = _wrong(body, offered)
    if wrong:
        return Reply(400, {"error": wrong[0], "error_description": "; ".join(wrong)})
    scopes = _scopes(body, offered)
    application = Application(
        client_id=_random(40),
        name=str(body["client_name"]),
        scopes=scopes,
        secret=_random(128),
        redirect_uris=tuple(body["redirect_uris"]),
        website=body["client_uri"],
        policy=body["policy_uri"],
        terms=body["tos_uri"],
    )
    with call.state.lock:
        call.desk.tokens.applications[application.client_id] = application
    return Reply(201, _shape(call, body, application))


def _shape(call: Call, body: dict[str, Any], application: Application) -> dict[str, Any]:
    logo = hashlib.sha256(body["logo_uri"].encode()).hexdigest()
    return {
        "client_name": application.name,
        "client_uri": application.website,
        "logo_uri": f"{call.base}/media/remote/application/cached/{logo[:62]}.png",
        "tos_uri": application.terms,
        "policy_uri": application.policy,
        "software_id": body["software_id"],
        "software_version": body["software_version"],
        "redirect_uris": list(application.redirect_uris),
        "token_endpoint_auth_method": "client_secret_basic",
        # A refresh token is granted all the same
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": " ".join(application.scopes),
        "client_id": application.client_id,
        "client_secret": application.secret,
        "client_id_issued_at": int(call.desk.clock().timestamp()),
        "client_secret_expires_at": 0,
    }


def _wrong(body: dict[str, Any], offered: tuple[str, ...]) -> list[str]:
    """Return what is wrong, in the words of the real server where they were recorded."""
    missing = [f"{name}: This field is required." for name in _NEEDED if not body.get(name)]
    if missing:
        return missing
    uris = body["redirect_uris"]
    redirects = uris if isinstance(uris, list) else [uris]
    named = [(name, body[name]) for name in _ADDRESSES]
    named += [("redirect_uris", each) for each in redirects]
    wrong = [f"{name}: Must be a valid HTTPS URI" for name, uri in named if not _is_https(uri)]
    if not wrong and len({urlsplit(uri).netloc.lower() for _, uri in named}) > 1:
        wrong.append("redirect_uris: All URIs must be on one domain")  # these words: not recorded
    if not wrong and not _scopes(body, offered):
        wrong.append(_NO_SCOPE)
    if not wrong and body.get("token_endpoint_auth_method", _SECRET_AT[0]) not in _SECRET_AT:
        wrong.append("token_endpoint_auth_method: This method is not supported")  # not recorded
    return wrong


def _scopes(body: dict[str, Any], offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return what it may ask for: everything when it names nothing, else what is known of it."""
    asked = str(body.get("scope") or "").split()
    return tuple(one for one in asked if one in offered) if asked else offered


def _is_https(uri: Any) -> bool:
    try:
        parts = urlsplit(uri if isinstance(uri, str) else "")
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


ROUTES = (Route("/o/register", Style.V1, {"POST": register}, open=frozenset({"POST"})),)

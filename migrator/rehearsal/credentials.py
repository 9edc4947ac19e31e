"""A host of Open Badges 3.0: its service description, credentials taken and listed, the profile.

Source: 1EdTech, Open Badges 3.0, 6 (the API) and 6.2.3 (create or replace). No real host was
recorded. What is taken is kept and given back byte for byte; no signature is checked.
"""

from __future__ import annotations

import json
from typing import Any

from migrator.openbadges import credential, documents, jws
from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.values import address, items, text
from migrator.rehearsal.answers import JSON, Headers, Refused, Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.connect import PERSONS_PAGE, links, number
from migrator.rehearsal.connect_register import registered

API = "/ims/ob/v3p0"
_PURL = "https://purl.imsglobal.org/spec/ob/v3p0/scope"
READ, UPSERT, PROFILE, UPDATE = (
    f"{_PURL}/credential.readonly",
    f"{_PURL}/credential.upsert",
    f"{_PURL}/profile.readonly",
    f"{_PURL}/profile.update",
)
SCOPES = {
    READ: "See the badges",
    UPSERT: "Add badges, or replace them",
    PROFILE: "See who you are",
    UPDATE: "Change who you are",
}
_PAGE = 50
_LONGEST_PAGE = 500
_TEXT = "text/plain; charset=utf-8"
_DOCUMENTS = ("application/json", "application/vc+ld+json", "application/ld+json")


def described(call: Call) -> Reply:
    """Answer `GET /ims/ob/v3p0/discovery`: an OpenAPI document, of which this is what counts."""
    base = call.base
    flow = {
        "authorizationUrl": f"{base}{PERSONS_PAGE}",
        "tokenUrl": f"{base}/o/token",
        "refreshUrl": f"{base}/o/token",
        "scopes": SCOPES,
    }
    scheme = {
        "type": "oauth2",
        "x-imssf-name": "Rehearsal",
        "x-imssf-registrationUrl": f"{base}{API}/register",
        "x-imssf-privacyPolicyUrl": f"{base}/privacy",
        "x-imssf-termsOfServiceUrl": f"{base}/terms",
        "flows": {"authorizationCode": flow},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "Rehearsal of Open Badges 3.0", "version": "3.0"},
        "servers": [{"url": f"{base}{API}"}],
        "components": {"securitySchemes": {"OAuth2ACG": scheme}},
    }
    return Reply(data=document, media_type=JSON)


def register(call: Call) -> Reply:
    """Answer the registration of a program (7.1)."""
    return registered(call, tuple(SCOPES))


def listed(call: Call) -> Reply:
    """Answer `GET /credentials`: those with a signature as text, the others as documents."""
    since = _since(call)
    with call.state.lock:
        kept = list(call.state.credentials.get(call.account.id, {}).values())
    if since is not None:
        kept = [one for one in kept if _issued(one) > since]
    limit = min(number(call, "limit", _PAGE) or _PAGE, _LONGEST_PAGE)
    offset = number(call, "offset", 0)
    page = kept[offset : offset + limit]
    body = {
        "credential": [json.loads(one) for one in page if isinstance(one, bytes)],
        "compactJwsString": [one for one in page if isinstance(one, str)],
    }
    total: Headers = (("X-Total-Count", str(len(kept))),)
    headers = (*total, *links(call, limit, offset, len(kept)))
    return Reply(data=body, headers=headers, media_type=JSON)


def upserted(call: Call) -> Reply:
    """Answer `POST /credentials`: 201 for a new one, 200 for one replaced, 304 for the same again.

    Two are the same when their ids and their issuers' are.
    """
    sent, media_type = _sent(call)
    document = _document(sent)
    key = _key(document)
    if isinstance(sent, bytes) and not isinstance(document.get("proof"), (dict, list)):
        raise Refused(400, "A credential without a proof inside must come as a compact JWS.")
    with call.state.lock:
        kept = call.state.credentials.setdefault(call.account.id, {})
        before = kept.get(key)
        kept[key] = sent
        if before is None:
            call.state.imports[call.account.id, key[0]] += 1
    if before == sent:
        return Reply(304, text=b"", media_type=media_type)
    status = 201 if before is None else 200
    return Reply(status, text=sent, media_type=media_type)


def profile(call: Call) -> Reply:
    """Answer `GET /profile`."""
    account = call.account
    own = {
        "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": f"{call.base}{API}/profiles/{account.id}",
        "type": "Profile",
        "name": f"{account.first_name} {account.last_name}",
        "email": account.primary,
    }
    return Reply(data={**own, **call.state.profiles.get(account.id, {})}, media_type=JSON)


def profile_put(call: Call) -> Reply:
    """Answer `PUT /profile`; an address is not changed by this: it would have to be confirmed."""
    body = call.body()
    if "Profile" not in items(body.get("type")):
        raise Refused(400, "The whole profile is needed.")
    kept = {name: value for name, value in body.items() if name not in ("id", "email")}
    with call.state.lock:
        call.state.profiles[call.account.id] = kept
    return profile(call)


def _sent(call: Call) -> tuple[bytes | str, str]:
    """Return what was sent, a signature as text and a document as bytes."""
    data = call.request.get_data()
    if call.request.mimetype == "text/plain":
        return data.decode("utf-8", "replace").strip(), _TEXT
    if call.request.mimetype in _DOCUMENTS:
        return data, JSON
    raise Refused(415, "Send a credential as application/json, or a compact JWS as text/plain.")


def _document(sent: bytes | str) -> JsonObject:
    try:
        if isinstance(sent, str):
            return credential.unwrap(jws.payload(sent))
        return documents.parse_object(sent)
    except Unreadable as error:
        raise Refused(400, str(error)) from error


def _key(document: JsonObject) -> tuple[str, str]:
    if not (credential.is_credential(document) and credential.is_achievement(document)):
        raise Refused(400, "This is no credential about an achievement.")
    name, issuer = text(document.get("id")), address(document.get("issuer"))
    if not name or not issuer:
        raise Refused(400, "A credential needs its own id and its issuer's.")
    return name, issuer


def _issued(sent: bytes | str) -> str:
    return read_assertion(_document(sent)).issued_on or ""


def _since(call: Call) -> str | None:
    given = call.request.args.get("since")
    if given is None:
        return None
    since = to_utc(given)
    if since is None:
        raise Refused(400, "`since` is no date.")
    return since


def _route(path: str, handlers: dict[str, Any], **more: Any) -> Route:
    return Route(f"{API}/{path}", Style.OPEN_BADGES_3, handlers, **more)


ROUTES = (
    _route("discovery", {"GET": described}, open=frozenset({"GET"})),
    _route("register", {"POST": register}, open=frozenset({"POST"})),
    _route("credentials", {"GET": listed, "POST": upserted}, read=(READ,), write=(UPSERT,)),
    _route("profile", {"GET": profile, "PUT": profile_put}, read=(PROFILE,), write=(UPDATE,)),
)

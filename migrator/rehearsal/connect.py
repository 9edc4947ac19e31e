"""Badge Connect (Open Badges 2.1): the manifest, who the account is, its badges, bringing one in.

Source: reference/badgr-api.md 8; recordings 6-badgeconnect-01 to 28. Of what is handed over only
`assertion.id` is used; the answer names no badge.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from migrator.rehearsal import shapes
from migrator.rehearsal.answers import Headers, Refused, Reply, Style
from migrator.rehearsal.backpack import every_award
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.imports import Fault, bring_in, checked_url
from migrator.rehearsal.state import Held
from migrator.rehearsal.tokens import READ_BACKPACK, READ_PROFILE, WRITE_BACKPACK
from migrator.verify.verdict import Submission

_PURL = "https://purl.imsglobal.org/spec/ob/v2p1/scope"
READ, CREATE, PROFILE = (
    f"{_PURL}/assertion.readonly",
    f"{_PURL}/assertion.create",
    f"{_PURL}/profile.readonly",
)
SCOPES = (READ, CREATE, PROFILE)
PERSONS_PAGE = "/auth/oauth2/authorize"
"""Where a person says yes; on a real server it is on the host of the web pages."""

_DOMAIN = "localhost:4200"
_DEFAULT_PAGE = 100
_LONGEST_PAGE = 1000


def well_known(call: Call) -> Reply:
    """Answer `GET /.well-known/badgeconnect.json`: the manifest is elsewhere."""
    return Reply(302, text="", headers=(("Location", f"{call.base}/bcv1/manifest/{_DOMAIN}"),))


def manifest(call: Call) -> Reply:
    """Answer `GET /bcv1/manifest/<domain>`; another domain than ours is a 404 without a word."""
    if call.args["domain"] != _DOMAIN:
        return Reply(404)
    base = call.base
    api = {
        "name": "Local Badgr",
        "image": f"{base}/static//images/logo.png",
        "apiBase": f"{base}/bcv1",
        "version": "v1p0",
        "termsOfServiceUrl": "https://badgr.com/terms-of-service.html",
        "privacyPolicyUrl": "https://badgr.com/privacy-policy.html",
        "scopesOffered": list(SCOPES),
        "registrationUrl": f"{base}/o/register",
        "authorizationUrl": f"{base}{PERSONS_PAGE}",
        "tokenUrl": f"{base}/o/token",
    }
    return Reply(
        data={
            "id": f"{base}/bcv1/manifest/{_DOMAIN}",
            "badgeConnectAPI": [api],
            "@context": "https://w3id.org/openbadges/badgeconnect/v1",
        }
    )


def profile(call: Call) -> Reply:
    """Answer `GET /bcv1/profile`: the primary address only."""
    account = call.account
    name = f"{account.first_name} {account.last_name}"
    return _answered({"name": name, "email": account.primary, "@context": shapes.CONTEXT})


def listed(call: Call) -> Reply:
    """Answer `GET /bcv1/assertions`: every badge, pending, revoked and rejected ones too.

    What was changed last comes first.
    """
    badges = [*every_award(call), *call.state.of(call.account.id)]
    badges.sort(key=lambda held: -held.changed)
    since = _since(call)
    if since is not None:
        # Nothing here is older than the rehearsal; on a real server it is the last change.
        badges = badges if since <= call.desk.clock() else []
    limit = min(number(call, "limit", _DEFAULT_PAGE) or _DEFAULT_PAGE, _LONGEST_PAGE)
    offset = number(call, "offset", 0)
    page = badges[offset : offset + limit]
    pages = links(call, limit, offset, len(badges))
    return _answered(*(_shape(held, call.base) for held in page), headers=pages)


def imported(call: Call) -> Reply:
    """Answer `POST /bcv1/assertions`: HTTP says 201, the body 200, and nothing says which badge."""
    assertion = call.body().get("assertion")
    if assertion is None:
        raise Refused(400, fields={"assertion": ["This field is required."]})
    url = assertion.get("id") if isinstance(assertion, dict) else None
    try:
        bring_in(call, Submission(url=checked_url(url)))
    except Fault as fault:
        raise Refused(400) from fault
    return _answered(status=201)


def _answered(*results: Any, status: int = 200, headers: Headers = ()) -> Reply:
    body: dict[str, Any] = {"status": {"error": None, "statusCode": 200, "statusText": "OK"}}
    if status == 200:
        body["results"] = list(results)
    return Reply(status, body, headers)


def _shape(held: Held, base: str) -> dict[str, Any]:
    whole = shapes.v2(held, base, pending=False)
    return {
        "id": held.open_badge_id,
        "badge": held.badge_class.open_badge_id,
        "image": whole["image"],
        "recipient": whole["recipient"],
        "issuedOn": whole["issuedOn"],
        "narrative": whole["narrative"],
        "revoked": whole["revoked"],
        "revocationReason": whole["revocationReason"],
        "expires": None,
        "type": "Assertion",
        "@context": shapes.CONTEXT,
    }


def _since(call: Call) -> datetime | None:
    text = call.request.args.get("since")
    if text is None:
        return None
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        raise Refused(400, fields={"since": ["must be ISO-8601 format with time zone"]})
    return since


def number(call: Call, name: str, default: int) -> int:
    """Return a number of the query, the default for what is none."""
    text = call.request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def links(call: Call, limit: int, offset: int, total: int) -> Headers:
    """Return where the other pages are: next (if there is one), first, last, and the one before."""
    last = max(0, (total - 1) // limit * limit)
    places = [("next", offset + limit)] if offset + limit < total else []
    places += [("first", 0), ("last", last)]
    places += [("prev", max(0, offset - limit))] if offset else []
    since = call.request.args.get("since")
    links = []
    for rel, start in places:
        query = [("limit", str(limit)), ("offset", str(start))]
        query += [("since", since)] if since is not None else []
        links.append(f'<{call.base}{call.request.path}?{urlencode(query)}>; rel="{rel}"')
    return (("Link", ",".join(links)),)


_ANYONE = frozenset({"GET"})

ROUTES = (
    Route("/.well-known/badgeconnect.json", Style.V1, {"GET": well_known}, open=_ANYONE),
    Route("/bcv1/manifest/<domain>", Style.V1, {"GET": manifest}, open=_ANYONE),
    Route(
        "/bcv1/profile",
        Style.BADGE_CONNECT,
        {"GET": profile},
        read=(*READ_PROFILE, PROFILE),
        confirmed=False,
    ),
    Route(
        "/bcv1/assertions",
        Style.BADGE_CONNECT,
        {"GET": listed, "POST": imported},
        read=(*READ_BACKPACK, READ),
        write=(*WRITE_BACKPACK, CREATE),
    ),
)

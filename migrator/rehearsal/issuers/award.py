"""Awards in /v2: one, a batch, lists in pages, changes, revoking.

Source: reference/badgr-api.md 9; recordings 5-issuer-14 to 41 and 60 to 63.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from migrator.rehearsal.answers import Headers, Refused, Reply, Style, ok
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.issuers import shapes
from migrator.rehearsal.issuers.awarding import Twice, Unfit, award_all, award_one, read_v2
from migrator.rehearsal.issuers.issuer import SCOPES, issuers_of, own_badge_class, own_issuer
from migrator.rehearsal.issuers.issuing import Award, OwnBadgeClass

MOST = 500
"""The largest page."""


def own_award(call: Call, award_id: str) -> Award:
    """Return an award of the caller's issuers; raises Refused for any other."""
    award = call.state.issuing.awards.get(award_id)
    if award is None:
        raise Refused(404)
    own_badge_class(call, award.badge_class.id)
    return award


# Awarding


def awarded(call: Call) -> Reply:
    """Answer `POST /v2/badgeclasses/<entityId>/assertions`."""
    return _awarded(call, own_badge_class(call, call.args["entity_id"]), call.body())


def awarded_under(call: Call) -> Reply:
    """Answer `POST /v2/issuers/<entityId>/assertions`, which names the badge class in its body."""
    own_issuer(call, call.args["entity_id"])
    body = call.body()
    return _awarded(call, own_badge_class(call, str(body.get("badgeclass"))), body)


def _awarded(call: Call, badge_class: OwnBadgeClass, body: dict[str, Any]) -> Reply:
    try:
        award = award_one(call, badge_class, read_v2(body), notified=bool(body.get("notify")))
    except Unfit as unfit:
        raise Refused(400, fields=unfit.faults) from unfit
    except Twice as twice:
        raise Refused(400, validation=[twice.sentence]) from twice
    return ok(shapes.award_v2(award, call.base), status=201)


def batch(call: Call) -> Reply:
    """Answer `POST /v2/badgeclasses/<entityId>/issue`: every award, or none."""
    badge_class = own_badge_class(call, call.args["entity_id"])
    body = call.json()
    if not isinstance(body, dict):
        return Reply(400)
    awards, faults = award_all(call, badge_class, body, read_v2)
    if faults:
        return refused_batch(faults)
    return ok(*(shapes.award_v2(one, call.base) for one in awards), status=201)


def refused_batch(faults: list[dict[str, Any]]) -> Reply:
    """Return the refusal of a batch: an entry for each item, an empty one where nothing is wrong.

    Both generations write it like this (5-issuer-26 and 30).
    """
    return Reply(
        400,
        {
            "status": {"success": False, "description": "bad request"},
            "result": [],
            "fieldErrors": faults,
            "validationErrors": [],
        },
    )


# Lists


def listed(call: Call) -> Reply:
    """Answer `GET /v2/badgeclasses/<entityId>/assertions`."""
    badge_class = own_badge_class(call, call.args["entity_id"])
    return _listed(call, call.state.issuing.of_badge_class(badge_class))


def listed_under(call: Call) -> Reply:
    """Answer `GET /v2/issuers/<entityId>/assertions`."""
    return _listed(call, of_issuer(call))


def of_issuer(call: Call) -> list[Award]:
    """Return the awards of the issuer of the path."""
    return call.state.issuing.of_issuers([own_issuer(call, call.args["entity_id"])])


def of_recipients(call: Call, awards: list[Award]) -> list[Award]:
    """Return those to the recipients the query names, all when it names none."""
    recipients = call.request.args.getlist("recipient")
    return [one for one in awards if not recipients or one.identity in recipients]


def _listed(call: Call, awards: list[Award]) -> Reply:
    """Return all, oldest first, or with `num` a page, newest first."""
    awards = [one for one in of_recipients(call, awards) if not one.revoked]
    number = call.request.args.get("num", "")
    headers: Headers = ()
    if number.isdecimal() and int(number):
        awards, headers = _page(call, awards, min(int(number), MOST))
    return Reply(
        data=ok(*(shapes.award_v2(one, call.base) for one in awards)).data, headers=headers
    )


def _page(call: Call, awards: list[Award], size: int) -> tuple[list[Award], Headers]:
    newest = sorted(awards, key=lambda one: -one.number)
    kind, place = _place(call.request.args.get("cursor", ""))
    if kind == "before":
        start = max(0, sum(1 for one in newest if one.number > place) - size)
    else:
        start = sum(1 for one in newest if place and one.number >= place)
    page = newest[start : start + size]
    links = []
    if start + size < len(newest):
        links.append(_link(call, f"after={page[-1].number}", "next"))
    if start:
        links.append(_link(call, f"before={page[0].number}", "prev"))
    return page, (("Link", ", ".join(links)),) if links else ()


def _place(cursor: str) -> tuple[str, int]:
    try:
        kind, _, number = base64.b64decode(cursor, validate=True).decode().partition("=")
        return kind, int(number)
    except (binascii.Error, ValueError):
        return "after", 0


def _link(call: Call, place: str, rel: str) -> str:
    query = [("cursor", base64.b64encode(place.encode()).decode())]
    query += [one for one in call.request.args.items(multi=True) if one[0] != "cursor"]
    return f'<{call.base}{call.request.path}?{urlencode(query)}>; rel="{rel}"'


def changed(call: Call) -> Reply:
    """Answer `GET /v2/assertions/changed?since=`: the latest changes last."""
    since = call.request.args.get("since", "")
    try:
        zoned = datetime.fromisoformat(since).tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        raise Refused(400, fields={"since": ["must be ISO-8601 format with time zone"]})
    awards = sorted(call.state.issuing.of_issuers(issuers_of(call)), key=lambda one: one.changed)
    pagination = dict.fromkeys(("nextResults", "previousResults"))
    return ok(
        *(shapes.award_v2(one, call.base) for one in awards),
        pagination={"hasNext": False, "hasPrevious": False, **pagination},
        timestamp=call.desk.clock().isoformat(),
    )


# One award


def detail(call: Call) -> Reply:
    """Answer `GET /v2/assertions/<entityId>`."""
    return ok(shapes.award_v2(own_award(call, call.args["entity_id"]), call.base))


def rewritten(call: Call) -> Reply:
    """Answer `PUT /v2/assertions/<entityId>`: what is said of it can be changed."""
    award, body = own_award(call, call.args["entity_id"]), call.body()
    with call.state.issuing.lock:
        award.narrative = body.get("narrative", award.narrative)
        award.expires = body.get("expires", award.expires)
        if "evidence" in body:
            award.evidence = read_v2({"recipient": {"identity": "a@b.c"}, **body})["evidence"]
        award.changed = call.state.issuing.tick()
    return ok(shapes.award_v2(award, call.base))


def revoked(call: Call) -> Reply:
    """Answer `DELETE /v2/assertions/<entityId>`: revoke it, which takes a reason."""
    award = own_award(call, call.args["entity_id"])
    reason = call.body().get("revocation_reason")
    if not reason:
        raise Refused(400, fields={"revocation_reason": "This field is required"})  # type: ignore[dict-item] # as recorded (5-issuer-62)
    if award.revoked:
        raise Refused(400, validation=["Assertion is already revoked"])
    _revoke(call, award, str(reason))
    return ok(shapes.award_v2(award, call.base))


def _revoke(call: Call, award: Award, reason: str) -> None:
    with call.state.issuing.lock:
        award.revoked, award.reason = True, reason
        award.changed = call.state.issuing.tick()


def all_revoked(call: Call) -> Reply:
    """Answer `POST /v2/assertions/revoke`: a list, each with what became of it."""
    body = call.json()
    items = [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []
    reply = ok(*(_one_revoked(call, one) for one in items))
    reply.data["status"]["description"] = "revoked badges"
    return reply


def _one_revoked(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    shown = {"revoked": False, "entityId": item.get("entityId")}
    reason = item.get("revocationReason")
    if not reason:
        return {**shown, "reason": "revocationReason is required"}
    shown["revocationReason"] = reason
    try:
        award = own_award(call, str(item.get("entityId")))
    except Refused:
        return {**shown, "reason": "permission denied or object not found"}
    if award.revoked:
        return {**shown, "reason": "assertion is already revoked"}
    _revoke(call, award, str(reason))
    return {**shown, "revoked": True}


ROUTES = (
    Route(
        "/v2/badgeclasses/<entity_id>/assertions",
        Style.V2,
        {"GET": listed, "POST": awarded},
        read=SCOPES,
        write=SCOPES,
    ),
    Route("/v2/badgeclasses/<entity_id>/issue", Style.V2, {"POST": batch}, write=SCOPES),
    Route(
        "/v2/issuers/<entity_id>/assertions",
        Style.V2,
        {"GET": listed_under, "POST": awarded_under},
        read=SCOPES,
        write=SCOPES,
    ),
    Route("/v2/assertions/changed", Style.V2, {"GET": changed}, read=SCOPES),
    Route("/v2/assertions/revoke", Style.V2, {"POST": all_revoked}, write=SCOPES),
    Route(
        "/v2/assertions/<entity_id>",
        Style.V2,
        {"GET": detail, "PUT": rewritten, "DELETE": revoked},
        read=SCOPES,
        write=SCOPES,
    ),
)

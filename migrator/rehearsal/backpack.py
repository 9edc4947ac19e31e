"""The backpack in /v2: import, list, look at, accept and delete badges.

Source: reference/badgr-api.md 5.1 and 6; recordings 2-import and 4-backpack.
"""

from __future__ import annotations

from typing import Any

from migrator.rehearsal import shapes
from migrator.rehearsal.answers import Broken, Refused, Reply, Style, ok
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.imports import (
    ONE_INPUT,
    Fault,
    bring_in,
    checked_object,
    checked_url,
    image_bytes,
)
from migrator.rehearsal.issuers import shapes as award_shapes
from migrator.rehearsal.issuers.issuing import Award
from migrator.rehearsal.state import Held
from migrator.rehearsal.tokens import READ_BACKPACK, WRITE_BACKPACK
from migrator.verify.verdict import Submission


def shape(call: Call, held: Held, expand: list[str] | None = None) -> dict[str, Any]:
    """Return a badge as /v2 writes it for this call."""
    pending = call.state.is_pending(held)
    return shapes.v2(held, call.base, pending=pending, expand=expand or ())


def own(call: Call) -> Held:
    """Return the badge of the path; raises Refused unless the caller holds it."""
    award = own_award(call)
    if award is not None:
        return award_shapes.as_held(award, call.account.id, call.base)
    held = call.state.held.get(call.args["entity_id"])
    if held is None or held.account != call.account.id:
        raise Refused(404, "Not found.")
    return held


def own_award(call: Call) -> Award | None:
    """Return the award of the path that was made here and to the caller, None when it is none."""
    award = call.state.issuing.awards.get(call.args["entity_id"])
    return award if award is not None and award.identity in _identities(call) else None


def _identities(call: Call) -> tuple[str, ...]:
    addresses = call.account.addresses
    return (*addresses.verified, *addresses.variants)


def awards(call: Call) -> list[Held]:
    """Return what was awarded here to the caller, and not rejected."""
    with_revoked = flag(call, "include_revoked")
    return [
        award_shapes.as_held(one, call.account.id, call.base)
        for one in call.state.issuing.to(_identities(call))
        if one.acceptance != "Rejected" and (with_revoked or not one.revoked)
    ]


def every_award(call: Call) -> list[Held]:
    """Return all that was awarded here to the caller, revoked and rejected ones too."""
    found = call.state.issuing.to(_identities(call))
    return [award_shapes.as_held(one, call.account.id, call.base) for one in found]


def flag(call: Call, name: str) -> bool:
    """Whether a yes-or-no of the query says yes."""
    return call.request.args.get(name, "").lower() in ("1", "true")


def imported(call: Call) -> Reply:
    """Answer `POST /v2/backpack/import`."""
    if call.is_form:
        raise Broken
    return ok(shape(call, bring_in(call, _submission(call.body()))), status=201)


def _submission(body: dict[str, Any]) -> Submission:
    given = {name: body[name] for name in ("url", "image", "assertion") if _is_given(body, name)}
    try:
        if "url" in given:
            given["url"] = checked_url(given["url"])
        if "image" in given:
            given["image"] = image_bytes(given["image"])
        if "assertion" in given:
            given["assertion"] = checked_object(given["assertion"])
    except Fault as fault:
        raise Refused(400, fields={fault.name: [fault.sentence]}) from fault
    if len(given) != 1:
        raise Refused(400, validation=[ONE_INPUT])
    return Submission(**given)


def _is_given(body: dict[str, Any], name: str) -> bool:
    """Say whether an input counts; Badgr takes an http address in `image` for nothing at all."""
    value = body.get(name)
    if name == "image" and isinstance(value, str):
        return not value.startswith(("http://", "https://"))
    return bool(value)


def listed(call: Call) -> Reply:
    """Answer `GET /v2/backpack/assertions`: one list without pages, pending badges on request."""
    with_pending = flag(call, "include_pending")
    expand = call.request.args.getlist("expand")
    found = [
        held
        for held in (*call.state.of(call.account.id), *awards(call))
        if with_pending or not call.state.is_pending(held)
    ]
    return ok(*(shape(call, held, expand) for held in found))


def broken(_call: Call) -> Reply:
    """Fail, as the real server does for what it documents and never wrote."""
    raise Broken


def detail(call: Call) -> Reply:
    """Answer `GET /v2/backpack/assertions/<entityId>`."""
    return ok(shape(call, own(call), call.request.args.getlist("expand")))


def accepted(call: Call) -> Reply:
    """Answer `PUT /v2/backpack/assertions/<entityId>`: only `Accepted` can be set."""
    held = own(call)
    wanted = call.body().get("acceptance")
    if wanted != "Accepted":
        said = "This field is required."
        if wanted is not None:
            said = f'"{wanted}" is not a valid choice.'
        raise Refused(400, fields={"acceptance": [said]})
    award = own_award(call)
    if award is not None:
        award.acceptance = "Accepted"
        held = own(call)
    return ok(shape(call, held))


def deleted(call: Call) -> Reply:
    """Answer `DELETE /v2/backpack/assertions/<entityId>`: an imported badge is gone for good.

    One that was awarded here is only rejected (5-issuer-56).
    """
    award = own_award(call)
    if award is not None:
        award.acceptance = "Rejected"
    else:
        call.state.remove(own(call))
    return Reply(204)


ROUTES = (
    Route("/v2/backpack/import", Style.V2, {"POST": imported}, write=WRITE_BACKPACK),
    Route(
        "/v2/backpack/assertions",
        Style.V2,
        {"GET": listed, "POST": broken},
        read=READ_BACKPACK,
        write=WRITE_BACKPACK,
    ),
    Route(
        "/v2/backpack/assertions/<entity_id>",
        Style.V2,
        {"GET": detail, "PUT": accepted, "DELETE": deleted},
        read=READ_BACKPACK,
        write=WRITE_BACKPACK,
    ),
    Route(
        "/v2/backpack/assertions/<entity_id>/image",
        Style.V2,
        {"GET": broken},
        read=READ_BACKPACK,
    ),
)

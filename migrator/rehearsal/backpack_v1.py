"""The backpack in /v1 (`/v1/earner/badges`), which Badgr's own pages use.

Source: reference/badgr-api.md 5.2; recordings 4-backpack-52 to 65. It takes forms and uploads,
wants `assertion` as a string (JSON text or a JWS), and fails with 500 where /v2 answers 400.
"""

from __future__ import annotations

import json
from typing import Any

from migrator.rehearsal import shapes
from migrator.rehearsal.answers import Broken, Refused, Reply, Style
from migrator.rehearsal.backpack import awards, deleted, flag, own
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.imports import Fault, bring_in, checked_url, image_bytes
from migrator.rehearsal.state import Held
from migrator.rehearsal.tokens import READ_BACKPACK, WRITE_BACKPACK
from migrator.verify.verdict import Submission


def _shape(call: Call, held: Held) -> dict[str, Any]:
    plain = call.request.args.get("json_format") == "plain"
    pending = call.state.is_pending(held)
    return shapes.v1(held, call.base, pending=pending, plain=plain)


def listed(call: Call) -> Reply:
    """Answer `GET /v1/earner/badges`."""
    with_pending = flag(call, "include_pending")
    found = (*call.state.of(call.account.id), *awards(call))
    return Reply(
        data=[
            _shape(call, held) for held in found if with_pending or not call.state.is_pending(held)
        ]
    )


def imported(call: Call) -> Reply:
    """Answer `POST /v1/earner/badges`."""
    return Reply(201, _shape(call, bring_in(call, _submission(call.body()))))


def _submission(body: dict[str, Any]) -> Submission:
    given = [name for name in ("url", "image", "assertion") if body.get(name)]
    if len(given) != 1:
        raise Broken
    value = body[given[0]]
    try:
        if given[0] == "url":
            return Submission(url=checked_url(value))
        if given[0] == "image":
            return Submission(image=image_bytes(value))
    except Fault as fault:
        raise Refused(400, {fault.name: [fault.sentence]}) from fault
    if not isinstance(value, str):
        raise Broken
    return _text(value)


def _text(value: str) -> Submission:
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return Submission(jws=value)
    if not isinstance(document, dict):
        raise Broken
    return Submission(assertion=document)


def detail(call: Call) -> Reply:
    """Answer `GET /v1/earner/badges/<id>`."""
    return Reply(data=_shape(call, own(call)))


def image(call: Call) -> Reply:
    """Answer `GET /v1/earner/badges/<id>/image`: never found."""
    own(call)
    return Reply(404)


ROUTES = (
    Route(
        "/v1/earner/badges",
        Style.V1,
        {"GET": listed, "POST": imported},
        read=READ_BACKPACK,
        write=WRITE_BACKPACK,
    ),
    Route(
        "/v1/earner/badges/<entity_id>",
        Style.V1,
        {"GET": detail, "DELETE": deleted},
        read=READ_BACKPACK,
        write=WRITE_BACKPACK,
    ),
    Route("/v1/earner/badges/<entity_id>/image", Style.V1, {"GET": image}, read=READ_BACKPACK),
)

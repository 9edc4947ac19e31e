"""Issuers and badge classes in /v2: make them, list them, take them away.

Source: reference/badgr-api.md 9; recordings 5-issuer-01 to 12, 68 and 69. To lack a role looks like
a thing that is not there, as everywhere in /v2.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from migrator.rehearsal.answers import Refused, Reply, Style, ok
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.imports import Fault, checked_url, image_bytes
from migrator.rehearsal.issuers import shapes
from migrator.rehearsal.issuers.issuing import AWARDERS, EDITORS, OwnBadgeClass, OwnIssuer, stamp
from migrator.rehearsal.state import entity_id

SCOPES = ("rw:issuer",)
_REQUIRED = "This field is required."


def own_issuer(call: Call, issuer_id: str, roles: Collection[str] = AWARDERS) -> OwnIssuer:
    """Return an issuer the caller has one of these roles with; raises Refused for any other."""
    issuer = call.state.issuing.issuers.get(issuer_id)
    if issuer is None or issuer.staff.get(call.account.id) not in roles:
        raise Refused(404)
    return issuer


def own_badge_class(
    call: Call, badge_class_id: str, roles: Collection[str] = AWARDERS
) -> OwnBadgeClass:
    """Return a badge class of such an issuer; raises Refused for any other."""
    badge_class = call.state.issuing.badge_classes.get(badge_class_id)
    if badge_class is None:
        raise Refused(404)
    own_issuer(call, badge_class.issuer.id, roles)
    return badge_class


def issuers_of(call: Call) -> list[OwnIssuer]:
    """Return the issuers the caller has any role with, oldest first."""
    with call.state.lock:
        found = call.state.issuing.issuers.values()
        return [one for one in found if call.account.id in one.staff]


def required(body: dict[str, Any], *names: str) -> None:
    """Raise Refused unless every field is a text with something in it."""
    missing = [name for name in names if not _text(body, name)]
    if missing:
        raise Refused(400, fields={name: [_REQUIRED] for name in missing})


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) and value.strip() else ""


def _url(body: dict[str, Any], name: str) -> str | None:
    if not body.get(name):
        return None
    try:
        return checked_url(body[name])
    except Fault as fault:
        raise Refused(400, fields={name: [fault.sentence]}) from fault


def _image(body: dict[str, Any]) -> bytes | None:
    if not body.get("image"):
        return None
    try:
        return image_bytes(body["image"])
    except Fault as fault:
        raise Refused(400, fields={"image": [fault.sentence]}) from fault


def _shape(call: Call, issuer: OwnIssuer) -> dict[str, Any]:
    return shapes.issuer_v2(issuer, call.state.accounts, call.base)


# Issuers


def listed(call: Call) -> Reply:
    """Answer `GET /v2/issuers`."""
    return ok(*(_shape(call, one) for one in issuers_of(call)))


def created(call: Call) -> Reply:
    """Answer `POST /v2/issuers`: its e-mail must be a confirmed address of the caller."""
    body = call.body()
    required(body, "name", "url", "email")
    if body["email"] not in call.account.addresses.verified:
        said = (
            "Issuer email must be one of your verified addresses. Add this email to your profile"
            " and try again."
        )
        raise Refused(400, validation=[said])
    issuer = OwnIssuer(
        id=entity_id(),
        made_at=stamp(call.desk.clock()),
        made_by=call.account.id,
        name=body["name"],
        url=_url(body, "url") or "",
        email=body["email"],
        description=_text(body, "description"),
        image=_image(body),
    )
    call.state.issuing.add_issuer(issuer)
    return ok(_shape(call, issuer), status=201)


def detail(call: Call) -> Reply:
    """Answer `GET /v2/issuers/<entityId>`."""
    return ok(_shape(call, own_issuer(call, call.args["entity_id"])))


def deleted(call: Call) -> Reply:
    """Answer `DELETE /v2/issuers/<entityId>`: only one that has never awarded."""
    issuer = own_issuer(call, call.args["entity_id"], EDITORS)
    if call.state.issuing.of_issuers([issuer]):
        return _used("Issuer can not be deleted because it has previously issued badges.")
    call.state.issuing.remove(issuer)
    return Reply(204)


def _used(sentence: str) -> Reply:
    """Refuse with a sentence in a place of its own, as only these two do."""
    return Reply(
        400,
        {
            "status": {"success": False, "description": sentence},
            "result": [],
            "fieldErrors": {},
            "validationErrors": [],
        },
    )


# Badge classes


def classes(call: Call) -> Reply:
    """Answer `GET /v2/badgeclasses`: those of all issuers of the caller."""
    return _classes(call, issuers_of(call))


def classes_of_issuer(call: Call) -> Reply:
    """Answer `GET /v2/issuers/<entityId>/badgeclasses`."""
    return _classes(call, [own_issuer(call, call.args["entity_id"])])


def _classes(call: Call, issuers: list[OwnIssuer]) -> Reply:
    with call.state.lock:
        found = list(call.state.issuing.badge_classes.values())
    return ok(*(shapes.badge_class_v2(one, call.base) for one in found if one.issuer in issuers))


def class_created(call: Call) -> Reply:
    """Answer `POST /v2/badgeclasses`."""
    body = call.body()
    required(body, "issuer")
    return _class_created(call, body, str(body["issuer"]))


def class_created_under(call: Call) -> Reply:
    """Answer `POST /v2/issuers/<entityId>/badgeclasses`."""
    own_issuer(call, call.args["entity_id"], EDITORS)
    return _class_created(call, call.body(), call.args["entity_id"])


def _class_created(call: Call, body: dict[str, Any], issuer_id: str) -> Reply:
    issuer = own_issuer(call, issuer_id, EDITORS)
    required(body, "name", "description")
    image = _image(body)
    if image is None:
        raise Refused(400, fields={"image": "Valid image file or data URI required."})  # type: ignore[dict-item] # as recorded (5-issuer-09)
    badge_class = OwnBadgeClass(
        id=entity_id(),
        issuer=issuer,
        made_at=stamp(call.desk.clock()),
        made_by=call.account.id,
        name=body["name"],
        description=body["description"],
        image=image,
        criteria_url=_url(body, "criteriaUrl"),
        criteria_narrative=_text(body, "criteriaNarrative") or None,
        alignments=_list(body, "alignments"),
        tags=_list(body, "tags"),
        expires=body["expires"] if isinstance(body.get("expires"), dict) else {},
    )
    call.state.issuing.add_badge_class(badge_class)
    return ok(shapes.badge_class_v2(badge_class, call.base), status=201)


def _list(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name, [])
    if not isinstance(value, list):
        said = f'Expected a list of items but got type "{type(value).__name__}".'
        raise Refused(400, fields={name: [said]})
    return value


def class_detail(call: Call) -> Reply:
    """Answer `GET /v2/badgeclasses/<entityId>`."""
    badge_class = own_badge_class(call, call.args["entity_id"])
    return ok(shapes.badge_class_v2(badge_class, call.base))


def class_deleted(call: Call) -> Reply:
    """Answer `DELETE /v2/badgeclasses/<entityId>`: only when every award is revoked."""
    badge_class = own_badge_class(call, call.args["entity_id"], EDITORS)
    if any(not one.revoked for one in call.state.issuing.of_badge_class(badge_class)):
        return _used("BadgeClass may only be deleted if all BadgeInstances have been revoked.")
    call.state.issuing.remove(badge_class)
    return Reply(204)


ROUTES = (
    Route("/v2/issuers", Style.V2, {"GET": listed, "POST": created}, read=SCOPES, write=SCOPES),
    Route(
        "/v2/issuers/<entity_id>",
        Style.V2,
        {"GET": detail, "DELETE": deleted},
        read=SCOPES,
        write=SCOPES,
    ),
    Route(
        "/v2/issuers/<entity_id>/badgeclasses",
        Style.V2,
        {"GET": classes_of_issuer, "POST": class_created_under},
        read=SCOPES,
        write=SCOPES,
    ),
    Route(
        "/v2/badgeclasses",
        Style.V2,
        {"GET": classes, "POST": class_created},
        read=SCOPES,
        write=SCOPES,
    ),
    Route(
        "/v2/badgeclasses/<entity_id>",
        Style.V2,
        {"GET": class_detail, "DELETE": class_deleted},
        read=SCOPES,
        write=SCOPES,
    ),
)

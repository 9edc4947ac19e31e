"""Awards in /v1: one, a batch, the list of an issuer.

Source: reference/badgr-api.md 9; recordings 5-issuer-29 to 31 and 37.
"""

from __future__ import annotations

from typing import Any

from migrator.rehearsal.answers import Refused, Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.issuers import shapes
from migrator.rehearsal.issuers.award import of_issuer, of_recipients, refused_batch
from migrator.rehearsal.issuers.awarding import Twice, Unfit, award_all, award_one, read_v1
from migrator.rehearsal.issuers.issuer import SCOPES, own_badge_class
from migrator.rehearsal.issuers.issuing import Award

_ISSUER = "/v1/issuer/issuers/<entity_id>"
_BADGE_CLASS = f"{_ISSUER}/badges/<badge_class_id>"


def _shape(call: Call, award: Award) -> dict[str, Any]:
    made_by = call.state.accounts[award.made_by].primary
    return shapes.award_v1(award, made_by, call.base)


def listed(call: Call) -> Reply:
    """Answer `GET /v1/issuer/issuers/<entityId>/assertions`."""
    awards = [one for one in of_recipients(call, of_issuer(call)) if not one.revoked]
    return Reply(data=[_shape(call, one) for one in awards])


def awarded(call: Call) -> Reply:
    """Answer `POST .../badges/<entityId>/assertions`."""
    badge_class = own_badge_class(call, call.args["badge_class_id"])
    body = call.body()
    notified = bool(body.get("create_notification"))
    try:
        award = award_one(call, badge_class, read_v1(body), notified=notified)
    except Unfit as unfit:
        raise Refused(400, unfit.faults) from unfit
    except Twice as twice:
        raise Refused(400, [twice.sentence]) from twice
    return Reply(201, _shape(call, award))


def batch(call: Call) -> Reply:
    """Answer `POST .../badges/<entityId>/batchAssertions`: every award, or none."""
    badge_class = own_badge_class(call, call.args["badge_class_id"])
    awards, faults = award_all(call, badge_class, call.body(), read_v1)
    if faults:
        return refused_batch(faults)
    return Reply(201, [_shape(call, one) for one in awards])


ROUTES = (
    Route(f"{_ISSUER}/assertions", Style.V1, {"GET": listed}, read=SCOPES),
    Route(f"{_BADGE_CLASS}/assertions", Style.V1, {"POST": awarded}, write=SCOPES),
    Route(f"{_BADGE_CLASS}/batchAssertions", Style.V1, {"POST": batch}, write=SCOPES),
)

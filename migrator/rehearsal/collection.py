"""Collections in /v2 and /v1, with the traps of the real ones.

Source: reference/badgr-api.md 6 "Collections"; recordings 4-backpack-05 to 46.
"""

from __future__ import annotations

from typing import Any

from migrator.rehearsal import shapes
from migrator.rehearsal.answers import Broken, Refused, Reply, Style, ok
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.state import Collection, entity_id
from migrator.rehearsal.tokens import READ_BACKPACK, WRITE_BACKPACK


def own(call: Call) -> Collection:
    """Return the collection of the path; raises Refused unless it is the caller's."""
    collection = call.state.collections.get(call.args["entity_id"])
    if collection is None or collection.account != call.account.id:
        raise Refused(404, "Not found.")
    return collection


def _said(field: str, sentence: str) -> Refused:
    return Refused(400, {field: [sentence]}, fields={field: [sentence]})


def _check(body: dict[str, Any]) -> None:
    for field in ("name", "description"):
        value = body.get(field, "x")
        if value is None:
            raise _said(field, "This field may not be null.")
        if not isinstance(value, str):
            raise _said(field, "Not a valid string.")
        if not value.strip():
            raise _said(field, "This field may not be blank.")
        if "![" in value:
            raise _said(field, "Images not supported in markdown")
    if "name" not in body:
        raise _said("name", "This field is required.")
    if not isinstance(body.get("published", False), bool):
        raise _said("published", f'"{body["published"]}" is not a valid boolean.')


def _change(collection: Collection, body: dict[str, Any]) -> None:
    """Write what a checked body says; keys that are left out keep their value."""
    collection.name = body["name"]
    collection.description = body.get("description", collection.description)
    collection.publish(body.get("published", bool(collection.share_hash)))


def _create(call: Call, body: dict[str, Any], assertions: list[str]) -> Collection:
    collection = Collection(entity_id(), call.account.id, body["name"], assertions=assertions)
    _change(collection, body)
    call.state.add_collection(collection)
    return collection


def _known(call: Call, ids: Any, field: str) -> list[str]:
    """Return ids of badges; raises Refused for one that does not exist. Whose it is nobody asks."""
    if not isinstance(ids, list):
        raise _said(field, f'Expected a list of items but got type "{type(ids).__name__}".')
    for each in ids:
        if not isinstance(each, str) or each not in call.state.held:
            raise _said(field, f'Invalid entity_id "{each}" - object does not exist.')
    return list(dict.fromkeys(ids))


# v2


def listed(call: Call) -> Reply:
    """Answer `GET /v2/backpack/collections`."""
    found = call.state.collections_of(call.account.id)
    return ok(*(shapes.collection_v2(each, call.base) for each in found))


def created(call: Call) -> Reply:
    """Answer `POST /v2/backpack/collections`: badges must be put in afterwards."""
    body = call.body()
    if "assertions" in body:
        raise Broken
    _check(body)
    return ok(shapes.collection_v2(_create(call, body, []), call.base), status=201)


def detail(call: Call) -> Reply:
    """Answer `GET /v2/backpack/collections/<entityId>`."""
    return ok(shapes.collection_v2(own(call), call.base))


def changed(call: Call) -> Reply:
    """Answer `PUT /v2/backpack/collections/<entityId>`."""
    collection, body = own(call), call.body()
    _check(body)
    with call.state.lock:
        if "assertions" in body:
            collection.assertions = _known(call, body["assertions"], "assertions")
        _change(collection, body)
        return ok(shapes.collection_v2(collection, call.base))


def deleted(call: Call) -> Reply:
    """Answer DELETE of a collection in both generations."""
    call.state.remove_collection(own(call))
    return Reply(204)


# v1


def _ids(call: Call, badges: Any) -> list[str]:
    if not isinstance(badges, list):
        raise Broken
    ids = [each.get("id") if isinstance(each, dict) else each for each in badges]
    return _known(call, ids, "badges")


def _entries(ids: list[str]) -> list[dict[str, str]]:
    return [{"id": each, "description": ""} for each in ids]


def listed_v1(call: Call) -> Reply:
    """Answer `GET /v1/earner/collections`."""
    found = call.state.collections_of(call.account.id)
    return Reply(data=[shapes.collection_v1(each, call.base) for each in found])


def created_v1(call: Call) -> Reply:
    """Answer `POST /v1/earner/collections`: badges may come in the same step."""
    body = call.body()
    _check(body)
    collection = _create(call, body, _ids(call, body.get("badges", [])))
    return Reply(201, shapes.collection_v1(collection, call.base))


def detail_v1(call: Call) -> Reply:
    """Answer `GET /v1/earner/collections/<slug>`."""
    return Reply(data=shapes.collection_v1(own(call), call.base))


def changed_v1(call: Call) -> Reply:
    """Answer `PUT /v1/earner/collections/<slug>`."""
    collection, body = own(call), call.body()
    _check(body)
    with call.state.lock:
        if "badges" in body:
            collection.assertions = _ids(call, body["badges"])
        _change(collection, body)
        return Reply(data=shapes.collection_v1(collection, call.base))


def badges(call: Call) -> Reply:
    """Answer `GET /v1/earner/collections/<slug>/badges`."""
    return Reply(data=_entries(own(call).assertions))


def add_badges(call: Call) -> Reply:
    """Answer `POST /v1/earner/collections/<slug>/badges`: a list; one object alone fails."""
    collection = own(call)
    ids = _ids(call, call.json())
    with call.state.lock:
        collection.assertions = list(dict.fromkeys([*collection.assertions, *ids]))
    return Reply(201, _entries(ids))


def remove_badge(call: Call) -> Reply:
    """Answer `DELETE /v1/earner/collections/<slug>/badges/<id>`."""
    collection = own(call)
    with call.state.lock:
        if call.args["badge_id"] not in collection.assertions:
            raise Refused(404, "Not found.")
        collection.assertions.remove(call.args["badge_id"])
    return Reply(204)


def share(call: Call) -> Reply:
    """Answer `GET /v1/earner/collections/<slug>/share`: publishes and tells the address."""
    collection = own(call)
    with call.state.lock:
        collection.publish(True)
    return Reply(data=shapes.collection_v1(collection, call.base)["share_url"])


def unshare(call: Call) -> Reply:
    """Answer `DELETE /v1/earner/collections/<slug>/share`."""
    with call.state.lock:
        own(call).publish(False)
    return Reply(204)


def _route(rule: str, style: Style, **handlers: Any) -> Route:
    return Route(rule, style, handlers, read=READ_BACKPACK, write=WRITE_BACKPACK)


_V1 = "/v1/earner/collections"

ROUTES = (
    _route("/v2/backpack/collections", Style.V2, GET=listed, POST=created),
    _route(
        "/v2/backpack/collections/<entity_id>", Style.V2, GET=detail, PUT=changed, DELETE=deleted
    ),
    _route(_V1, Style.V1, GET=listed_v1, POST=created_v1),
    _route(f"{_V1}/<entity_id>", Style.V1, GET=detail_v1, PUT=changed_v1, DELETE=deleted),
    _route(f"{_V1}/<entity_id>/badges", Style.V1, GET=badges, POST=add_badges),
    _route(f"{_V1}/<entity_id>/badges/<badge_id>", Style.V1, DELETE=remove_badge),
    _route(f"{_V1}/<entity_id>/share", Style.V1, GET=share, DELETE=unshare),
)

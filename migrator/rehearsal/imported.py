"""What Open Educational Badges has beside a Badgr server: Open Badges 3.0, kept apart.

Source: reference/badgr-api.md 11, badge-formats.md 2.3, and the public source of the server; no
running one was recorded. What is answered beside `id`, `original_json` and `json` is left out.
"""

from __future__ import annotations

from typing import Any

from migrator.openbadges import documents
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.values import label, mapping, text
from migrator.rehearsal.answers import Refused, Reply, Style
from migrator.rehearsal.call import Call, Route
from migrator.rehearsal.state import entity_id
from migrator.rehearsal.tokens import READ_BACKPACK, WRITE_BACKPACK
from migrator.verify.carried import assess
from migrator.verify.profile import OPEN_EDUCATIONAL_BADGES
from migrator.verify.verdict import Submission

_DUPLICATE = {
    "name": "DUPLICATE_BADGE",
    "description": "You already have this badge in your backpack",
}


def listed(call: Call) -> Reply:
    """Answer `GET /v1/earner/imported-badges`: a bare list."""
    with call.state.lock:
        kept = call.state.imported.get(call.account.id, {})
        return Reply(data=[_shape(key, document) for key, document in kept.items()])


def brought_in(call: Call) -> Reply:
    """Answer `POST /v1/earner/imported-badges` with `assertion`: the JSON as text."""
    given = call.body().get("assertion")
    if not isinstance(given, str):
        raise Refused(400, {"assertion": ["Not a valid string."]})
    document = _document(given)
    submission = Submission(document=given.encode())
    verdict = assess(submission, OPEN_EDUCATIONAL_BADGES, call.account.addresses)
    if verdict.messages:
        raise Refused(400, [_error(one.name, one.text) for one in verdict.messages])
    with call.state.lock:
        kept = call.state.imported.setdefault(call.account.id, {})
        if any(_key(one) == _key(document) for one in kept.values()):
            raise Refused(400, [_DUPLICATE])
        key = entity_id()
        kept[key] = document
        call.state.imports[call.account.id, text(document.get("id")) or key] += 1
    return Reply(201, _shape(key, document))


def _document(given: str) -> JsonObject:
    try:
        return documents.parse_object(given.encode())
    except Unreadable as error:
        raise Refused(400, [_error("INVALID_BADGE", str(error))]) from error


def _key(document: JsonObject) -> tuple[str | None, str | None]:
    subject = mapping(document.get("credentialSubject")) or {}
    achievement = mapping(subject.get("achievement")) or {}
    return text(document.get("id")), label(achievement.get("name"))


def _shape(key: str, document: JsonObject) -> dict[str, Any]:
    return {
        "id": key,
        "acceptance": "Accepted",
        "original_json": document,
        # Of Open Badges 3.0 the server looks for the id where it is not.
        "json": {"id": None, "type": "Assertion"},
    }


def _error(name: str, words: str) -> dict[str, str]:
    return {"name": name, "description": words}


ROUTES = (
    Route(
        "/v1/earner/imported-badges",
        Style.V1,
        {"GET": listed, "POST": brought_in},
        read=READ_BACKPACK,
        write=WRITE_BACKPACK,
    ),
)

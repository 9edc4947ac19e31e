"""Open Badges 3.0 at Open Educational Badges: kept apart from the backpack, taken as handed over.

Source: reference/badgr-api.md 11, badge-formats.md 2.3, and the public source of the server; no
running one was recorded. Such a badge cannot be put into a collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.tokens import not_badgr
from migrator.destinations.badgr.verdicts import body_of
from migrator.destinations.base import Held, Outcome
from migrator.destinations.named import name_in
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import JsonObject
from migrator.openbadges.values import mapping

PATH = "/v1/earner/imported-badges"
_PREFIX = "imported-badges/"


def held(calls: Calls) -> Iterator[Held]:
    """Yield the badges of this kind an account holds; raises as `answered` does."""
    body = body_of(calls.answered("GET", PATH))
    if not isinstance(body, list):
        raise not_badgr(calls.url)
    for one in body:
        found = one if isinstance(one, dict) else {}
        remote_id, declared = name_in(found.get("id")), _declared(found)
        if remote_id and declared:
            yield Held(f"{_PREFIX}{remote_id}", canonical_url(declared))


def named(outcome: Outcome) -> Outcome:
    """Return an outcome whose remote id tells where the badge is."""
    if outcome.remote_id is None:
        return outcome
    return replace(outcome, remote_id=f"{_PREFIX}{outcome.remote_id}")


def is_imported(remote_id: str) -> bool:
    """Whether a remote id is of a badge that is kept apart."""
    return remote_id.startswith(_PREFIX)


def _declared(found: JsonObject) -> str | None:
    """Return the badge's own id: of 3.0 the original is the credential, of 2.0 it is inside."""
    original = mapping(found.get("original_json")) or {}
    inside = mapping(original.get("assertion")) or mapping(found.get("json")) or {}
    return name_in(original.get("id")) or name_in(inside.get("id"))

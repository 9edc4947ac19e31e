"""The roll of every badge, learner by learner, in batches: memory stays flat."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from migrator.archive.archive import Archive
from migrator.archive.originals import readable_rows


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a badge at one destination, whose id is given."""

    destination_id: int
    state: str
    reason: str | None
    detail: str | None
    changed_at: str
    route: str | None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One badge in the roll; `learner_id` and `address` are None where nobody is known."""

    assertion_id: int
    badge: str
    issuer: str | None
    issued_on: str | None
    hosted_url: str | None
    learner_id: int | None
    name: str | None
    address: str | None
    places: tuple[Placed, ...]


_LONGEST = 300
_ROWS = f"""
select chosen.id, substr(coalesce(badge_class.name, assertion.hosted_url, assertion.identity), 1,
    {_LONGEST}) as badge, substr(issuer.name, 1, {_LONGEST}) as issuer, assertion.issued_on,
  assertion.hosted_url, assertion.learner_id, learner.name,
  (select identity.value from identity where identity.learner_id = assertion.learner_id
   order by identity.id limit 1) as address,
  transfer.destination_id, transfer.state, transfer.reason, transfer.detail, transfer.changed_at,
  transfer.route
from (select id from assertion where {{where}} limit 500) as chosen
join assertion on assertion.id = chosen.id
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
left join learner on learner.id = assertion.learner_id
left join transfer on transfer.assertion_id = assertion.id
order by assertion.learner_id, chosen.id, transfer.destination_id
"""  # noqa: S608 - numbers and conditions of ours
_KNOWN = _ROWS.format(where="(learner_id, id) > (?, ?) order by learner_id, id")
_UNKNOWN = _ROWS.format(where="learner_id is null and id > ? order by id")
_CHOSEN = _ROWS.format(where="id in (select value from json_each(?))")


def roll(archive: Archive) -> Iterator[Enrolled]:
    """Yield every badge, by learner; those that nobody is known to hold come last."""
    learner, last = 0, 0
    while batch := _enrolled(archive, _KNOWN, learner, last):
        yield from batch
        learner, last = batch[-1].learner_id or 0, batch[-1].assertion_id
    last = 0
    while batch := _enrolled(archive, _UNKNOWN, last):
        yield from batch
        last = batch[-1].assertion_id


def enrolled(archive: Archive, ids: Sequence[int]) -> list[Enrolled]:
    """Return the badges with these ids, at most 500, in their order."""
    found = {one.assertion_id: one for one in _enrolled(archive, _CHOSEN, json.dumps(list(ids)))}
    return [found[one] for one in ids if one in found]


def _enrolled(archive: Archive, query: str, *after: int | str) -> list[Enrolled]:
    found: list[Enrolled] = []
    places: list[Placed] = []
    rows = readable_rows(archive, query, *after)
    for row, following in zip_longest(rows, rows[1:]):
        if row["destination_id"] is not None:
            places.append(Placed(*tuple(row)[8:]))
        if following is None or following["id"] != row["id"]:
            found.append(_one(row, tuple(places)))
            places = []
    return found


def _one(row: sqlite3.Row, places: tuple[Placed, ...]) -> Enrolled:
    return Enrolled(
        assertion_id=row["id"],
        badge=row["badge"],
        issuer=row["issuer"],
        issued_on=row["issued_on"],
        hosted_url=row["hosted_url"],
        learner_id=row["learner_id"],
        name=row["name"],
        address=row["address"],
        places=places,
    )

"""Badges counted in groups: by issuer, badge class, cohort or day, each with its states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from migrator.archive.archive import Archive
from migrator.archive.totals import StateTotal

By = Literal["issuer", "class", "cohort", "day"]
GROUPINGS: tuple[By, ...] = get_args(By)
NOT_PLANNED = "not_planned"
"""The state of badges that no plan has seen."""


@dataclass(frozen=True, slots=True)
class Group:
    """Badges that have something in common; `name` is "" where a badge does not say it."""

    name: str
    badges: int
    states: tuple[StateTotal, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """What came of the requests of one hour: `at` is "2026-11-23T09", `outcomes` by outcome."""

    at: str
    outcomes: dict[str, int]


_COUNTED = """
with counted as (
  select {key} as key, coalesce(transfer.state, 'not_planned') as state, transfer.reason,
    count(*) as badges
  from assertion
  left join transfer on transfer.assertion_id = assertion.id and transfer.destination_id = ?
  group by 1, 2, 3)
"""
# The first source a badge was found in: a cohort is archived as a file or folder of its own.
_SOURCE = """(select sighting.source_id from sighting where sighting.assertion_id = assertion.id
  order by sighting.id limit 1)"""
_KEYS: dict[By, str] = {
    "issuer": "assertion.badge_class_id",
    "class": "assertion.badge_class_id",
    "cohort": _SOURCE,
    "day": "substr(transfer.changed_at, 1, 10)",
}
_OF_CLASS = """
select coalesce({name}, ''), state, reason, sum(badges) from counted
left join badge_class on badge_class.id = key
left join issuer on issuer.id = badge_class.issuer_id group by 1, 2, 3
"""
_OF_SOURCE = """
select coalesce(source.label, ''), counted.state, reason, sum(badges) from counted
left join source on source.id = key group by 1, 2, 3
"""
_NAMED: dict[By, str] = {
    "issuer": _OF_CLASS.format(name="issuer.name"),
    "class": _OF_CLASS.format(name="badge_class.name"),
    "cohort": _OF_SOURCE,
    "day": "select coalesce(key, ''), state, reason, badges from counted",
}


def groups(archive: Archive, destination_id: int | None, by: By) -> list[Group]:
    """Return every badge of the archive in groups, the largest first, days in their order.

    The states are those at one destination; without any, every badge is `NOT_PLANNED`.
    """
    rows = archive.all(_COUNTED.format(key=_KEYS[by]) + _NAMED[by], destination_id)
    found: dict[str, list[StateTotal]] = {}
    for name, state, reason, badges in rows:
        found.setdefault(str(name), []).append(StateTotal(state, reason, badges))
    made = [
        Group(name, sum(one.badges for one in states), tuple(states))
        for name, states in found.items()
    ]
    if by == "day":
        return sorted(made, key=lambda one: one.name or "9999")
    return sorted(made, key=lambda one: (-one.badges, one.name))


def hours(archive: Archive, destination_id: int) -> list[Hour]:
    """Return what came of every request to a destination, hour by hour, oldest first."""
    rows = archive.all(
        "select substr(attempt.at, 1, 13), attempt.outcome, count(*) from attempt"
        " join transfer on transfer.id = attempt.transfer_id"
        " where transfer.destination_id = ? group by 1, 2 order by 1, 2",
        destination_id,
    )
    found: dict[str, dict[str, int]] = {}
    for at, outcome, count in rows:
        found.setdefault(at, {})[outcome] = count
    return [Hour(at, outcomes) for at, outcomes in found.items()]

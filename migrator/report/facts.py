"""What a report is made of: totals, groups, the timeline of the push, and what needs a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.board import Group, Hour, groups, hours
from migrator.archive.totals import DestinationTotal, Totals, totals
from migrator.reasons import REASONS, Who

DONE = ("done", "already_there")


@dataclass(frozen=True, slots=True)
class Need:
    """So many badges that wait for one kind of person, for one reason."""

    who: Who
    reason: str
    badges: int


@dataclass(frozen=True, slots=True)
class Destined:
    """One destination: its totals, the same by issuer, its requests by hour, what needs whom."""

    id: int
    total: DestinationTotal
    issuers: tuple[Group, ...]
    hours: tuple[Hour, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a report says but the roll of badges; `made_at` is an ISO 8601 moment."""

    made_at: str
    totals: Totals
    destinations: tuple[Destined, ...]


def facts(archive: Archive) -> Facts:
    """Count what a report says."""
    found = totals(archive)
    ids = [row[0] for row in archive.all("select id from destination order by id")]
    destined = [
        Destined(
            number,
            total,
            tuple(groups(archive, number, "issuer")),
            tuple(hours(archive, number)),
            needs(total),
        )
        for number, total in zip(ids, found.destinations, strict=True)
    ]
    return Facts(archive.now(), found, tuple(destined))


def needs(total: DestinationTotal) -> tuple[Need, ...]:
    """Return what waits for a person, the most badges first; what goes on by itself is not here."""
    counted: Counter[str] = Counter()
    for one in total.states:
        if one.state not in DONE and one.reason in REASONS:
            counted[one.reason] += one.badges
    return tuple(
        Need(REASONS[code].who, code, count)
        for code, count in counted.most_common()
        if REASONS[code].who is not Who.NOBODY
    )

"""Totals over the whole archive, for people who look rather than read."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """One source and what its last reading came to."""

    adapter: str
    label: str
    place: str
    state: str
    last_read_at: str
    found: int
    archived: int
    known: int
    problems: int


@dataclass(frozen=True, slots=True)
class StateTotal:
    """How many badges are in one state for one reason (None: no reason needed)."""

    state: str
    reason: str | None
    badges: int


@dataclass(frozen=True, slots=True)
class DestinationTotal:
    """One destination: its accounts and the states of every badge.

    `badges = sum of states + not_planned`, or the books do not balance.
    """

    name: str
    accounts: int
    states: tuple[StateTotal, ...]
    not_planned: int
    badges: int

    @property
    def missing(self) -> int:
        """How many badges are in no state at all; anything but 0 is a defect."""
        return self.badges - self.not_planned - sum(one.badges for one in self.states)


@dataclass(frozen=True, slots=True)
class Totals:
    """The archive at a glance."""

    badges: int
    learners: int
    collections: int
    issuers: int
    problems: int
    warnings: int
    sources: tuple[SourceTotal, ...]
    destinations: tuple[DestinationTotal, ...]


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """Something a source could not give, with its place."""

    source: str
    locator: str
    code: str
    severity: str
    sentence: str


def totals(archive: Archive) -> Totals:
    """Count everything once."""
    badges = _count(archive, "select count(*) from assertion")
    return Totals(
        badges=badges,
        learners=_count(archive, "select count(*) from learner"),
        collections=_count(archive, "select count(*) from collection"),
        issuers=_count(archive, "select count(*) from issuer"),
        problems=_count(archive, "select count(*) from problem where severity = 'problem'"),
        warnings=_count(archive, "select count(*) from problem where severity = 'warning'"),
        sources=source_totals(archive),
        destinations=_destinations(archive, badges),
    )


def problems(archive: Archive, limit: int | None = None) -> list[ProblemRow]:
    """Return what could not be read, problems before warnings."""
    rows = archive.all(
        "select source.label, problem.locator, problem.code, problem.severity, problem.sentence"
        " from problem join source on source.id = problem.source_id"
        " order by problem.severity, problem.id limit ?",
        -1 if limit is None else limit,
    )
    return [ProblemRow(*row) for row in rows]


def problems_after(archive: Archive, after: int, limit: int) -> list[tuple[int, ProblemRow]]:
    """Return what could not be read, in the order met, after a number: each with its number."""
    rows = archive.all(
        "select problem.id, source.label, problem.locator, problem.code, problem.severity,"
        " problem.sentence from problem join source on source.id = problem.source_id"
        " where problem.id > ? order by problem.id limit ?",
        *(after, limit),
    )
    return [(row[0], ProblemRow(*tuple(row)[1:])) for row in rows]


def source_totals(archive: Archive) -> tuple[SourceTotal, ...]:
    """Return every source and what its last reading came to, the first read first."""
    rows = archive.all(
        "select adapter, label, place, state, last_read_at, found, archived, known, problems"
        " from source order by id"
    )
    return tuple(SourceTotal(*row) for row in rows)


_NOT_PLANNED = """
select count(*) from assertion where not exists (select 1 from transfer
  where transfer.assertion_id = assertion.id and transfer.destination_id = ?)
"""


def _destinations(archive: Archive, badges: int) -> tuple[DestinationTotal, ...]:
    found = []
    for row in archive.all("select id, kind || ':' || url as name from destination order by id"):
        states = archive.all(
            "select state, reason, count(*) from transfer where destination_id = ?"
            " group by state, reason order by count(*) desc",
            row["id"],
        )
        accounts = _count(
            archive, "select count(*) from account where destination_id = ?", row["id"]
        )
        # A badge has one transfer at a destination: where there are as many, each has its own, and
        # a million need not be gone through one by one.
        not_planned = 0
        if sum(state[2] for state in states) != badges:
            not_planned = _count(archive, _NOT_PLANNED, row["id"])
        found.append(
            DestinationTotal(
                row["name"],
                accounts,
                tuple(StateTotal(*state) for state in states),
                not_planned,
                badges,
            )
        )
    return tuple(found)


def _count(archive: Archive, sql: str, *values: int) -> int:
    row = archive.one(sql, *values)
    return int(row[0]) if row is not None else 0

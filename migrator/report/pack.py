"""The report as tables for a spreadsheet: what each is called, its columns and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.board import GROUPINGS, By, groups
from migrator.archive.roll import Enrolled, roll
from migrator.archive.totals import problems
from migrator.reasons import REASONS
from migrator.report.boards import WORDS, by_state
from migrator.report.facts import Destined, Facts
from migrator.report.words import shown
from migrator.transfer.routes import next_step, who_acts

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; its rows are made while they are written."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


def sheets(archive: Archive, facts: Facts) -> Iterator[Sheet]:
    """Yield every table of the pack."""
    yield Sheet("states", ("destination", "state", "badges"), _states(facts))
    columns = ("destination", "reason", "state", "badges", "who_can_act", "why", "what_next")
    yield Sheet("reasons", columns, _reasons(facts))
    for by in GROUPINGS:
        rows = _grouped(archive, facts, by)
        yield Sheet(f"by-{by}", ("destination", by, "state", "badges"), rows)
    yield Sheet("requests", ("destination", "hour_utc", "outcome", "requests"), _requests(facts))
    yield Sheet("problems", _PROBLEM, _problems(archive))
    names = {one.id: one.total.name for one in facts.destinations}
    yield Sheet("badges", _BADGE, badge_rows(roll(archive), names))


_PROBLEM = ("source", "locator", "code", "severity", "what_it_is")
_BADGE = (
    *("badge", "issuer", "issued_on", "hosted_url", "learner", "address", "destination", "state"),
    *("reason", "changed_at", "who_can_act", "what_next", "number"),
)


def badge_rows(badges: Iterable[Enrolled], names: dict[int, str]) -> Iterator[Row]:
    """Yield a row for each badge and destination, one without any for a badge not planned."""
    for one in badges:
        known = (one.badge, one.issuer, one.issued_on, one.hosted_url, one.name, one.address)
        for place in one.places:
            told = place.reason in REASONS
            yield (
                *known,
                *(names[place.destination_id], WORDS[shown(place.state, place.reason)]),
                *(place.reason, place.changed_at),
                who_acts(place.reason, place.route).value if told else None,
                next_step(place.reason, place.route) if told else None,
                one.assertion_id,
            )
        if not one.places:
            blank = (None,) * 4
            yield (*known, None, WORDS["not_planned"], *blank, one.assertion_id)


def _grouped(archive: Archive, facts: Facts, by: By) -> Iterator[Row]:
    for one in facts.destinations:
        for group in groups(archive, one.id, by):
            for state, count in by_state(group.states).items():
                yield one.total.name, group.name, WORDS[state], count


def _problems(archive: Archive) -> Iterator[Row]:
    for one in problems(archive):
        yield one.source, one.locator, one.code, one.severity, one.sentence


def _states(facts: Facts) -> Iterator[Row]:
    for one in facts.destinations:
        for state, count in by_state(one.total.states).items():
            yield one.total.name, WORDS[state], count
        if one.total.not_planned:
            yield one.total.name, WORDS["not_planned"], one.total.not_planned


def _reasons(facts: Facts) -> Iterator[Row]:
    for one in facts.destinations:
        for state in one.total.states:
            if state.reason in REASONS:
                reason = REASONS[state.reason]
                yield (
                    *(one.total.name, reason.code, WORDS[shown(state.state, state.reason)]),
                    *(state.badges, reason.who.value, reason.sentence, reason.next_step),
                )


def _requests(facts: Facts) -> Iterator[Row]:
    for one in facts.destinations:
        yield from _hours(one)


def _hours(one: Destined) -> Iterator[Row]:
    for hour in one.hours:
        for outcome, count in hour.outcomes.items():
            yield one.total.name, hour.at, outcome, count

"""The boards: what became of the badges at each destination, why, and who must act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.accounts import destinations
from migrator.archive.archive import Archive
from migrator.archive.board import GROUPINGS, NOT_PLANNED, Group, groups
from migrator.archive.pace import pace
from migrator.archive.totals import DestinationTotal, Totals, totals
from migrator.reasons import REASONS, Who
from migrator.report.boards import WORDS, by_state
from migrator.report.charts import Bar, Part, bars
from migrator.report.groups import pace_lines
from migrator.report.style import KINDS
from migrator.report.words import number, said, shown, transfer_balance
from migrator.transfer.routes import next_step

WHO = {
    Who.LEARNER.value: "the learner",
    Who.ADMIN.value: "the administrator",
    Who.ISSUER.value: "the issuer",
    Who.NOBODY.value: "nobody",
}
BY = {"issuer": "issuer", "class": "badge class", "cohort": "cohort", "day": "day"}


@dataclass(frozen=True, slots=True)
class Shown:
    """So many badges of a destination in one state, and their share of all as text."""

    state: str
    words: str
    kind: str
    badges: int
    share: str


@dataclass(frozen=True, slots=True)
class Why:
    """So many badges in one state for one reason: the sentence, what next, who must act."""

    url: str
    state: str
    words: str
    reason: str | None
    badges: int
    sentence: str
    next_step: str
    who: str


@dataclass(frozen=True, slots=True)
class Board:
    """One destination: its balance as a sentence, states, reasons, and a chart of ours (SVG)."""

    id: int
    name: str
    accounts: int
    balance: str
    states: tuple[Shown, ...]
    reasons: tuple[Why, ...]
    chart: str


@dataclass(frozen=True, slots=True)
class Counting:
    """Everything the start page counts, and when."""

    at: str
    totals: Totals
    boards: tuple[Board, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of badges at a destination; `states` in words with their numbers."""

    name: str
    badges: int
    arrived: int
    states: tuple[tuple[str, int], ...]


def counted(archive: Archive) -> Counting:
    """Count everything the start page shows."""
    found = totals(archive)
    boards = [
        board(saved.id, total)
        for saved, total in zip(destinations(archive), found.destinations, strict=True)
    ]
    return Counting(archive.now(), found, tuple(boards))


def board(destination_id: int, total: DestinationTotal) -> Board:
    """Return one destination's board."""
    by = by_state(total.states)
    if total.not_planned:
        by[NOT_PLANNED] = total.not_planned
    states = tuple(
        Shown(state, WORDS[state].capitalize(), KINDS[state], count, _share(count, total.badges))
        for state, count in by.items()
    )
    chart = bars(
        "Badges by state", [Bar(one.words, (Part(one.kind, one.badges),)) for one in states]
    )
    return Board(
        id=destination_id,
        name=total.name,
        accounts=total.accounts,
        balance=transfer_balance(total),
        states=states,
        reasons=tuple(_reasons(destination_id, total)),
        chart=chart,
    )


def _reasons(destination_id: int, total: DestinationTotal) -> Iterator[Why]:
    for one in total.states:
        known = REASONS.get(one.reason or "")
        reason = f"/{one.reason}" if one.reason else ""
        yield Why(
            url=f"/board/{destination_id}/{one.state}{reason}",
            state=shown(one.state, one.reason),
            words=said(one.state, one.reason).capitalize(),
            reason=one.reason,
            badges=one.badges,
            sentence=known.sentence if known else "",
            next_step=next_step(one.reason, None) if known else "",
            who=WHO[known.who.value] if known else "",
        )


def running(archive: Archive, found: Totals) -> list[str]:
    """Return what is said of every push that runs right now."""
    lines: list[str] = []
    for saved, total in zip(destinations(archive), found.destinations, strict=False):
        now = pace(archive, saved.id, total.states)
        if now is not None:
            lines += [saved.name, *pace_lines(now)]
    return lines


def grouped(archive: Archive, by: str) -> list[tuple[str, list[GroupRow]]]:
    """Return the groups at every destination; raises KeyError for a grouping we do not have."""
    chosen = {one: one for one in GROUPINGS}[by]  # type: ignore[index] # KeyError is what is meant
    places: list[tuple[int | None, str]] = [(one.id, one.name) for one in destinations(archive)]
    return [
        (name, [_row(one) for one in groups(archive, number, chosen)])
        for number, name in places or [(None, "In the archive")]
    ]


def _row(group: Group) -> GroupRow:
    by = by_state(group.states)
    arrived = sum(count for state, count in by.items() if KINDS[state] == "good")
    return GroupRow(
        group.name,
        group.badges,
        arrived,
        tuple((f"{number(count)} {WORDS[state]}", count) for state, count in by.items()),
    )


def _share(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f} %" if whole else ""

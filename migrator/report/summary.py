"""The archive at a glance: sources, states with bars, reasons, and the balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from migrator.archive.totals import DestinationTotal, SourceTotal, Totals
from migrator.reasons import REASONS
from migrator.report.words import SHOWN_WORDS, badges, number, plain, shown, transfer_balance

_BAR = 30
_SOURCES = 10
"""More sources than these are not told one by one: a cohort may bring a ZIP for each person."""


def summary_lines(totals: Totals) -> Iterator[str]:
    """Yield the totals, a line at a time; the last lines are the balances."""
    yield (
        f"{badges(totals.badges)} of {_count(totals.learners, 'learner')}"
        f" from {_count(totals.issuers, 'issuer')}, {_count(totals.collections, 'collection')}."
    )
    yield from _few(totals.sources)
    if totals.problems:
        yield f"  {_count(totals.problems, 'problem')}: badge-migrator status --problems"
    for destination in totals.destinations:
        yield ""
        yield from destination_lines(destination)


def source_lines(sources: Iterable[SourceTotal]) -> Iterator[str]:
    """Yield a line for each source: what its last reading came to."""
    for one in sources:
        counts = _books(one.found, one.archived, one.known, one.problems)
        yield f"  {plain(one.label)} ({plain(one.adapter)}): {counts}{_unfinished(one.state)}"


def _few(sources: Sequence[SourceTotal]) -> Iterator[str]:
    """Yield all sources where they are few, else what they come to and which are unfinished."""
    if len(sources) <= _SOURCES:
        yield from source_lines(sources)
        return
    unfinished = [one for one in sources if one.state != "complete"]
    yield from source_lines(unfinished[:_SOURCES])
    if len(unfinished) > _SOURCES:
        yield f"  and {number(len(unfinished) - _SOURCES)} more not read to the end"
    counts = _books(
        sum(one.found for one in sources),
        sum(one.archived for one in sources),
        sum(one.known for one in sources),
        sum(one.problems for one in sources),
    )
    yield f"  {number(len(sources))} sources: {counts} (each: badge-migrator status --sources)"


def _books(found: int, archived: int, known: int, problems: int) -> str:
    return (
        f"{number(found)} found = {number(archived)} archived + {number(known)} known"
        f" + {number(problems)} with problems"
    )


def destination_lines(total: DestinationTotal) -> Iterator[str]:
    """Yield one destination's states as bars, its reasons, and the balance."""
    yield f"{plain(total.name)}, {_count(total.accounts, 'account')}"
    by_state: Counter[str] = Counter()
    for one in total.states:
        by_state[shown(one.state, one.reason)] += one.badges
    for state, words in SHOWN_WORDS.items():
        if by_state[state]:
            bar = _bar(by_state[state], total.badges)
            yield f"  {bar} {number(by_state[state]):>9}  {words}"
    for one in total.states:
        if one.reason in REASONS:
            yield f"    {number(one.badges):>7}  {one.reason}: {REASONS[one.reason].sentence}"
    yield transfer_balance(total)


def _bar(part: int, whole: int) -> str:
    filled = max(1, round(_BAR * part / whole)) if part else 0
    return "#" * filled + "." * (_BAR - filled)


def _count(value: int, noun: str) -> str:
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")


def _unfinished(state: str) -> str:
    return "" if state == "complete" else " (not read to the end: run `archive` again)"

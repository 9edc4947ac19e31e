"""The archive at a glance: sources, states with bars, reasons, and the balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrator.archive.totals import DestinationTotal, Totals
from migrator.reasons import REASONS
from migrator.report.words import SHOWN_WORDS, badges, number, plain, shown, transfer_balance

_BAR = 30


def summary_lines(totals: Totals) -> Iterator[str]:
    """Yield the totals, a line at a time; the last lines are the balances."""
    yield (
        f"{badges(totals.badges)} of {_count(totals.learners, 'learner')}"
        f" from {_count(totals.issuers, 'issuer')}, {_count(totals.collections, 'collection')}."
    )
    for source in totals.sources:
        yield (
            f"  {plain(source.label)} ({plain(source.adapter)}): {number(source.found)} found ="
            f" {number(source.archived)} archived + {number(source.known)} known"
            f" + {number(source.problems)} with problems{_unfinished(source.state)}"
        )
    if totals.problems:
        yield f"  {_count(totals.problems, 'problem')}: badge-migrator status --problems"
    for destination in totals.destinations:
        yield ""
        yield from destination_lines(destination)


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

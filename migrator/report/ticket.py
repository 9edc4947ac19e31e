"""The report as Markdown, to be pasted into a ticket: states, reasons, who can act."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.archive.board import NOT_PLANNED
from migrator.reasons import REASONS
from migrator.report.boards import WORDS, by_state
from migrator.report.facts import Destined, Facts
from migrator.report.needs import PEOPLE
from migrator.report.prose import marked
from migrator.report.words import badges, number, transfer_balance
from migrator.transfer.routes import next_step


def ticket_lines(facts: Facts) -> Iterator[str]:
    """Yield the lines; whatever foreign names hold, they are text and nothing else in it."""
    total = facts.totals
    yield "## Badge migration"
    yield ""
    yield f"As of {facts.made_at[:16].replace('T', ' ')} UTC: {badges(total.badges)}"
    yield f"of {number(total.learners)} learners from {number(total.issuers)} issuers;"
    yield f"{number(total.problems)} things in the sources could not be read."
    for one in facts.destinations:
        yield ""
        yield from _destination(one)


def _destination(one: Destined) -> Iterator[str]:
    yield f"### {marked(one.total.name)}"
    yield ""
    yield "| State | Badges |"
    yield "|---|---:|"
    for state, count in by_state(one.total.states).items():
        yield f"| {WORDS[state]} | {number(count)} |"
    if one.total.not_planned:
        yield f"| {WORDS[NOT_PLANNED]} | {number(one.total.not_planned)} |"
    yield ""
    yield marked(transfer_balance(one.total))
    if not one.needs:
        return
    yield ""
    yield "| Who can act | Badges | Why | What next |"
    yield "|---|---:|---|---|"
    for who, called in PEOPLE.items():
        for need in one.needs:
            if need.who is who:
                reason = REASONS[need.reason]
                yield (
                    f"| {called} | {number(need.badges)} | `{reason.code}`:"
                    f" {marked(reason.sentence)} | {marked(next_step(need.reason, None))} |"
                )

"""Plain words: numbers, dates, states and the balance that ends every report."""

from __future__ import annotations

import re

from migrator.archive.intake import Counts
from migrator.archive.totals import DestinationTotal

STATE_WORDS = {
    "planned": "ready to send",
    "sending": "being sent",
    "done": "moved",
    "already_there": "was already there",
    "waiting": "waiting to be tried again",
    "refused": "refused",
    "held": "held back",
}
ARRIVED = ("done", "already_there")


def number(value: int) -> str:
    """Return 1219 as "1,219"."""
    return f"{value:,}"


def badges(value: int) -> str:
    """Return "1 badge" or "1,219 badges"."""
    return f"{value:,} badge" + ("" if value == 1 else "s")


def day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment, "" for none."""
    return (moment or "")[:10]


def masked(text: str) -> str:
    """Return a text with every e-mail address in it made unrecognisable: m***@example.org."""
    return re.sub(r"([^\s@,;<>\"']?)[^\s@,;<>\"']*@([^\s@,;<>\"']+)", r"\1***@\2", text)


def plain(text: str) -> str:
    """Return foreign text without control characters, so that it cannot steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def found_balance(counts: Counts) -> str:
    """Say that every badge found is accounted for."""
    missing = counts.found - counts.archived - counts.known - counts.problems
    return (
        f"{badges(counts.found)} found = {number(counts.archived)} archived"
        f" + {number(counts.known)} known + {number(counts.problems)} with problems;"
        f" missing: {missing}."
    )


def transfer_balance(total: DestinationTotal) -> str:
    """Say what became of every badge at a destination, as a sum that adds up."""
    by_state = dict.fromkeys(STATE_WORDS, 0)
    for one in total.states:
        by_state[one.state] += one.badges
    parts = [f"{number(count)} {STATE_WORDS[state]}" for state, count in by_state.items() if count]
    if total.not_planned:
        parts.append(f"{number(total.not_planned)} not planned yet")
    return f"{badges(total.badges)} = {' + '.join(parts) or '0'}; missing: {total.missing}."

"""Plain words: numbers, dates, states and the balance that ends every report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    # For types only: `status` is to start at once, and reading a source is a large part.
    from migrator.archive.books import Counts
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
ANEW = "awarded_anew"
DELETED = "deleted_there"
SHOWN_WORDS = {**STATE_WORDS, ANEW: "awarded anew", DELETED: "deleted over there"}
"""States as they are told: new badges in place of old ones, and what was deleted, apart."""
WAY_WORDS: dict[str | None, str] = {
    "restore": "it can come back as it was: every original is in the archive.",
    "reaward": "it will be awarded anew, and the new badge says that it replaces this one.",
}
# Each is tried once at every place of a text, however long: masking takes no time to speak of.
_WORD = re.compile(r"[^\s,;<>\"']+")
_AT = re.compile(r"(@|%40)", re.IGNORECASE)
_BEFORE_NAMES = "/?&=#:("
_QUOTED = re.compile(r'"[^"\n]{1,64}"(?=@|%40)')


def number(value: int) -> str:
    """Return 1219 as "1,219"."""
    return f"{value:,}"


def badges(value: int) -> str:
    """Return "1 badge" or "1,219 badges"."""
    return f"{value:,} badge" + ("" if value == 1 else "s")


def called(destination: str) -> str:
    """Return the host of a destination, as a person calls it: "api.badgr.io" for "badgr:https:..."

    A host that cannot be told is the whole name.
    """
    try:
        return urlsplit(destination.partition(":")[2]).netloc.rpartition("@")[2] or destination
    except ValueError:
        return destination


def told_apart(destinations: Sequence[str]) -> dict[str, str]:
    """Return what to call each destination: its host, its whole name where two have one host."""
    hosts = Counter(called(one) for one in destinations)
    return {one: called(one) if hosts[called(one)] == 1 else one for one in destinations}


def day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment, "" for none."""
    return (moment or "")[:10]


def shown(state: str, reason: str | None) -> str:
    """Return what to call a state: a new badge in place of one is never called moved.

    Nor is one that was deleted over there called refused: nobody has refused it.
    """
    if reason == ANEW and state in ARRIVED:
        return ANEW
    return DELETED if reason == DELETED and state == "refused" else state


def said(state: str, reason: str | None) -> str:
    """Return a state in words."""
    return SHOWN_WORDS[shown(state, reason)]


def masked(text: str) -> str:
    """Return a text with every e-mail address in it made unrecognisable: m***@example.org.

    Addresses written into web addresses (maria%40example.org) are masked too.
    """
    return _WORD.sub(_masked_word, _QUOTED.sub("***", text))


def _masked_word(found: re.Match[str]) -> str:
    parts = _AT.split(found[0])
    # A word with its signs in it: before, @, between, @, behind.
    parts[:-1:2] = [_masked_name(before) for before in parts[:-1:2]]
    return "".join(parts)


def _masked_name(before: str) -> str:
    start = 1 + max(before.rfind(sign) for sign in _BEFORE_NAMES)
    return f"{before[: start + 1]}***"


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
    by_state = dict.fromkeys(SHOWN_WORDS, 0)
    for one in total.states:
        by_state[shown(one.state, one.reason)] += one.badges
    parts = [f"{number(count)} {SHOWN_WORDS[state]}" for state, count in by_state.items() if count]
    if total.not_planned:
        parts.append(f"{number(total.not_planned)} not planned yet")
    return f"{badges(total.badges)} = {' + '.join(parts) or '0'}; missing: {total.missing}."

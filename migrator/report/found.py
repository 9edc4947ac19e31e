"""What a search has found, in lines: whose story, or which people, badge classes and issuers."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.archive.kinds import BadgeClassFound, IssuerFound, LearnerFound
from migrator.report.boards import WORDS
from migrator.report.words import badges, number, plain, shown


def learner_lines(found: list[LearnerFound], *, more: bool) -> Iterator[str]:
    """Yield a line for each learner who may be meant."""
    yield "Learners:"
    for one in found:
        known = ", ".join(plain(part) for part in (one.address, one.name) if part)
        yield f"  {known or 'without an address'}: {badges(one.badges)}"
    if more:
        yield "  And perhaps more; say more of the name or address."


def badge_class_lines(found: list[BadgeClassFound]) -> Iterator[str]:
    """Yield what became of the badges of each badge class."""
    yield "Badges:"
    for one in found:
        by = f", {plain(one.issuer)}" if one.issuer else ""
        yield f"  {plain(one.name)}{by}: {badges(one.badges)}"
        for destination, state in one.states:
            words = WORDS.get(state.state) or ""
            words = WORDS[shown(state.state, state.reason)] if destination else words
            why = f" ({state.reason})" if state.reason else ""
            at = f", {plain(destination)}" if destination else ""
            yield f"    {number(state.badges):>7}  {words}{why}{at}"
        if one.holders:
            rest = one.badges - len(one.holders)
            more = f" and others ({number(rest)} more badges)" if rest > 0 else ""
            yield f"    Held by {', '.join(plain(holder) for holder in one.holders)}{more}."


def issuer_lines(found: list[IssuerFound]) -> Iterator[str]:
    """Yield a line for each issuer who may be meant."""
    yield "Issuers:"
    for one in found:
        at = f" ({plain(one.url)})" if one.url else ""
        yield f"  {plain(one.name)}{at}: {badges(one.badges)}"

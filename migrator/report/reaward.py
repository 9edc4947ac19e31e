"""Awarding anew in words: the mapping line by line, what a run came to, and where things stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.archive.award_mapping import Mapped
from migrator.archive.awards import Legacy
from migrator.report.words import badges, day, number, plain
from migrator.transfer.awards.batch import Became, Ready
from migrator.transfer.awards.counterpart import Action, Line
from migrator.transfer.awards.reaward import Tally

OPENLY = (
    "A new badge is awarded that says openly that it replaces the old one. It is never the same"
    " badge: it has a new address and your issuer, and the original stays first in your archive."
)
OBSTACLES = {
    "revoked": "revoked by the issuer, and that is respected",
    "deleted_by_learner": "removed from the old backpack by the learner",
    "holder_unknown": "nobody knows to whom: the recipient is hashed or missing, and no address in"
    " the archive fits",
    "nameless": "what they were awarded for is not known: `plan --check` asks their issuers",
    "issued_in_future": "issued on a day that has not come yet",
    "counterpart_gone": "your badge class for them is not there any more, or no longer yours:"
    " badge-migrator reaward map",
    "not_mapped": "no badge class of yours stands for them yet: badge-migrator reaward map",
}
_STATES = {
    "to_award": "to be awarded",
    "done": "awarded anew",
    "refused": "refused",
    "waiting": "waiting to be tried again",
    "sending": "sent, answer not known yet",
    "elsewhere": "moved by another command meanwhile",
}
_BECAME = {
    "done": "awarded anew",
    "refused": "refused",
    "waiting": "not awarded yet",
    "elsewhere": "moved by another command meanwhile",
}
_ACTIONS = {
    Action.KEPT: "as saved before",
    Action.NAMED: "as you named it",
    Action.FOUND: "found there by its name",
}


def map_lines(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the mapping: each legacy badge class, what stands for it, and who is left out."""
    for line in lines:
        group = line.group
        issuer = plain(group.issuer) or "(issuer not known)"
        yield f"  {issuer}: {plain(group.badge_class)} ({badges(group.badges)})"
        yield f"    -> {_counterpart(line)}"
        for reason, count in group.obstacles:
            yield f"       {badges(count)} cannot be awarded: {OBSTACLES[reason]}"


def _counterpart(line: Line) -> str:
    if line.action is Action.NONE:
        return f"nothing yet: {plain(line.why)}"
    name = f"{plain(line.issuer) or '(your issuer)'}: {plain(line.badge_class)}"
    if line.action is Action.CREATE and line.badge_class_id is None:
        issuer = "" if line.issuer_id else ", and the issuer too"
        return f"{name}, to be made{issuer}"
    if line.action is Action.CREATE:
        return f"{name}, made just now ({line.badge_class_id})"
    return f"{name}, {_ACTIONS[line.action]} ({line.badge_class_id})"


def hindered_line(badge: Legacy, why: str) -> str:
    """Say which badge cannot be awarded, so that it can be found, and why."""
    place = plain(badge.hosted_url or badge.digest.hex())
    on = f", issued {day(badge.issued_on)}" if badge.issued_on else ""
    return f"  {plain(badge.badge)}{on}, {place}: {OBSTACLES[why]}"


def became_line(one: Became) -> str:
    """Say what became of one badge, and where the new one is."""
    more = plain(one.detail)
    tail = (f": {more}" if one.state == "refused" else f", {more}") if more else ""
    return f"  {plain(one.badge.badge)}: {_BECAME.get(one.state, one.state)}{tail}"


def award_lines(ready: Ready) -> Iterator[str]:
    """Yield one award as it would be made."""
    award = ready.award
    yield "The first of them would be awarded like this:"
    yield f"  badge: {plain(ready.badge.badge)}"
    yield f"  issued on: {award.issued_on or 'today: the original does not say when'}"
    for line in award.narrative.splitlines():
        if line.strip():
            yield f"  narrative: {plain(line)}"
    for proof in award.evidence:
        said = " ".join(filter(None, (proof.url, proof.narrative)))
        yield f"  evidence: {plain(said)}"


def tally_lines(tally: Tally) -> Iterator[str]:
    """Yield what a run came to, beside the balance."""
    if tally.arrived:
        yield f"{badges(tally.arrived)} had arrived although the answer was lost."
    if tally.there:
        yield f"{badges(tally.there)} had been awarded there before."
    for reason in sorted(tally.obstacles):
        some = ", ".join(dict.fromkeys(map(plain, tally.examples.get(reason, ()))))
        yield f"{badges(tally.obstacles[reason])} not awarded ({some}): {OBSTACLES[reason]}."


def tally_balance(tally: Tally) -> str:
    """Say what became of every badge that was asked for, as a sum that adds up."""
    parts = [
        f"{number(tally.states[one])} {word}" for one, word in _STATES.items() if tally.states[one]
    ]
    if tally.obstacles.total():
        parts.append(f"{number(tally.obstacles.total())} that cannot be")
    if tally.left:
        parts.append(f"{number(tally.left)} left for another time")
    missing = tally.chosen - tally.states.total() - tally.obstacles.total() - tally.left
    return f"{badges(tally.chosen)} asked for = {' + '.join(parts) or '0'}; missing: {missing}."


def status_lines(mapping: Iterable[tuple[str, Mapped]], made: dict[int, int]) -> Iterator[str]:
    """Yield the saved mapping (each with the legacy name) and how many were awarded anew."""
    for name, one in mapping:
        there = f"{plain(one.remote_issuer)}: {plain(one.remote_badge_class)}"
        state = f"({one.remote_badge_class_id})" if one.remote_badge_class_id else "(not made yet)"
        count = badges(made.get(one.badge_class_id, 0))
        yield f"  {plain(name)} -> {there} {state}, {count} awarded anew"

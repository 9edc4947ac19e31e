"""Groups of badges in lines: a bar for what has arrived, and what became of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.archive.board import By, Group
from migrator.archive.pace import Pace
from migrator.report.boards import WORDS, by_state
from migrator.report.words import ANEW, ARRIVED, number, plain

_BAR = 20
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d[.\d]*Z")
_SHOWN = 40
_NAMELESS: dict[By, str] = {
    "issuer": "no issuer named",
    "class": "no badge class named",
    "cohort": "found nowhere",
    "day": "not planned yet",
}


def group_lines(groups: list[Group], by: By) -> Iterator[str]:
    """Yield a line for each group, the first of them where there are many."""
    for group in groups[:_SHOWN]:
        counted = by_state(group.states)
        arrived = sum(counted.get(state, 0) for state in (*ARRIVED, ANEW))
        filled = round(_BAR * arrived / group.badges) if group.badges else 0
        filled = max(filled, 1) if arrived else 0
        said = ", ".join(f"{number(count)} {WORDS[state]}" for state, count in counted.items())
        name = plain(group.name) or _NAMELESS[by]
        yield f"  {'#' * filled}{'.' * (_BAR - filled)} {number(group.badges):>9}  {name}: {said}"
    if len(groups) > _SHOWN:
        yield f"  And {number(len(groups) - _SHOWN)} more; --csv lists them all."


def pace_lines(pace: Pace) -> Iterator[str]:
    """Yield what is said of a push that runs."""
    who = _MOMENT.sub(r"\1 \2 UTC", plain(pace.who))
    yield f"Running: {who}."
    if pace.per_minute is None or pace.seconds_left is None:
        yield f"  {number(pace.left)} to go; how long that takes shows in a moment."
    else:
        rate = number(round(pace.per_minute))
        yield f"  {rate} a minute, {number(pace.left)} to go: {_long(pace.seconds_left)} left."


def _long(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"about {minutes} minute" + ("" if minutes == 1 else "s")
    if minutes < 60 * 36:
        return f"about {round(minutes / 60)} hours"
    return f"about {round(minutes / 60 / 24)} days"

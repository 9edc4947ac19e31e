"""The page to begin with: one search box, where the badges are, and the push that runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrator.archive.archive import Archive
from migrator.report.words import badges, number, told_apart
from migrator.web.boards import BY, Counting, running
from migrator.web.view import Asked, View

STATE_COLUMNS = ("destination", "state", "reason", "badges", "who_must_act", "what_next")


def start_page(archive: Archive, asked: Asked, found: Counting) -> View:  # noqa: ARG001 - as others
    """Return the start page of these counts; only what runs is asked for anew."""
    total = found.totals
    counts = (
        f"{badges(total.badges)} of {_count(total.learners, 'learner')}"
        f" from {_count(total.issuers, 'issuer')}, {_count(total.collections, 'collection')}"
    )
    return View(
        "desk_start.html",
        "Where is a badge?",
        {
            "counts": counts,
            "at": found.at,
            "totals": total,
            "boards": found.boards,
            "called": told_apart([one.name for one in found.boards]),
            "met": f"{_count(total.problems, 'problem')} and {_count(total.warnings, 'warning')}",
            "running": running(archive, total),
            "by": BY,
        },
        STATE_COLUMNS,
        _rows(found),
    )


# The box to search from is there at once: nobody has to wait for numbers to ask a question.
COUNTING = View("desk_start.html", "Where is a badge?", {"counting": True})


def _rows(found: Counting) -> Iterator[tuple[Any, ...]]:
    for board in found.boards:
        for one in board.reasons:
            yield (board.name, one.words, one.reason, one.badges, one.who, one.next_step)
        for state in board.states:
            if state.state == "not_planned":
                yield (board.name, state.words, None, state.badges, None, None)


def _count(value: int, noun: str) -> str:
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")

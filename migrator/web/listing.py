"""Pages of badges: on a board, of a badge class, of an issuer; and the groups and problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from migrator.archive import listing
from migrator.archive.accounts import destinations
from migrator.archive.archive import Archive
from migrator.archive.roll import Enrolled
from migrator.archive.totals import problems_after
from migrator.reasons import REASONS
from migrator.report.words import said
from migrator.transfer.routes import next_step
from migrator.web.boards import BY, WHO, GroupRow
from migrator.web.view import Asked, View

BADGE_COLUMNS = (
    *("badge_id", "badge", "issuer", "issued_on", "hosted_url", "learner_id", "learner"),
    *("address", "destination", "state", "reason", "changed_at", "page"),
)
STATES = frozenset(("planned", "sending", "done", "already_there", "waiting", "refused", "held"))


def board_page(archive: Archive, asked: Asked) -> View:
    """Return the badges in one state for one reason; raises KeyError for what is not."""
    names = {one.id: one.name for one in destinations(archive)}
    number, state, reason = asked.number("id"), asked.path["state"], asked.path.get("reason")
    name = names[number]
    known = REASONS[reason] if reason else None
    if state not in STATES:
        raise KeyError(state)
    board = listing.Board(number, state, reason)
    page = listing.in_state(archive, board, asked.after, _size(asked))
    title = said(state, reason).capitalize()
    return View(
        "desk_board.html",
        f"{title}: {reason.replace('_', ' ')}" if reason else title,
        {
            "destination": name,
            "sentence": known.sentence if known else "",
            "next_step": next_step(reason, None) if known else "",
            "who": WHO[known.who.value] if known else "",
            "names": names,
            "badges": page.badges,
            "after": page.after,
        },
        BADGE_COLUMNS,
        _badge_rows(page.badges, names),
    )


def class_page(archive: Archive, asked: Asked) -> View:
    """Return the badges of a badge class; raises KeyError when there is no such class."""
    number = asked.number("id")
    found = listing.class_entry(archive, number)
    names = {one.id: one.name for one in destinations(archive)}
    page = listing.of_class(archive, number, asked.after, _size(asked))
    return View(
        "desk_class.html",
        found.name,
        {
            "found": found,
            "counted": listing.COUNTED,
            "names": names,
            "badges": page.badges,
            "after": page.after,
        },
        BADGE_COLUMNS,
        _badge_rows(page.badges, names),
    )


def issuer_page(archive: Archive, asked: Asked) -> View:
    """Return the badge classes of an issuer; raises KeyError when there is no such issuer."""
    page = listing.of_issuer(archive, asked.number("id"), asked.after)
    return View(
        "desk_issuer.html",
        page.issuer.name,
        {
            "issuer": page.issuer,
            "counted": listing.COUNTED,
            "classes": page.classes,
            "after": page.after,
        },
        ("class_id", "badge_class", "page"),
        [(one.id, one.name, f"/class/{one.id}") for one in page.classes],
    )


def groups_page(asked: Asked, found: list[tuple[str, list[GroupRow]]]) -> View:
    """Return every badge in groups."""
    by = asked.path["by"]
    return View(
        "desk_groups.html",
        f"Badges by {BY[by]}",
        {"by": by, "called": BY[by], "destinations": found, "others": BY},
        ("destination", by, "badges", "arrived", "states"),
        [
            (name, one.name, one.badges, one.arrived, "; ".join(words for words, _ in one.states))
            for name, rows in found
            for one in rows
        ],
    )


def problems_page(archive: Archive, asked: Asked) -> View:
    """Return what could not be read."""
    found = problems_after(archive, asked.after, listing.PAGE + 1)
    after = found[listing.PAGE - 1][0] if len(found) > listing.PAGE else None
    shown = [row for _, row in found[: listing.PAGE]]
    return View(
        "desk_problems.html",
        "What could not be read",
        {"problems": shown, "after": after},
        ("source", "locator", "code", "severity", "sentence"),
        [(one.source, one.locator, one.code, one.severity, one.sentence) for one in shown],
    )


def _size(asked: Asked) -> int:
    """Return how many badges are on a page: people read fewer than programs."""
    return listing.PAGE if asked.format == "html" else listing.LONG_PAGE


def _badge_rows(badges: Iterable[Enrolled], names: dict[int, str]) -> Iterator[tuple[Any, ...]]:
    for one in badges:
        known = (
            *(one.assertion_id, one.badge, one.issuer, one.issued_on, one.hosted_url),
            *(one.learner_id, one.name, one.address),
        )
        page = f"/badge/{one.assertion_id}"
        for place in one.places:
            state = said(place.state, place.reason)
            at = names[place.destination_id]
            yield (*known, at, state, place.reason, place.changed_at, page)
        if not one.places:
            yield (*known, None, "not planned yet", None, None, page)

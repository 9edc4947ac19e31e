"""Badges in pages: those in one state for one reason, of one badge class, the classes of an issuer.

Each page is found by an index, however many there are before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.roll import Enrolled, enrolled

PAGE = 100
"""So many badges are on a page."""
LONG_PAGE = 10_000
"""So many badges are on a page for a spreadsheet or a program."""
_AT_ONCE = 500
COUNTED = 10_000
"""Of a badge class or an issuer so many badges are counted: more are said to be more."""


@dataclass(frozen=True, slots=True)
class Board:
    """What badges of a destination have in common: a state, and a reason (None: none needed)."""

    destination_id: int
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some badges, and `after` which the next page begins, None where this is the last."""

    badges: tuple[Enrolled, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A badge class or an issuer in a list: `by` is who awards it, or where the issuer is.

    `badges` are counted up to COUNTED.
    """

    id: int
    name: str
    by: str | None
    badges: int


@dataclass(frozen=True, slots=True)
class ClassOfIssuer:
    """A badge class in the list of its issuer."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class IssuerPage:
    """An issuer and some of its badge classes; `after` as for a page of badges."""

    issuer: Entry
    classes: tuple[ClassOfIssuer, ...]
    after: int | None


_IN_STATE = """
select id, assertion_id from transfer
where destination_id = ? and state = ? and reason is ? and id > ? order by id limit ?
"""
_OF_CLASS = "select id, id from assertion where badge_class_id = ? and id > ? order by id limit ?"


def in_state(archive: Archive, board: Board, after: int = 0, size: int = PAGE) -> Page:
    """Return the badges of a board, in the order planned."""
    values = (board.destination_id, board.state, board.reason, after, size + 1)
    return _page(archive, [tuple(row) for row in archive.all(_IN_STATE, *values)], size)


def of_class(archive: Archive, badge_class_id: int, after: int = 0, size: int = PAGE) -> Page:
    """Return the badges of a badge class, in the order read."""
    rows = archive.all(_OF_CLASS, badge_class_id, after, size + 1)
    return _page(archive, [tuple(row) for row in rows], size)


def of_issuer(archive: Archive, issuer_id: int, after: int = 0) -> IssuerPage:
    """Return the badge classes of an issuer; raises KeyError when there is no such issuer."""
    issuer = issuer_entry(archive, issuer_id)
    rows = archive.all(
        "select id, name from badge_class where issuer_id = ? and id > ? order by id limit ?",
        *(issuer_id, after, PAGE + 1),
    )
    classes = tuple(ClassOfIssuer(*row) for row in rows[:PAGE])
    more = classes[-1].id if len(rows) > PAGE else None
    return IssuerPage(issuer, classes, more)


def class_entry(archive: Archive, badge_class_id: int) -> Entry:
    """Return a badge class in short; raises KeyError when there is none with this id."""
    row = archive.one(
        "select badge_class.id, badge_class.name, issuer.name,"
        " (select count(*) from (select 1 from assertion"
        "  where assertion.badge_class_id = badge_class.id limit ?2))"
        " from badge_class left join issuer on issuer.id = badge_class.issuer_id"
        " where badge_class.id = ?1",
        *(badge_class_id, COUNTED),
    )
    if row is None:
        raise KeyError(badge_class_id)
    return Entry(*row)


def issuer_entry(archive: Archive, issuer_id: int) -> Entry:
    """Return an issuer in short; raises KeyError when there is none with this id."""
    row = archive.one(
        "select id, name, url, (select count(*) from (select 1 from badge_class"
        "  join assertion on assertion.badge_class_id = badge_class.id"
        "  where badge_class.issuer_id = issuer.id limit ?2))"
        " from issuer where id = ?1",
        *(issuer_id, COUNTED),
    )
    if row is None:
        raise KeyError(issuer_id)
    return Entry(*row)


def _page(archive: Archive, found: Sequence[tuple[int, int]], size: int) -> Page:
    shown = found[:size]
    after = shown[-1][0] if len(found) > size else None
    ids = [badge for _, badge in shown]
    badges: list[Enrolled] = []
    for first in range(0, len(ids), _AT_ONCE):
        badges += enrolled(archive, ids[first : first + _AT_ONCE])
    return Page(tuple(badges), after)

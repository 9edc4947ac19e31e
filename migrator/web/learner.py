"""A learner's page: the story that `status EMAIL` tells, the addresses and accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from migrator.archive.accounts import destinations
from migrator.archive.archive import Archive
from migrator.archive.history import accounts_of
from migrator.archive.ledger import DELETED
from migrator.archive.stories import BadgeStory, LearnerStory, Where, story
from migrator.report.story import (
    ABOUT,
    STORY_COLUMNS,
    Said,
    badge_told,
    story_rows,
    story_sum,
    where_told,
)
from migrator.report.style import KINDS
from migrator.report.words import plain, shown
from migrator.web.view import Asked, View


@dataclass(frozen=True, slots=True)
class ToldWhere:
    """What is told of a badge at one destination; `kind` is a colour of the style."""

    kind: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ToldBadge:
    """What is told of one badge; `waits` says that somebody has to do something for it."""

    id: int
    name: str
    issuer: str | None
    issued_on: str | None
    said: tuple[Said, ...]
    places: tuple[ToldWhere, ...]

    @property
    def waits(self) -> bool:
        """Whether it waits, is held back or was refused anywhere."""
        return any(one.kind in ("wait", "stop") for one in self.places)

    @property
    def arrived(self) -> bool:
        """Whether it is everywhere it was to go."""
        return bool(self.places) and all(one.kind == "good" for one in self.places)


@dataclass(frozen=True, slots=True)
class Again:
    """So many badges that could be put back at a destination."""

    destination_id: int
    name: str
    badges: int


def learner_page(archive: Archive, asked: Asked) -> View:
    """Return a learner's page; raises KeyError when there is no such learner."""
    found = story(archive, asked.number("id"))
    badges = [told(one) for one in found.badges]
    waiting = [one for one in badges if one.waits]
    arrived = [one for one in badges if one.arrived]
    rest = [one for one in badges if not (one.waits or one.arrived)]
    groups = (("Waiting for somebody", waiting), ("On the way", rest), ("Arrived", arrived))
    return View(
        "desk_learner.html",
        found.name or (found.addresses[0] if found.addresses else "A learner"),
        {
            "learner": found,
            "sum": story_sum(found),
            "groups": [(title, those) for title, those in groups if those],
            "accounts": accounts_of(archive, found.learner_id),
            "again": _again(archive, found) if asked.act else [],
        },
        STORY_COLUMNS,
        story_rows(found),
    )


def _again(archive: Archive, found: LearnerStory) -> list[Again]:
    """Return at which destinations how many badges could be put back on the plan."""
    counted = Counter(
        where.destination
        for badge in found.badges
        for where in badge.destinations
        if where.state in ("refused", "held", "waiting") and where.reason != DELETED
    )
    known = destinations(archive)
    return [Again(one.id, one.name, counted[one.name]) for one in known if counted[one.name]]


def told(badge: BadgeStory) -> ToldBadge:
    """Return a badge as a page tells it: the same lines that are read out at the terminal."""
    return ToldBadge(
        badge.assertion_id,
        plain(badge.badge),
        badge.issuer,
        badge.issued_on,
        tuple(badge_told(badge)),
        tuple(_where(badge, one) for one in badge.destinations),
    )


def _where(badge: BadgeStory, where: Where) -> ToldWhere:
    # The page has a link to the whole reasoning where the terminal names a command.
    said = tuple(one for one in where_told(badge, where) if one.label != ABOUT)
    return ToldWhere(KINDS[shown(where.state, where.reason)], said)

"""A learner's page: the story that `status EMAIL` tells, the addresses and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.history import accounts_of
from migrator.archive.stories import BadgeStory, Where, story
from migrator.report.story import (
    ABOUT,
    STORY_COLUMNS,
    Said,
    badge_title,
    badge_told,
    story_rows,
    story_sum,
    where_told,
)
from migrator.report.style import KINDS
from migrator.report.words import shown
from migrator.web.view import Asked, View


@dataclass(frozen=True, slots=True)
class ToldWhere:
    """What is told of a badge at one destination; `kind` is a colour of the style."""

    kind: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ToldBadge:
    """What is told of one badge."""

    id: int
    title: str
    said: tuple[Said, ...]
    places: tuple[ToldWhere, ...]


def learner_page(archive: Archive, asked: Asked) -> View:
    """Return a learner's page; raises KeyError when there is no such learner."""
    found = story(archive, asked.number("id"))
    return View(
        "desk_learner.html",
        found.name or (found.addresses[0] if found.addresses else "A learner"),
        {
            "learner": found,
            "sum": story_sum(found),
            "told": [told(one) for one in found.badges],
            "accounts": accounts_of(archive, found.learner_id),
        },
        STORY_COLUMNS,
        story_rows(found),
    )


def told(badge: BadgeStory) -> ToldBadge:
    """Return a badge as a page tells it: the same lines that are read out at the terminal."""
    return ToldBadge(
        badge.assertion_id,
        badge_title(badge),
        tuple(badge_told(badge)),
        tuple(_where(badge, one) for one in badge.destinations),
    )


def _where(badge: BadgeStory, where: Where) -> ToldWhere:
    # The page has a link to the whole reasoning where the terminal names a command.
    said = tuple(one for one in where_told(badge, where) if one.label != ABOUT)
    return ToldWhere(KINDS[shown(where.state, where.reason)], said)

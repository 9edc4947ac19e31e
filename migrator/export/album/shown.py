"""What an album shows: facts put together once, for its front page and each badge's own page."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.portrait import Portrait
from migrator.export.album.standing import Told


@dataclass(frozen=True, slots=True)
class Shown:
    """One badge; `picture` and `download` are paths in the album, None where there is none.

    `baked` says that what is downloaded is a picture with the badge in it; `page` is the path of
    its own page, `note` what a person should know of its picture.
    """

    assertion_id: int
    name: str
    issuer: str | None
    issued_on: str | None
    hosted_url: str | None
    page: str
    picture: str | None
    download: str | None
    baked: bool
    note: str
    told: Told
    portrait: Portrait


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection: each badge with the learner's story; None is a badge of somebody else's."""

    name: str
    description: str | None
    page_url: str | None
    badges: tuple[tuple[Shown | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class Album:
    """Everything a learner's album shows, badges oldest first."""

    who: str
    badges: tuple[Shown, ...]
    shelves: tuple[Shelf, ...]

    def stories_of(self, badge: Shown) -> list[tuple[Shelf, str | None]]:
        """Return the collections a badge is in, each with the learner's story about it."""
        return [
            (shelf, story)
            for shelf in self.shelves
            for one, story in shelf.badges
            if one is not None and one.assertion_id == badge.assertion_id
        ]

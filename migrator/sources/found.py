"""What an adapter yields: exactly one outcome for every candidate it meets, as found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from migrator.openbadges.baked import Unbaked

if TYPE_CHECKING:
    # For types only: places tell their problems in the words of this module.
    from migrator.sources.place import Member, Place


class Severity(StrEnum):
    """A problem is a candidate that could not be read; a warning goes with one that could."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a source that could not be read (or only in part), with its place.

    `code` is a short stable name such as `no_badge_data`; `sentence` says what it is and what a
    person can do about it; `raw` is all that stands there (perhaps the only copy) if it can be had.
    Of a member of a ZIP that is `file` instead: the member whole, kept among the source's files.
    """

    locator: str
    code: str
    sentence: str
    raw: bytes = b""
    severity: Severity = Severity.PROBLEM
    file: FoundFile | None = None


@dataclass(frozen=True, slots=True)
class FoundLearner:
    """A person the source knows, under one or several e-mail addresses (as written there)."""

    locator: str
    addresses: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FoundCollection:
    """A learner's collection of badges (the Backpack's "group"), perhaps an empty one.

    `key` names it within the source; `holder` is an address of the learner who owns it. An adapter
    yields a collection before the badges in it.
    """

    locator: str
    key: str
    holder: str
    name: str
    description: str | None = None
    public: bool = False
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
class Lent:
    """Content too long to be held: its SHA-256, its size in bytes, and its bytes piece by piece.

    They can be had until the source is asked for its next outcome, any number of times; `pieces`
    raises SourceUnreadable when they are no longer what they were.
    """

    digest: bytes
    size: int
    pieces: Callable[[], Iterator[bytes]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the source that is no badge but belongs to it, such as the export's manifest.

    `told` are sentences that `inspect` shows: how the source is read because of it.
    """

    locator: str
    content: bytes | Lent
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """A badge's place in a collection, with what the learner wrote about it there."""

    collection_key: str
    position: int
    story: str | None = None


Document = bytes | None
Parts = tuple[Document, Document, Document, Document, str | None, bytes | Unbaked | None]
"""Assertion, badge class, issuer, JWS, hosted URL and image (or what it carries) of one badge."""


@dataclass(frozen=True, slots=True)
class Found:
    """One badge as found. At least one of the documents, `jws`, `hosted_url` or `image` is there.

    Documents are the bytes of separate JSON documents; an image is the whole file. What the image
    carries baked inside need not be repeated: the archive reads it. `holder` is the address the
    source says the badge belongs to. `deleted` says that the learner had removed it there and it
    survives only as a copy. `warnings` are kept as problems of severity warning.
    """

    locator: str
    assertion: bytes | None = None
    badge_class: bytes | None = None
    issuer: bytes | None = None
    jws: bytes | None = None
    hosted_url: str | None = None
    image: bytes | None = None
    holder: str | None = None
    added_at: str | None = None
    memberships: tuple[Membership, ...] = ()
    deleted: bool = False
    warnings: tuple[Problem, ...] = ()

    @property
    def parts(self) -> Parts:
        """What is to be understood as one badge, in the order of `openbadges.badge.Pieces`."""
        return (
            *(self.assertion, self.badge_class, self.issuer, self.jws, self.hosted_url),
            self.image,
        )


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that is none of the adapter's kind of source (`place.foreign(member)` makes it).

    It is offered to the other adapters, and named in a warning when none of them knows it: an
    adapter passes over nothing in silence.
    """

    locator: str
    place: Place = field(compare=False, repr=False)
    member: Member


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a live source has been read: everything before it has been yielded.

    An interrupted reading is taken up again with it (`LivePlace.bookmark`). The text is the
    adapter's own, such as the address of the next page; never a secret.
    """

    at: str


Outcome = Found | Problem | FoundLearner | FoundCollection | FoundFile | Bookmark
"""What is archived."""
Yielded = Outcome | Foreign
"""What an adapter yields."""


def content_of(outcome: Outcome) -> bytes | Lent | None:
    """Return the content of the file that an outcome is or comes with."""
    file = outcome.file if isinstance(outcome, Problem) else outcome
    return file.content if isinstance(file, FoundFile) else None


def is_lent(outcome: Outcome) -> bool:
    """Say whether an outcome is to be taken before the source is asked for the next."""
    return isinstance(content_of(outcome), Lent)

"""Kinds of destinations, as data: what one knows by heart and accepts, and the next does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Known(StrEnum):
    """How we know what a destination accepts."""

    RECORDED = "recorded from a running server"
    SPECIFIED = "as its specification says; no server was tried"
    OURS = "written by this program"
    READ = "read in its source, not run"
    ASSUMED = "nothing is published: assumed to be as badgr-server"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of destination.

    `contexts` are JSON-LD contexts (or their beginnings) it never has to fetch; `image_types` are
    the media types it takes as a badge's picture. `known` says how far this can be relied on, and
    `differences` in sentences what it is said to do otherwise than badgr-server. One that does not
    fetch (`fetches`) takes a badge as it is handed over, by the rules of `migrator.verify.carried`:
    only what is proven by itself, if `only_proven`. `takes_credentials` says that one that fetches
    takes Open Badges 3.0 as it is handed over all the same, by rules of its own there.
    """

    name: str
    title: str
    known: Known
    contexts: tuple[str, ...]
    image_types: frozenset[str]
    differences: tuple[str, ...] = ()
    fetches: bool = True
    only_proven: bool = False
    takes_credentials: bool = False

    def knows_context(self, url: str) -> bool:
        """Whether the vocabulary at this address needs no fetching."""
        plain = url.split("://", 1)[-1]
        return plain.startswith(self.contexts)


_CONTEXTS = ("w3id.org/openbadges/", "openbadgespec.org/", "www.openbadgespec.org/")
_PICTURES = frozenset({"image/png", "image/svg+xml"})

BADGR = Profile(
    name="badgr-server",
    title="badgr-server 3.23.1, self-hosted",
    known=Known.RECORDED,
    contexts=_CONTEXTS,
    image_types=_PICTURES,
)
"""A self-hosted badgr-server as recorded in fixtures/badgr/recordings."""

PARCHMENT = Profile(
    name="parchment",
    title="Parchment Digital Badges",
    known=Known.ASSUMED,
    contexts=_CONTEXTS,
    image_types=_PICTURES,
    differences=("Its code is closed since 2021; its manual names the same errors.",),
)
"""The hosted service that grew out of Badgr (reference/badgr-api.md, badge-formats.md 2.2)."""

OPEN_EDUCATIONAL_BADGES = Profile(
    name="open-educational-badges",
    title="Open Educational Badges",
    known=Known.READ,
    contexts=_CONTEXTS,
    image_types=_PICTURES,
    differences=(
        "Open Badges 2.0 and earlier go through the same checks as at badgr-server.",
        "A bare signature (JWS) is not taken; a signed badge needs its picture.",
        "Open Badges 3.0 goes to an address of its own, with validFrom and a hashed recipient.",
        "There it is taken as it is handed over: nothing of it need be alive.",
    ),
    takes_credentials=True,
)
"""A fork in active development (reference/badgr-api.md 11, badge-formats.md 2.3)."""

BADGE_CONNECT = Profile(
    name="badge-connect",
    title="Badge Connect (Open Badges 2.1)",
    known=Known.RECORDED,
    contexts=_CONTEXTS,
    image_types=_PICTURES,
    differences=(
        "Recorded from badgr-server, which checks badges here as always; other hosts may differ.",
        "Only a badge with a web address can be handed over, and its address is what is sent.",
        "The account tells its primary address only; the backpack decides about badges to others.",
    ),
)
"""Any backpack that speaks Badge Connect (reference/badgr-api.md 8)."""

OPEN_BADGES_3 = Profile(
    name="open-badges-3",
    title="An Open Badges 3.0 host",
    known=Known.SPECIFIED,
    contexts=(),
    image_types=_PICTURES,
    differences=(
        "Nothing is fetched: a badge is taken as it is handed over, byte for byte.",
        "Only Open Badges 3.0 is sent, signed (VC-JWT) or with a proof inside the document.",
        "An older badge stays as it is: writing it in 3.0 would need its issuer's key.",
    ),
    fetches=False,
    only_proven=True,
)
"""The Open Badges 3.0 API (1EdTech, Open Badges 3.0, section 6; badge-formats.md 2.6)."""

FILES = Profile(
    name="files",
    title="A folder",
    known=Known.OURS,
    contexts=(),
    image_types=_PICTURES,
    differences=("Every badge is taken as it was found, whatever has become of its issuer.",),
    fetches=False,
)
"""A folder on a disk: it refuses nothing."""

PROFILES: tuple[Profile, ...] = (
    BADGR,
    PARCHMENT,
    OPEN_EDUCATIONAL_BADGES,
    BADGE_CONNECT,
    OPEN_BADGES_3,
    FILES,
)


def named(name: str) -> Profile:
    """Return the profile with this name; a stranger's is taken to be as badgr-server."""
    return next((one for one in PROFILES if one.name == name), BADGR)

"""Kinds of destinations, as data: what one knows by heart and accepts, and the next does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of destination.

    `contexts` are JSON-LD contexts (or their beginnings) it never has to fetch; `image_types` are
    the media types it takes as a badge's picture.
    """

    name: str
    contexts: tuple[str, ...]
    image_types: frozenset[str]

    def knows_context(self, url: str) -> bool:
        """Whether the vocabulary at this address needs no fetching."""
        plain = url.split("://", 1)[-1]
        return plain.startswith(self.contexts)


BADGR = Profile(
    name="badgr-server 3.23.1",
    contexts=(
        "w3id.org/openbadges/",
        "openbadgespec.org/",
        "www.openbadgespec.org/",
    ),
    image_types=frozenset({"image/png", "image/svg+xml"}),
)
"""A self-hosted badgr-server as recorded in fixtures/badgr/recordings."""

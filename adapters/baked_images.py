"""Baked images: PNG and SVG badges, single, in folders and in ZIPs, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.openbadges.baking import sniff
from migrator.sources.adapter import Match
from migrator.sources.found import Yielded
from migrator.sources.image import read_image
from migrator.sources.place import Member, MemberUnreadable, Place, is_clutter, is_zip

_NAMES_LOOKED_AT = 20_000
_FILES_LOOKED_INTO = 12  # opening one costs up to 4 KiB, and detect may read 64
_CAN_BE_BAKED = ("image/png", "image/svg+xml")


class BakedImages:
    """Pictures with badge data inside (reference: badge-formats.md 1.2, mozilla-backpack.md 5)."""

    name = "baked-images"
    title = "Badge pictures"
    reads = "PNG or SVG pictures with a badge inside: one, a folder of them, or a ZIP"

    def detect(self, place: Place) -> Match | None:
        """Look for pictures: by content in a few files, by name in many."""
        candidates = [m for m in islice(place.members(), _NAMES_LOOKED_AT) if not is_clutter(m)]
        candidates.sort(key=lambda member: not _named_like_one(member))
        kinds = {_kind(place, member) for member in candidates[:_FILES_LOOKED_INTO]}
        if kinds & set(_CAN_BE_BAKED):
            return Match(
                40, "There are PNG or SVG pictures in it, and such a picture can be a badge."
            )
        if "zip" in kinds and place.depth < place.limits.nesting:
            return Match(25, "There are ZIP files in it, and pictures may be in them.")
        if kinds & {"image/jpeg", "image/gif"}:
            return Match(5, "There are pictures in it, but badge data is kept only in PNG and SVG.")
        if any(_named_like_one(member) for member in candidates):
            return Match(5, "There are files named like PNG or SVG pictures, but they are none.")
        return None

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield one outcome for every file at any depth."""
        for member in place.members():
            if not is_clutter(member):
                yield read_image(place, member)


def _named_like_one(member: Member) -> bool:
    return member.name.lower().endswith((".png", ".svg"))


def _kind(place: Place, member: Member) -> str | None:
    """Return the media type of a member by its first bytes, "zip", or None."""
    try:
        head = place.peek(member, 1024)
    except MemberUnreadable:
        return None
    return "zip" if is_zip(head) else sniff(head)

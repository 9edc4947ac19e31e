"""A member of a ZIP that is no badge, whole: held when it is short, lent when it is long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from migrator.errors import SourceUnreadable
from migrator.sources.found import FoundFile, Lent
from migrator.sources.place.member import Member, MemberUnreadable
from migrator.sources.place.stream import pieces, too_large

if TYPE_CHECKING:
    from migrator.sources.place.place import Place

HELD = 1024 * 1024
"""Longer files are not held in memory, where they would wait together for their writing."""


def whole(place: Place, member: Member, data: bytes | None) -> FoundFile:
    """Return a member, its bytes if they are at hand; raises MemberUnreadable."""
    if data is None and member.size <= HELD:
        data = place.read(member)
    if data is not None and len(data) <= HELD:
        return FoundFile(place.locator(member), data)
    return FoundFile(place.locator(member), _lent(place, member))


def _lent(place: Place, member: Member) -> Lent:
    limit = place.limits.member_bytes
    if member.size > limit:
        raise MemberUnreadable(member.fault or too_large(limit))
    digest, size = sha256(), 0
    with place.open(member) as stream:
        for piece in pieces(stream, limit):
            digest.update(piece)
            size += len(piece)
    again = partial(_again, place, member, size, digest.digest())
    return Lent(digest.digest(), size, again)


def _again(place: Place, member: Member, size: int, digest: bytes) -> Iterator[bytes]:
    seen = sha256()
    try:
        with place.open(member) as stream:
            for piece in pieces(stream, size):
                seen.update(piece)
                yield piece
    except MemberUnreadable as error:
        raise _changed(place, member) from error
    if seen.digest() != digest:
        raise _changed(place, member)


def _changed(place: Place, member: Member) -> SourceUnreadable:
    return SourceUnreadable(
        f"{place.locator(member)} has changed while it was read.",
        "Archive it again: what was read is kept, and nothing is stored twice.",
    )

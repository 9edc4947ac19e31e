"""One picture of a source: a badge as found, or a sentence saying why it is none."""

from __future__ import annotations

import re
from dataclasses import replace

from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.model import Unreadable
from migrator.sources.found import Foreign, Found, Problem
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.place.stream import read_whole

_PEEK = 1024
_WITHOUT_ROOM = ("image/jpeg", "image/gif")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\.(?:png|svg)", re.IGNORECASE)
_BLANKS = b"\xef\xbb\xbf \t\r\n\x00"

_NOT_AN_IMAGE = (
    "This is not a picture, though a badge picture was expected here. "
    "Look for another copy of it, or ask for the badge where it was awarded."
)
_EMPTY = "This file is empty. Download or copy it again."
_OTHER_PICTURE = (
    "This is a {kind} picture, and badge data is kept only in PNG and SVG pictures. "
    "Download the badge again from where it was awarded, as the original file."
)
_BROKEN = "This picture is damaged. {why} Look for another copy of it, or download it again."
_NO_DATA = (
    "This picture carries no badge data; perhaps it was resized, converted or sent through an "
    "application that removes it. Download the badge again from where it was awarded."
)
_NO_DATA_FINGERPRINT = (
    "This picture carries no badge data. Its name is the badge's fingerprint in the Mozilla "
    "Backpack: somebody with a copy of the Backpack's database can find the badge by it; "
    "otherwise ask the issuer for the original file."
)


KEPT = 1024 * 1024
"""How many bytes of a picture without a badge are kept outside of ZIPs (of a ZIP's member: all).

The Backpack took pictures up to 256 KiB.
"""


def is_fingerprint(name: str) -> bool:
    """Say whether a file is named as the Backpack named pictures (mozilla-backpack.md 0, row B)."""
    return _FINGERPRINT.fullmatch(name) is not None


def no_picture(place: Place, member: Member) -> Problem:
    """Return the problem of a file that was said to be a badge picture, and is none."""
    try:
        file = place.kept(member)
    except MemberUnreadable as error:
        return place.problem(member, error)
    return Problem(place.locator(member), "not_an_image", _NOT_AN_IMAGE, file=file)


def may_be_picture(head: bytes) -> bool:
    """Say whether a file with these first bytes is worth reading whole: a picture, or some XML."""
    return sniff(head) is not None or head.lstrip(_BLANKS)[:1] == b"<" or _is_utf16(head)


def read_image(
    place: Place, member: Member, *, holder: str | None = None, warnings: tuple[Problem, ...] = ()
) -> Found | Problem | Foreign:
    """Return the one outcome of a member that may be a baked image; what is no picture is foreign.

    In a ZIP all of them are kept, as its files. Elsewhere broken pictures keep their bytes, what
    has no badge in it keeps them up to KEPT bytes, and photographs are not copied.
    """
    locator = place.locator(member)
    try:
        with place.open(member) as stream:
            head = stream.peek(_PEEK)
            if head and not may_be_picture(head):
                return place.foreign(member)
            if sniff(head) in _WITHOUT_ROOM:
                return _as_kept(place, member, _without_room(locator, head))
            data = read_whole(stream, place.limits.member_bytes)
        problem = image_problem(locator, member.basename, data)
        if problem is None:
            return Found(locator, image=data, holder=holder, warnings=warnings)
        if problem.code == "not_an_image":
            return place.foreign(member)
        return _as_kept(place, member, problem)
    except MemberUnreadable as error:
        return place.problem(member, error)


def image_problem(locator: str, name: str, data: bytes) -> Problem | None:
    """Return why a file is no baked image, or None when badge data is in it."""
    media_type = sniff(data)
    if not data:
        return Problem(locator, "empty_file", _EMPTY)
    if media_type is None:
        return Problem(locator, "not_an_image", _NOT_AN_IMAGE, data)
    if media_type in _WITHOUT_ROOM:
        return _without_room(locator, data)
    try:
        baked = unbake(data).baked
    except Unreadable as error:
        return Problem(locator, "damaged_image", _BROKEN.format(why=error), data)
    if baked:
        return None
    sentence = _NO_DATA_FINGERPRINT if is_fingerprint(name) else _NO_DATA
    return Problem(locator, "no_badge_data", sentence, data)


def _without_room(locator: str, data: bytes) -> Problem:
    kind = (sniff(data) or "").removeprefix("image/").upper()
    return Problem(locator, "picture_without_room", _OTHER_PICTURE.format(kind=kind), data)


def _as_kept(place: Place, member: Member, problem: Problem) -> Problem:
    """Return a problem with what is kept of the picture; raises MemberUnreadable."""
    data = None if problem.code == "picture_without_room" else problem.raw
    file = place.kept(member, data)
    short = problem.code == "no_badge_data" and len(problem.raw) <= KEPT
    if file is None and (short or problem.code == "damaged_image"):
        return problem
    return replace(problem, raw=b"", file=file)


def _is_utf16(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"<" in head[:8]

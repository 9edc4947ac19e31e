"""Reads badge books: a line for each badge with its holder, its address and the day, by tabs."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.sources.adapter import Match
from migrator.sources.found import Found, Outcome, Problem, Yielded
from migrator.sources.place import Member, MemberUnreadable, Place

_FIRST_LINE = b"badge book\n"


class Badgebook:
    """The badge books of an imaginary school."""

    name = "badgebook"
    title = "Badge book"
    reads = "the badge book of our school: holder, address and day of each badge, by tabs"

    def detect(self, place: Place) -> Match | None:
        """A file is ours when its first line says so."""
        for member in place.members():
            if _is_ours(place, member):
                return Match(95, "Its first line says that it is a badge book.")
        return None

    def read(self, place: Place) -> Iterator[Yielded]:
        """Read every book; whatever else lies there is for other adapters."""
        for member in place.members():
            if _is_ours(place, member):
                yield from _read_book(place, member)
            else:
                yield place.foreign(member)


def _is_ours(place: Place, member: Member) -> bool:
    try:
        return place.peek(member, len(_FIRST_LINE)) == _FIRST_LINE
    except MemberUnreadable:
        return False


def _read_book(place: Place, member: Member) -> Iterator[Outcome]:
    try:
        with place.open(member) as lines:
            for number, line in enumerate(lines, 1):
                if number > 1:
                    yield _badge(f"{place.locator(member)}, line {number}", line)
    except MemberUnreadable as error:
        yield place.problem(member, error)


def _badge(locator: str, line: bytes) -> Outcome:
    cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
    if len(cells) == 3 and cells[1].startswith("https://"):
        holder, address, day = cells
        return Found(locator, hosted_url=address, holder=holder, added_at=f"{day}T00:00:00Z")
    sentence = "This line needs three cells: holder, address and day. Correct it in the book."
    return Problem(locator, "bad_line", sentence, line)

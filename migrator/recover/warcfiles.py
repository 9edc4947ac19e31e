"""The WARC files a person names: plain, packed, inside a WACZ or ZIP, or in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from migrator.sources.place import Member, MemberUnreadable, Place, open_place
from migrator.sources.warc import Fault, Saved, saved_in

_ENDINGS = (".warc", ".warc.gz")
_PACKAGES = (".wacz", ".zip")
_NONE = "There is no WARC file in it. A WACZ has them in its folder `archive`."


def saved_in_files(
    paths: Sequence[Path], wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Saved | Fault]]:
    """Yield (label of the file, what it has of the wanted addresses or what is damaged in it).

    Raises SourceUnreadable for a path that cannot be opened at all.
    """
    for path in paths:
        with open_place(path) as place:
            yield from _in_place(place, wanted)


def check_files(paths: Sequence[Path]) -> None:
    """Raise SourceUnreadable for the first path that cannot be opened."""
    for path in paths:
        open_place(path).close()


def _in_place(place: Place, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Saved | Fault]]:
    met = False
    for member in place.members():
        label = place.locator(member)
        if place.kind == "file" or member.name.lower().endswith(_ENDINGS) or member.fault:
            met = True
            yield from ((label, one) for one in _in_member(place, member, wanted))
        elif member.name.lower().endswith(_PACKAGES):
            met = True
            yield from _in_package(place, member, wanted)
    if not met:
        yield place.label, Fault(_NONE)


def _in_member(
    place: Place, member: Member, wanted: Callable[[str], bool]
) -> Iterator[Saved | Fault]:
    try:
        with place.open(member) as file:
            yield from saved_in(file, wanted)
    except MemberUnreadable as error:
        yield Fault(error.sentence)


def _in_package(
    place: Place, member: Member, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Saved | Fault]]:
    try:
        package = place.nested(member)
    except MemberUnreadable as error:
        yield place.locator(member), Fault(error.sentence)
        return
    with package:
        yield from _in_place(package, wanted)

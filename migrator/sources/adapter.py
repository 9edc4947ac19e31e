"""The adapter interface: how a kind of source is recognised and read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from migrator.sources.found import Yielded
from migrator.sources.place import Place


@dataclass(frozen=True, slots=True)
class Match:
    """An adapter's claim on a place: confidence from 1 (a guess) to 100 (certain), and why.

    `whole` says that the files of the place belong together (a manifest and its pictures), so that
    they are read in one go; otherwise each file goes to the adapter that is surest of it alone.
    """

    confidence: int
    why: str
    whole: bool = False


class Adapter(Protocol):
    """One kind of source.

    `detect` is cheap: it looks at names and at most 64 KiB, and never raises. `read` streams, is
    deterministic (twice the same place, twice the same outcomes), gives exactly one outcome per
    candidate, and raises `SourceUnreadable` only when the whole source cannot be read.
    """

    name: str
    title: str
    reads: str

    def detect(self, place: Place) -> Match | None:
        """Say whether this place looks like our kind of source."""

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield what the place holds, as found; what is not ours as `place.foreign(member)`."""

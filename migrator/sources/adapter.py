"""The adapter interface: how a kind of source is recognised and read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from migrator.sources.found import Outcome
from migrator.sources.place import Place


@dataclass(frozen=True, slots=True)
class Match:
    """An adapter's claim on a place: confidence from 1 (a guess) to 100 (certain), and why."""

    confidence: int
    why: str


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

    def read(self, place: Place) -> Iterator[Outcome]:
        """Yield what the place holds, as found."""

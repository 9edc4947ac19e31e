"""Images kept small: the artwork once, and of each baked image only what was spliced into it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spliced:
    """A file as (artwork, offset, splice): `artwork[:at] + splice + artwork[at:]` is the file."""

    artwork: bytes
    at: int
    splice: bytes

    @property
    def file(self) -> bytes:
        """The original file, byte for byte."""
        return join(self.artwork, self.at, self.splice)


def join(outer: bytes, at: int, inner: bytes) -> bytes:
    """Put together again what was cut out with what it was cut out of."""
    return b"".join((outer[:at], inner, outer[at:]))


def split(file: bytes, start: int, end: int) -> Spliced:
    """Take the bytes from `start` to `end` out of a file; an empty range takes nothing out."""
    if not 0 <= start <= end <= len(file):
        start = end = 0
    return Spliced(file[:start] + file[end:], start, file[start:end])


def without(splice: bytes, document: bytes) -> tuple[bytes, int] | None:
    """Return a splice without the document that stands in it as it is, and where; else None."""
    at = splice.find(document) if document else -1
    return None if at < 0 else (splice[:at] + splice[at + len(document) :], at)

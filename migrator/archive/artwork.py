"""Images kept small: the artwork once, and of each baked image only what was spliced into it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Spliced:
    """A file as (artwork, offset, splice): `artwork[:at] + splice + artwork[at:]` is the file."""

    artwork: bytes
    at: int
    splice: bytes
    digest: bytes

    @property
    def file(self) -> bytes:
        """The original file, byte for byte."""
        return join(self.artwork, self.at, self.splice)


def join(artwork: bytes, at: int, splice: bytes) -> bytes:
    """Put a file together again."""
    return b"".join((artwork[:at], splice, artwork[at:]))


def split(file: bytes, start: int, end: int, digest: bytes | None = None) -> Spliced:
    """Take the bytes from `start` to `end` out of a file; an empty range takes nothing out.

    `digest` is the file's SHA-256 where it is known already.
    """
    if not 0 <= start <= end <= len(file):
        start = end = 0
    digest = digest or sha256(file).digest()
    return Spliced(file[:start] + file[end:], start, file[start:end], digest)

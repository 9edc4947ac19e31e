"""Reading one member: limits are checked while the bytes come, whatever a header promised."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from migrator.sources.place.member import Fault, Limits, MemberUnreadable

PIECE = 256 * 1024

DAMAGED = Fault(
    "damaged",
    "This file is damaged inside the ZIP. Download or copy the ZIP again and archive it once more.",
)
BOMB = Fault(
    "zip_bomb",
    "This file unpacks to far more than a badge could need, so it was not read. "
    "If you trust it, unpack the ZIP yourself and archive the folder.",
)

# Everything zipfile and the decompressors under it raise over hostile bytes; RuntimeError is how
# zipfile asks for a password.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def not_readable(error: OSError) -> Fault:
    """Return the fault for what the operating system refused."""
    why = error.strerror or "input/output error"
    return Fault(
        "not_readable",
        f"This could not be read from the disk ({why}). "
        "Check that you may open it, then archive it again.",
    )


def too_large(limit: int) -> Fault:
    """Return the fault for a member of more than `limit` bytes."""
    return Fault(
        "too_large",
        f"This file is larger than {limit // (1024 * 1024)} MiB, more than a badge may have, so it "
        "was not read and is not kept: keep a copy of it. "
        "If it is a ZIP or a database dump, archive it on its own.",
    )


class MemberStream(io.RawIOBase):
    """The bytes of one member; raises MemberUnreadable where they are damaged or a bomb."""

    def __init__(self, inner: IO[bytes], packed: int | None, limits: Limits) -> None:
        super().__init__()
        self._inner = inner
        self._left = None if packed is None else max(limits.ratio_floor, limits.ratio * packed)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer and return how many bytes were there."""
        try:
            data = self._inner.read(len(buffer))
        except BROKEN as error:
            raise MemberUnreadable(DAMAGED) from error
        except OSError as error:
            raise MemberUnreadable(not_readable(error)) from error
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise MemberUnreadable(BOMB)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Give back the file under it."""
        if not self.closed:
            self._inner.close()
        super().close()


def read_whole(stream: IO[bytes], limit: int) -> bytes:
    """Return all bytes of a stream; raises MemberUnreadable when there are more than `limit`."""
    first = stream.read(PIECE)
    if len(first) < PIECE and len(first) <= limit:
        return first
    # Not joined at the end: for a moment that would take the memory twice.
    whole = io.BytesIO()
    for piece in pieces(stream, limit, first):
        whole.write(piece)
    return whole.getvalue()


def pieces(stream: IO[bytes], limit: int, first: bytes | None = None) -> Iterator[bytes]:
    """Yield the bytes of a stream, of which the first may have been read.

    Raises MemberUnreadable when there are more than `limit`.
    """
    total = 0
    piece = stream.read(PIECE) if first is None else first
    while piece:
        total += len(piece)
        if total > limit:
            raise MemberUnreadable(too_large(limit))
        yield piece
        piece = stream.read(PIECE)

"""A bounded view of a long byte stream: read on, look ahead, count lines, skip."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from migrator.sources.place import MemberUnreadable

_CHUNK = 128 << 10  # fits the processor's cache: twice as fast as 1 MiB
_MAGIC: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_LONGEST_MAGIC = 6
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, MemberUnreadable)


class _Borrowed(io.RawIOBase):
    """A stream of the caller's: it is closed where it was opened, not with what reads it here."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        # read1, because read throws away what it has when the rest of a file is damaged.
        self._read = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def decompressed(stream: BinaryIO) -> io.BufferedIOBase:
    """Return the stream as it is or, by its first bytes, read through gzip, bzip2 or xz."""
    plain = io.BufferedReader(_Borrowed(stream), _CHUNK)
    start = plain.peek(_LONGEST_MAGIC)
    for magic, opener in _MAGIC.items():
        if start.startswith(magic):
            return cast("io.BufferedIOBase", opener(plain))
    return plain


def decompressed_head(head: bytes, size: int = 1 << 16) -> bytes:
    """Return what the first bytes of a file say, at most `size` bytes, decompressed if need be."""
    try:
        return decompressed(io.BytesIO(head)).read1(size)
    except _BROKEN:
        return b""


class Window:
    """The unread part of a stream is `data[at:]`; never more than `limit` bytes of it are held.

    A stream that cannot be read on (a damaged or shortened gzip file, a disk that fails) ends
    there, and `damage` says why.
    """

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self.data = b""
        self.at = 0
        self.damage = ""
        self._limit = limit
        self._stream = decompressed(stream)
        self._ended = False
        self._line, self._counted = 1, 0

    @property
    def full(self) -> bool:
        """Whether the limit is reached: reading on would hold too much."""
        return len(self.data) - self.at >= self._limit

    def more(self) -> bool:
        """Read on, about doubling what is unread; False when full or at the end of the stream."""
        if self._ended or self.full:
            return False
        self.line()
        rest = self.data[self.at :]
        parts, missing = [rest], min(max(_CHUNK, len(rest)), self._limit - len(rest))
        while missing > 0 and not self._ended:
            part = self._read(missing)
            parts.append(part)
            missing -= len(part)
        self.data, self.at, self._counted = b"".join(parts), 0, 0
        return len(self.data) > len(rest)

    def ensure(self, size: int) -> None:
        """Make at least `size` bytes visible, unless the stream ends before."""
        while len(self.data) - self.at < size and self.more():
            pass

    def line(self) -> int:
        """Return the number of the line `at` is in, from 1."""
        if self.data.find(b"\n", self._counted, self.at) >= 0:  # four times as fast as to count
            self._line += self.data.count(b"\n", self._counted, self.at)
        self._counted = max(self.at, self._counted)
        return self._line

    def skip(self, token: bytes) -> None:
        """Go behind `token` if it stands here."""
        if self.data.startswith(token, self.at):
            self.at += len(token)

    def skip_past(self, token: bytes) -> bool:
        """Go behind the next `token`; False (and at the end) when there is none."""
        while True:
            found = self.data.find(token, self.at)
            if found >= 0:
                self.at = found + len(token)
                return True
            self.at = max(self.at, len(self.data) - len(token) + 1)
            if not self.more():
                self.at = len(self.data)
                return False

    def _read(self, size: int) -> bytes:
        try:
            part = self._stream.read1(size)
        except _BROKEN as error:
            self.damage = str(error) or "the file ends too early"
            part = b""
        self._ended = not part
        return part

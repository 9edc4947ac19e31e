"""A place that counts the bytes an adapter asks it for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from migrator.sources.place import Member, Place
from migrator.sources.place.place import HEAD


class Counted(Place):
    """Another place, and how many bytes of it were asked for."""

    def __init__(self, place: Place) -> None:
        self.path, self.label, self.limits = place.path, place.label, place.limits
        self.depth, self.kind, self.settings = place.depth, place.kind, place.settings
        self._file, self._zip = place._file, place._zip  # noqa: SLF001 (one family of classes)
        self._place = place
        self.bytes = 0

    def head(self, n: int = HEAD) -> bytes:
        """Return and count the first bytes."""
        return self._counted(self._place.head(n))

    def members(self) -> Iterator[Member]:
        """Yield the members: names cost nothing here."""
        return self._place.members()

    def peek(self, member: Member, n: int) -> bytes:
        """Return and count a member's first bytes."""
        return self._counted(self._place.peek(member, n))

    def open(self, member: Member) -> io.BufferedReader:
        """Open a member; what is read of it counts."""
        return io.BufferedReader(_Stream(self, self._place.open(member)))

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Lend the file; what is read of it counts."""
        with self._place.seekable() as file:
            yield cast("IO[bytes]", _Seekable(self, file))

    def _counted(self, data: bytes) -> bytes:
        self.bytes += len(data)
        return data


class _Stream(io.RawIOBase):
    def __init__(self, counted: Counted, inner: io.BufferedReader) -> None:
        super().__init__()
        self._counted, self._inner = counted, inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._inner.read1(len(buffer))
        self._counted.bytes += len(data)
        buffer[: len(data)] = data
        return len(data)


class _Seekable(io.BufferedIOBase):
    def __init__(self, counted: Counted, inner: IO[bytes]) -> None:
        super().__init__()
        self._counted, self._inner = counted, inner

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._inner.read(-1 if size is None else size)
        self._counted.bytes += len(data)
        return data

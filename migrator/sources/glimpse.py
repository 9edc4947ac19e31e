"""A place of which only the beginnings of its files are seen, however large they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from migrator.sources.found import FoundFile
from migrator.sources.place import Member, Place
from migrator.sources.place.place import HEAD


class Glimpse(Place):
    """Another place; each file seems to end after `most` bytes. `cut` names those that did."""

    def __init__(self, place: Place, most: int) -> None:
        self.path, self.label, self.limits = place.path, place.label, place.limits
        self.depth, self.kind, self.settings = place.depth, place.kind, place.settings
        self._file = self._zip = None
        self._place = place
        self.most = most
        self.cut: set[str] = set()

    def head(self, n: int = HEAD) -> bytes:
        """Return the first bytes of the file."""
        return self._place.head(n)

    def members(self) -> Iterator[Member]:
        """Yield the members."""
        return self._place.members()

    def open(self, member: Member) -> io.BufferedReader:
        """Open the beginning of a member; raises MemberUnreadable."""
        return io.BufferedReader(_Beginning(self, member, self._place.open(member)))

    def peek(self, member: Member, n: int) -> bytes:
        """Return a member's first bytes; raises MemberUnreadable."""
        return self._place.peek(member, n)

    def nested(self, member: Member) -> Place:
        """Open a ZIP inside, the beginnings of its files; raises MemberUnreadable."""
        inner = Glimpse(self._place.nested(member), self.most)
        inner.cut = self.cut
        return inner

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Lend the whole file: what jumps about in it reads little; raises MemberUnreadable."""
        with self._place.seekable() as file:
            yield file

    def kept(self, member: Member, data: bytes | None = None) -> FoundFile | None:  # noqa: ARG002 - a place's signature
        """Return nothing: nothing is written, and to read files whole is not cheap."""
        return None

    @property
    def in_zip(self) -> bool:
        """Whether the members are packed."""
        return self._place.in_zip

    def locator(self, member: Member) -> str:
        """Return the words by which a person finds the member again."""
        return self._place.locator(member)

    def close(self) -> None:
        """Give back the file."""
        self._place.close()


class _Beginning(io.RawIOBase):
    def __init__(self, glimpse: Glimpse, member: Member, inner: io.BufferedReader) -> None:
        super().__init__()
        self._glimpse, self._member, self._inner = glimpse, member, inner
        self._left = glimpse.most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._inner.read1(min(len(buffer), self._left))
        if not data and len(buffer) and not self._left:
            self._glimpse.cut.add(self._glimpse.locator(self._member))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()

"""Parts of a place, seen as places of their own: one member as a file, or some of the members."""

from __future__ import annotations

import io
from collections.abc import Container, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from migrator.sources.found import FoundFile
from migrator.sources.place.member import Member, MemberUnreadable
from migrator.sources.place.place import HEAD, Place

_IN_MEMORY = 4 << 20
_CHUNK = 256 << 10


class Part(Place):
    """One member of a place as a file, under its locator there.

    Its beginning is read once, however many adapters look at it. Nothing is to be closed.
    """

    def __init__(self, whole: Place, member: Member) -> None:
        self.path, self.limits, self.depth = whole.path, whole.limits, whole.depth
        self.settings = whole.settings
        self.label = whole.locator(member)
        self.kind = "file"
        self._file = self._zip = None
        self._whole, self._member = whole, member
        self._head: bytes | MemberUnreadable | None = None

    def head(self, n: int = HEAD) -> bytes:
        """Return the first bytes of the file; none when it cannot be read."""
        try:
            return self.peek(self._member, n)
        except MemberUnreadable:
            return b""

    def members(self) -> Iterator[Member]:
        """Yield the one member."""
        yield self._member

    def open(self, member: Member) -> io.BufferedReader:
        """Open the member for streaming; raises MemberUnreadable, here or while it is read."""
        return self._whole.open(member)

    def peek(self, member: Member, n: int) -> bytes:
        """Return the member's first bytes; raises MemberUnreadable."""
        if self._head is None:
            try:
                self._head = self._whole.peek(member, HEAD)
            except MemberUnreadable as error:
                self._head = error
        if isinstance(self._head, MemberUnreadable):
            raise self._head
        return self._head[:n] if n <= HEAD else self._whole.peek(member, n)

    def nested(self, member: Member) -> Place:
        """Open the member when it is a ZIP; raises MemberUnreadable."""
        return self._whole.nested(member)

    def locator(self, member: Member) -> str:
        """Return the words by which a person finds the member again."""
        return self._whole.locator(member)

    def kept(self, member: Member, data: bytes | None = None) -> FoundFile | None:
        """Return the member to be kept although it is no badge; raises MemberUnreadable."""
        return self._whole.kept(member, data)

    @property
    def in_zip(self) -> bool:
        """Whether the member is packed."""
        return self._whole.in_zip

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Lend a copy of the file to jump about in; raises MemberUnreadable."""
        with SpooledTemporaryFile(_IN_MEMORY) as copy, self.open(self._member) as stream:
            while chunk := stream.read(_CHUNK):
                copy.write(chunk)
            copy.seek(0)
            yield copy


class Selection(Place):
    """Some of a place's members, by name and copy, under the place's own name and kind."""

    def __init__(self, whole: Place, chosen: Container[tuple[str, int]]) -> None:
        self.path, self.limits, self.depth = whole.path, whole.limits, whole.depth
        self.settings = whole.settings
        self.label, self.kind = whole.label, whole.kind
        self._file, self._zip = whole._file, whole._zip  # noqa: SLF001 (one family of classes)
        self._whole, self._chosen = whole, chosen

    def members(self) -> Iterator[Member]:
        """Yield the chosen members, in the order of the place."""
        for member in self._whole.members():
            if (member.name, member.copy) in self._chosen:
                yield member

    def close(self) -> None:
        """Give back nothing: the place is closed where it was opened."""

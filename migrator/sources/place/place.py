"""Places: opened once, then listed and read the same way whatever they are."""

from __future__ import annotations

import functools
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import MappingProxyType, TracebackType
from typing import IO, Literal, Self

from migrator.errors import SourceUnreadable
from migrator.sources.found import Foreign, FoundFile, Problem
from migrator.sources.place import kept
from migrator.sources.place.folder import FolderMembers, open_file, readable_name
from migrator.sources.place.member import Fault, Limits, Member, MemberUnreadable
from migrator.sources.place.stream import (
    BROKEN,
    DAMAGED,
    MemberStream,
    not_readable,
    pieces,
    read_whole,
    too_large,
)
from migrator.sources.place.zipped import ZipMembers, is_zip

Kind = Literal["file", "folder", "zip", "live"]

HEAD = 64 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_PICK = "Check the spelling, or drag the file into the terminal window to get its exact name."
_NESTED_TOO_DEEP = Fault(
    "nested_too_deep",
    "This is a ZIP inside a ZIP inside a ZIP, and only one such level is read. "
    "Unpack the outer one and archive what it holds.",
)
_A_FOLDER = Fault("not_a_file", "This is a folder, not a file. Archive the files in it.")


class Place:
    """A file, folder or ZIP on disk (or a ZIP inside one of these).

    `path` is where it is on disk, `label` what a person knows it by. Members that are not safe to
    read are listed with a fault and raise MemberUnreadable when read; everything else about hostile
    input is decided here, so that adapters need not think of it. `settings` are what the person who
    reads it has set for the adapters (migrator.sources.settings).
    """

    settings: Mapping[str, str] = MappingProxyType({})

    def __init__(self, path: Path, label: str, file: IO[bytes] | None, limits: Limits) -> None:
        self.path = path
        self.label = label
        self.limits = limits
        self.depth = 0
        self._file = file
        self._zip: ZipMembers | None = None
        self._folder = FolderMembers(path, limits)
        self.kind: Kind = "folder"
        if file is not None:
            self.kind = "file"
            if is_zip(self.head(4)):
                self.kind = "zip"
                self._zip = ZipMembers(file, label, limits)

    def head(self, n: int = HEAD) -> bytes:
        """Return the first bytes of the file itself; none for a folder or an unreadable file."""
        if self._file is None:
            return b""
        try:
            self._file.seek(0)
            return self._file.read(n)
        except OSError:
            return b""

    def members(self) -> Iterator[Member]:
        """Yield every file: files by name, then subfolders by name; a plain file is one member."""
        if self._zip is not None:
            yield from self._zip.members()
        elif self._file is None:
            yield from self._folder.members()
        else:
            opener = functools.partial(open_file, os.fspath(self.path.resolve()))
            size = os.fstat(self._file.fileno()).st_size
            yield Member(readable_name(self.path.name), size, source=opener)

    def open(self, member: Member) -> io.BufferedReader:
        """Open a member for streaming, without a size limit (a dump may be large).

        Raises MemberUnreadable, here or while it is read.
        """
        return io.BufferedReader(self._stream(member))

    def read(self, member: Member) -> bytes:
        """Return a member's bytes; raises MemberUnreadable when they are too many or broken."""
        if member.size > self.limits.member_bytes:
            raise MemberUnreadable(member.fault or too_large(self.limits.member_bytes))
        with self.open(member) as stream:
            return read_whole(stream, self.limits.member_bytes)

    def peek(self, member: Member, n: int) -> bytes:
        """Return a member's first bytes (n or fewer), not reading on; raises MemberUnreadable."""
        with self._stream(member) as stream:
            return stream.read(n) or b""

    def beginning(self, member: Member, n: int) -> bytes:
        """Return a member's first bytes as `peek` does; none when it cannot be read."""
        try:
            return self.peek(member, n)
        except MemberUnreadable:
            return b""

    def nested(self, member: Member) -> Place:
        """Open a member that is a ZIP; the caller closes it.

        Raises MemberUnreadable when it cannot be opened or is one level too deep.
        """
        if self.depth >= self.limits.nesting:
            raise MemberUnreadable(_NESTED_TOO_DEEP)
        file = self._copied(member) if self._zip is not None else self._raw(member)
        try:
            inner = Place(self.path, self.locator(member), file, self.limits)
        except SourceUnreadable as error:
            file.close()
            raise MemberUnreadable(Fault("zip_unreadable", str(error))) from error
        inner.depth, inner.settings = self.depth + 1, self.settings
        return inner

    def locator(self, member: Member) -> str:
        """Return the words by which a person finds the member again: `badges.zip!sub/html.png`."""
        name = printable(member.name)
        if member.copy > 1:
            name = f"{name}#{member.copy}"
        if self.kind == "file" or not name:
            return self.label
        return f"{self.label}!{name}" if self.kind == "zip" else f"{self.label}/{name}"

    def problem(self, member: Member, error: MemberUnreadable) -> Problem:
        """Return the problem to yield for a member that could not be read."""
        fault = error.fault
        return Problem(self.locator(member), fault.code, fault.sentence, severity=fault.severity)

    def foreign(self, member: Member) -> Foreign:
        """Return what to yield for a member that is none of an adapter's kind of source."""
        return Foreign(self.locator(member), self, member)

    def kept(self, member: Member, data: bytes | None = None) -> FoundFile | None:
        """Return a member of a ZIP to be kept although it is no badge; None outside of ZIPs.

        So a ZIP comes back whole, and nobody's folder of photographs is copied. `data` is all of
        the member, where it has been read. Raises MemberUnreadable.
        """
        return kept.whole(self, member, data) if self.in_zip else None

    @property
    def in_zip(self) -> bool:
        """Whether the members are packed: nobody has them as files of their own."""
        return self._zip is not None

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Lend the file itself, for libraries that jump about in it; raises MemberUnreadable."""
        if self._file is None:
            raise MemberUnreadable(_A_FOLDER)
        self._file.seek(0)
        yield self._file

    def close(self) -> None:
        """Give back the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _raw(self, member: Member) -> IO[bytes]:
        if member.fault is not None:
            raise MemberUnreadable(member.fault)
        assert member.source is not None, "a member without a fault can be opened"
        try:
            return member.source()
        except BROKEN as error:
            raise MemberUnreadable(DAMAGED) from error
        except OSError as error:
            raise MemberUnreadable(not_readable(error)) from error

    def _copied(self, member: Member) -> IO[bytes]:
        """Return a copy of a member to jump about in, on the disk when it is long."""
        limit = self.limits.member_bytes
        if member.size > limit:
            raise MemberUnreadable(member.fault or too_large(limit))
        copy = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (the place inside closes it)
        try:
            with self.open(member) as stream:
                for piece in pieces(stream, limit):
                    copy.write(piece)  # writelines would hold all of it
        except BaseException:
            copy.close()
            raise
        return copy

    def _stream(self, member: Member) -> MemberStream:
        return MemberStream(self._raw(member), member.packed, self.limits)


def open_place(path: Path, *, limits: Limits | None = None) -> Place:
    """Open what is at a path (a context manager); raises SourceUnreadable with a next step."""
    label = printable(readable_name(path.name or path.resolve().name or str(path)))
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
            file = None
        elif stat.S_ISREG(mode):
            file = open_file(os.fspath(path.resolve()))
        else:
            raise SourceUnreadable(f"{label} is a device or a pipe, not a file.", _PICK)
    except FileNotFoundError as error:
        raise SourceUnreadable(f"There is no file or folder named {label} there.", _PICK) from error
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "not a usable name"
        step = "Check that you may open it."
        raise SourceUnreadable(f"{label} cannot be opened ({why}).", step) from error
    try:
        return Place(path, label, file, limits or Limits())
    except SourceUnreadable:
        if file is not None:
            file.close()
        raise


def printable(name: str) -> str:
    """Return a name that cannot move a terminal's cursor: control characters become escapes."""
    if name.isprintable():
        return name
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name
    )

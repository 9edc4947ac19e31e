"""A folder on disk as a sink: files appear whole or not at all, and none is overwritten."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import IO

from migrator import errors
from migrator.files.names import beside
from migrator.files.sink import Put, Written

_PIECE = 1024 * 1024
_KNOWN_FOLDERS = 4096


@dataclass(frozen=True, slots=True)
class Long:
    """A file to be written: its SHA-256 in hex, its size in bytes, and its bytes each time anew."""

    digest: str
    size: int
    pieces: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, data: bytes) -> Long:
        """Return a file whose bytes are at hand."""
        return cls(sha256(data).hexdigest(), len(data), lambda: (data,))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise what goes wrong on a disk as errors with a next step."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise errors.Incomplete(
                f"The disk with {path} is full. What was written is complete.",
                "Make room, then run the same command again: it goes on where it stopped.",
            ) from error
        raise errors.Usage(
            f"{error.filename or path} cannot be written ({error.strerror or error}).",
            "Check the permissions, or name another place.",
        ) from error


class Folder:
    """A folder that takes files. Paths are relative, made of safe names with `/` between.

    With `durable` each file is on the disk before it has its name, and survives a power cut.
    """

    def __init__(self, root: Path, *, durable: bool = False) -> None:
        self.root = root
        self._durable = durable
        self.counts = Written()
        self._made: set[Path] = set()
        with explained(root):
            root.mkdir(parents=True, exist_ok=True)

    def put(self, path: str, data: bytes, *, counted: bool = True) -> Put:
        """Write a file whole; the same file being there already, nothing is written."""
        return self.put_long(path, Long.of(data), counted=counted)

    def put_long(self, path: str, long: Long, *, counted: bool = True) -> Put:
        """Write a file piece by piece, otherwise as `put` does."""
        digest = long.digest
        with explained(self.root):
            for name in (path, beside(path, digest[:8])):
                target = self._target(name)
                if not os.path.lexists(target):
                    self._write(target, long.pieces())
                    put = Put(name, digest, "written" if name == path else "beside")
                elif _holds(target, long):
                    put = Put(name, digest, "already there")
                else:
                    continue
                return self.counts.count(put) if counted else put
        raise errors.Usage(
            f"{self.root / path} and the name beside it are both taken by other files.",
            "Name an empty folder.",
        )

    @contextmanager
    def draft(self, path: str, head: str) -> Iterator[TextDraft]:
        """Write a text file piece by piece; one that begins with `head` is ours to replace."""
        with explained(self.root), temporary(self.root) as file:
            draft = TextDraft(file)
            yield draft
            file.flush()
            self.counts.count(self._settle(path, draft, head.encode()))

    def _settle(self, path: str, draft: TextDraft, head: bytes) -> Put:
        digest = draft.digest.hexdigest()
        temporary = Path(draft.file.name)
        for name in (path, beside(path, digest[:8])):
            target = self._target(name)
            if os.path.lexists(target):
                if same_file(target, temporary):
                    return draft.settled(Put(name, digest, "already there"))
                if not _begins(target, head):
                    continue
            draft.file.close()
            temporary.replace(target)
            return draft.settled(Put(name, digest, "written" if name == path else "beside"))
        raise errors.Usage(f"{self.root / path} is taken by another file.", "Name another folder.")

    def _write(self, target: Path, pieces: Iterable[bytes]) -> None:
        with temporary(self.root) as file:
            file.writelines(pieces)
            if self._durable:
                to_disk(file)
            file.close()
            Path(file.name).replace(target)

    def _target(self, name: str) -> Path:
        target = self.root / name
        if target.parent not in self._made:
            if len(self._made) >= _KNOWN_FOLDERS:
                self._made.clear()
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        return target


class TextDraft:
    """A text file under way, under a passing name, with its digest so far; `put` at its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = sha256()
        self.put: Put | None = None

    def write(self, text: str) -> None:
        """Add to the file."""
        data = text.encode("utf-8", "replace")
        self.digest.update(data)
        self.file.write(data)

    def settled(self, put: Put) -> Put:
        """Note what became of the file."""
        self.put = put
        return put


@contextmanager
def temporary(folder: Path) -> Iterator[IO[bytes]]:
    """Open a file beside its later place; it is gone again unless it was given its name."""
    # The name is known before the file is there, so that nothing can come between.
    path = folder / f".badge-migrator-{token_hex(8)}.part"
    try:
        with path.open("xb") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


def to_disk(file: IO[bytes]) -> None:
    """Have what was written on the disk, not on its way there."""
    file.flush()
    os.fsync(file.fileno())


def _holds(target: Path, long: Long) -> bool:
    if not target.is_file() or target.stat().st_size != long.size:
        return False
    with target.open("rb") as file:
        return all(file.read(len(piece)) == piece for piece in long.pieces())


def same_file(one: Path, other: Path) -> bool:
    """Say whether two files have the same bytes."""
    if not one.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while piece := first.read(_PIECE):
            if piece != second.read(_PIECE):
                return False
    return True


def _begins(target: Path, head: bytes) -> bool:
    if not target.is_file():
        return False
    with target.open("rb") as file:
        return file.read(len(head)) == head

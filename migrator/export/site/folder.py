"""A folder that a site is written to: what an earlier run wrote is replaced, nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Self

from migrator import errors
from migrator.archive.taken import Taken
from migrator.files.folder import Folder, explained
from migrator.files.sink import Put

_PIECE = 1024 * 1024


class SiteFolder(Folder):
    """A folder with the files of one host; it knows its own files by the manifest of before."""

    def __init__(self, root: Path, manifest: str) -> None:
        super().__init__(root)
        self.removed = 0
        self._manifest = root / manifest
        self._before, self._now = Taken(), Taken()
        with explained(root):
            for path, digest in listed(self._manifest):
                self._before.take(path, digest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._before.close()
        self._now.close()

    def put(self, path: str, data: bytes, *, counted: bool = True) -> Put:
        """Write a file whole, in the place of our own of an earlier run if need be.

        Raises Usage where a file stands that is not ours: an address can have no other name.
        """
        digest = sha256(data).hexdigest()
        self._now.take(path, digest)
        with explained(self.root):
            self._clear(path)
            target = self._target(path)
            there = _digest(target)
            if there not in (None, digest, self._before.get(path)) or target.is_dir():
                raise errors.Usage(
                    f"{target} is there already and is not a file of ours.",
                    "Name an empty folder, or move that file away.",
                )
            if there != digest:
                self._write(target, (data,))
        put = Put(path, digest, "already there" if there == digest else "written")
        return self.counts.count(put) if counted else put

    def tidy(self) -> None:
        """Remove files of ours that an earlier run wrote and this one did not; others stay.

        Called before the manifest is written anew.
        """
        with explained(self.root):
            for path, digest in listed(self._manifest):
                if self._now.get(path) is None and _digest(self.root / path) == digest:
                    self._remove(self.root / path)

    def _clear(self, path: str) -> None:
        """Make way: a file of ours may stand where a folder is wanted by now, or the reverse."""
        for parent in list(PurePosixPath(path).parents)[-2::-1]:
            there = self.root / parent
            if there.is_file() and _digest(there) == self._before.get(parent.as_posix()):
                self._remove(there)
                self._made.clear()
        if (self.root / path).is_dir():
            for one, digest in listed(self._manifest):
                if one.startswith(f"{path}/") and _digest(self.root / one) == digest:
                    self._remove(self.root / one)
            self._made.clear()

    def _remove(self, target: Path) -> None:
        target.unlink()
        self.removed += 1
        for folder in target.parents:
            if folder == self.root or any(folder.iterdir()):
                break
            folder.rmdir()


def listed(manifest: Path) -> Iterator[tuple[str, str]]:
    """Yield (path, SHA-256) of what a manifest lists, an entry a line; other lines say nothing."""
    if not manifest.is_file():
        return
    with manifest.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line.rstrip(",\n"))
                path, digest = str(entry["file"]), str(entry["sha256"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            steps = PurePosixPath(path)
            if steps.parts[:1] == ("site",) and ".." not in steps.parts:
                yield path, digest


def _digest(target: Path) -> str | None:
    if not target.is_file():
        return None
    digest = sha256()
    with target.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()

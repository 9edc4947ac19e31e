"""The members of a folder, at any depth, links never followed."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from migrator.sources.place.member import Fault, Limits, Member
from migrator.sources.place.stream import not_readable

_LINK = Fault(
    "link_not_followed",
    "This is a link to something elsewhere, and links are not followed. "
    "If a badge is behind it, archive the file it points to.",
)
_SPECIAL = Fault(
    "not_a_file",
    "This is a device or a pipe, not a file, so it was not read.",
)
REMEMBERED = 20_000
"""How many files of a folder are remembered, some 400 bytes each."""
_O_SAFE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def _open_safely(path: str, _flags: int) -> int:
    return os.open(path, _O_SAFE)


def open_file(path: str) -> BinaryIO:
    """Open a regular file without following a link in its last step or waiting for a pipe."""
    file = open(path, "rb", buffering=0, opener=_open_safely)  # noqa: SIM115 (the caller closes it; Path.open takes no opener)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(None, "not a regular file")
    return file


def readable_name(name: str) -> str:
    """Return a name of the operating system as text, undecodable bytes as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class FolderMembers:
    """The files under a folder, walked once however many adapters list the first of them."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._root, self._limits = root, limits
        self._known: list[Member] = []
        self._walk: Iterator[Member] | None = None

    def members(self) -> Iterator[Member]:
        """Yield every file; what comes behind the first REMEMBERED is walked anew each time."""
        if self._walk is None:
            self._walk = islice(folder_members(self._root, self._limits), REMEMBERED)
        number = 0
        while True:
            if number == len(self._known):
                following = next(self._walk, None)
                if following is None:
                    break
                self._known.append(following)
            yield self._known[number]
            number += 1
        if number == REMEMBERED:
            yield from islice(folder_members(self._root, self._limits), REMEMBERED, None)


def folder_members(root: Path, limits: Limits) -> Iterator[Member]:
    """Yield every file under a folder: files by name, then subfolders by name.

    Only one folder's names are in memory at a time.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        subfolders: list[str] = []
        try:
            with os.scandir(root / folder) as entries:
                names = sorted(entry.name for entry in islice(entries, limits.folder_members + 1))
        except OSError as error:
            yield Member(readable_name(folder), fault=not_readable(error))
            continue
        for name in names[: limits.folder_members]:
            relative = f"{folder}/{name}" if folder else name
            member = _member(root, relative)
            if member is None:
                subfolders.append(relative)
            else:
                yield member
        if len(names) > limits.folder_members:
            yield Member(readable_name(folder), fault=_too_many(limits.folder_members))
        waiting.extend(reversed(subfolders))


def _member(root: Path, relative: str) -> Member | None:
    """Return the member at a path, or None for a subfolder."""
    path = os.path.join(root, relative)  # noqa: PTH118 (a million Path objects cost seconds)
    name = readable_name(relative)
    try:
        facts = os.lstat(path)
    except OSError as error:
        return Member(name, fault=not_readable(error))
    if stat.S_ISDIR(facts.st_mode):
        return None
    if stat.S_ISLNK(facts.st_mode):
        return Member(name, fault=_LINK)
    if not stat.S_ISREG(facts.st_mode):
        return Member(name, fault=_SPECIAL)
    return Member(name, facts.st_size, source=functools.partial(open_file, path))


def _too_many(limit: int) -> Fault:
    return Fault(
        "too_many_files",
        f"This folder holds more than {limit:,} files; only some of them were read. "
        "Spread them over several folders and archive each.",
    )

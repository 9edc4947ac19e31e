"""Where exported files go: a folder, a bag or a ZIP, all written the same way."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

Became = Literal["written", "already there", "beside"]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a file: its path, its SHA-256 in hex, and whether anything was written.

    "beside": a different file had the name, so this one got a name of its own beside it.
    """

    path: str
    digest: str
    became: Became


class Draft(Protocol):
    """A text file that grows; it gets its name when its block ends well."""

    def write(self, text: str) -> None:
        """Add to the file."""


class Sink(Protocol):
    """Takes files under paths with `/` between safe names; never overwrites a different file."""

    def put(self, path: str, data: bytes) -> Put:
        """Write a file whole."""

    def draft(self, path: str, head: str) -> AbstractContextManager[Draft]:
        """Write a text file piece by piece; one that begins with `head` is ours to replace."""


@dataclass(frozen=True, slots=True)
class Under:
    """A folder of a sink, itself a sink."""

    sink: Sink
    folder: str

    def put(self, path: str, data: bytes) -> Put:
        """Write a file whole."""
        put = self.sink.put(f"{self.folder}/{path}", data)
        return Put(put.path.removeprefix(f"{self.folder}/"), put.digest, put.became)

    def draft(self, path: str, head: str) -> AbstractContextManager[Draft]:
        """Write a text file piece by piece."""
        return self.sink.draft(f"{self.folder}/{path}", head)


class Written:
    """Counts what became of files."""

    def __init__(self) -> None:
        self.written = 0
        self.already_there = 0
        self.beside = 0

    def count(self, put: Put) -> Put:
        """Count a file and return it."""
        if put.became == "already there":
            self.already_there += 1
        else:
            self.written += 1
            self.beside += put.became == "beside"
        return put

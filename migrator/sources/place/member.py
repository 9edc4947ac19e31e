"""One member of a place, what limits it is read within, and why it could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from migrator.sources.found import Severity

_CLUTTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a place is read; sizes in bytes.

    `member_bytes` holds for members read whole; `ratio` is how many times larger than its packed
    size a member of a ZIP may become, counted once it is over `ratio_floor`; `directory_bytes` is
    a ZIP's table of contents (about 150,000 members); `folder_members` the files of one folder.
    """

    member_bytes: int = 64 * 1024 * 1024
    ratio: int = 200
    ratio_floor: int = 1024 * 1024
    directory_bytes: int = 16 * 1024 * 1024
    folder_members: int = 1_000_000
    nesting: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a member cannot be read: a short stable code and a sentence with the next step."""

    code: str
    sentence: str
    severity: Severity = Severity.PROBLEM


class MemberUnreadable(Exception):
    """One member cannot be read; the rest of the place can."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault

    @property
    def code(self) -> str:
        """The fault's code."""
        return self.fault.code

    @property
    def sentence(self) -> str:
        """The fault's sentence."""
        return self.fault.sentence


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a place: its name with `/` between folders, and its size as the place tells it.

    `copy` counts members of the same name (a ZIP may hold several), from 1. A member with a `fault`
    is listed so that nothing is dropped in silence, and raises it when opened. `packed` is the
    size inside a ZIP; `source` opens the bytes and belongs to the place.
    """

    name: str
    size: int = 0
    copy: int = 1
    fault: Fault | None = None
    packed: int | None = None
    source: Callable[[], IO[bytes]] | None = field(default=None, compare=False, repr=False)

    @property
    def basename(self) -> str:
        """The name without its folders."""
        return self.name.rpartition("/")[2]


def is_clutter(member: Member) -> bool:
    """Say whether this is a file an operating system leaves behind, which nobody put there."""
    return (
        member.basename.lower() in _CLUTTER
        or member.basename.startswith("._")
        or "__MACOSX" in member.name.split("/")[:-1]
    )

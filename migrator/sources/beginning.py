"""Knowing files by their beginning: what adapters do that read one file at a time.

`judge` is the adapter's own: it says how sure it is of a file with these first bytes (unpacked).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Match
from migrator.sources.found import Outcome, Yielded
from migrator.sources.mysqlgrammar import (
    CREATE,
    created_columns,
    listed_columns,
    statement_end,
    unquote,
)
from migrator.sources.mysqlrow import NeedMore
from migrator.sources.place import Member, MemberUnreadable, Place, is_clutter
from migrator.sources.postgresdump import COPY
from migrator.sources.window import decompressed_head

Judge = Callable[[bytes], Match | None]

_HEAD = 64 << 10
_FILES_LOOKED_INTO = 8
_NAMES_LOOKED_AT = 5_000
_NAMED = 2_000
_DUMP = re.compile(rb"-- (?:MySQL|MariaDB|PostgreSQL) (?:database )?dump\b")
_AGAIN = "Then archive it again."


def judged(place: Place, judge: Judge) -> Match | None:
    """Return how sure an adapter is of a file, or of the surest of the first files of a folder."""
    if place.kind == "file":
        return judge(decompressed_head(place.head()))
    members = (one for one in islice(place.members(), _NAMES_LOOKED_AT) if not is_clutter(one))
    size = _HEAD // _FILES_LOOKED_INTO
    found = (judge(_head(place, member, size)) for member in islice(members, _FILES_LOOKED_INTO))
    return max(filter(None, found), key=lambda match: match.confidence, default=None)


def surest(
    place: Place, judge: Judge, endings: tuple[str, ...], *, head: int, files: int
) -> Match | None:
    """Return how sure an adapter is of a file, or of the surest of a folder's files by ending.

    `judge` gets the first `head` bytes as they are; at most `files` files are looked into.
    """
    if place.kind == "file":
        return judge(place.head(head))
    named = islice(place.members(), _NAMED)
    members = (member for member in named if member.name.lower().endswith(endings))
    found = (judge(place.beginning(member, head)) for member in islice(members, files))
    return max(filter(None, found), key=lambda match: match.confidence, default=None)


def each_file(
    place: Place, judge: Judge, read: Callable[[Place, Member], Iterator[Outcome]]
) -> Iterator[Yielded]:
    """Yield what `read` finds in every file that is ours; others are foreign.

    A file that stands alone was given to us, so it is read whatever its beginning. Raises
    SourceUnreadable for one that cannot be read as a whole.
    """
    for member in place.members():
        if place.kind != "file" and not judge(_head(place, member, _HEAD)):
            yield place.foreign(member)
            continue
        try:
            yield from read(place, member)
        except MemberUnreadable as error:
            if place.kind == "file":
                raise SourceUnreadable(error.sentence, _AGAIN) from error
            yield place.problem(member, error)


def _head(place: Place, member: Member, size: int) -> bytes:
    try:
        return decompressed_head(place.peek(member, size))
    except MemberUnreadable:
        return b""


def is_dump(head: bytes) -> bool:
    """Say whether a file that begins so is the dump of a database."""
    return bool(_DUMP.search(head) or CREATE.search(head) or COPY.search(head))


def created(head: bytes) -> dict[str, tuple[str, ...]]:
    """Return the tables (without schema) whose columns the beginning of a dump tells."""
    found: dict[str, tuple[str, ...]] = {}
    for create in CREATE.finditer(head):
        try:
            end = statement_end(head, create.end())
        except NeedMore:
            end = len(head)
        found[unquote(create[1])] = created_columns(head[create.end() : end])
    for copy in COPY.finditer(head):
        found[unquote(copy[1])] = listed_columns(copy[2])
    return found

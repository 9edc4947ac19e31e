"""A file of JSON values read to its end: each value handed on, what is wrong told the same way."""

from __future__ import annotations

import io
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from itertools import islice

from migrator.openbadges.model import Json, JsonObject
from migrator.sources.found import Outcome, Problem
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.place import Member, Place

_BROKEN = "This cannot be read. {} What stands before and after it was read."
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."
_BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class JsonFile:
    """How to find the values of one kind of file: as `JsonText`.

    `secret` says that entries may hold what is never kept, so that a broken one is not shown.
    """

    is_one: Callable[[JsonObject], bool]
    inside: Container[str] = frozenset()
    secret: bool = False

    def first(self, head: bytes, count: int = 3) -> list[JsonObject]:
        """Return the first objects of a file that begins so; none when it is no JSON."""
        if not begins_json(head):
            return []
        items = islice(JsonText(io.BytesIO(head), inside=self.inside, is_one=self.is_one), count)
        return [item.value for item in items if isinstance(item.value, dict)]

    def read(
        self,
        place: Place,
        member: Member,
        outcomes: Callable[[str, Json, bytes], Iterator[Outcome]],
    ) -> Iterator[Outcome]:
        """Yield what `outcomes` makes of each value: its locator, itself, its bytes.

        Raises MemberUnreadable when the file cannot be opened.
        """
        prefix = f"{place.locator(member)}, "
        with place.open(member) as stream:
            text = JsonText(stream, inside=self.inside, is_one=self.is_one)
            for item in text:
                if item.kind == "bad":
                    yield self._broken(prefix + item.where, item)
                else:
                    yield from outcomes(prefix + item.where, item.value, item.data)
            if text.damage:
                yield Problem(f"{prefix}end", "file_damaged", _DAMAGED.format(text.damage))

    def _broken(self, locator: str, item: Item) -> Problem:
        raw = b"" if self.secret else item.data
        return Problem(locator, "unreadable", _BROKEN.format(item.value), raw)


def begins_json(head: bytes) -> bool:
    """Say whether a file that begins so can be JSON: an object or a list."""
    return head.lstrip(_BLANK)[:1] in (b"{", b"[")

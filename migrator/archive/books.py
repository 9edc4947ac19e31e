"""The books of a source: what one adapter has brought of a place so far, and up to where."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from migrator.sources.live import LivePlace
from migrator.sources.place import Place


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a source's badges: `found = archived + known + problems`."""

    found: int = 0
    archived: int = 0
    known: int = 0
    problems: int = 0
    warnings: int = 0
    learners: int = 0
    collections: int = 0

    @property
    def balances(self) -> bool:
        """Whether every badge found is accounted for."""
        return self.found == self.archived + self.known + self.problems

    def __add__(self, other: Counts) -> Counts:
        """Add up the counts of several sources."""
        return Counts(
            *(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__)
        )


@dataclass(slots=True)
class Book:
    """One source: its row's number, its counts, its bookmark, and how many of a make were met."""

    source_id: int
    counts: Counts = field(default_factory=Counts)
    bookmark: str | None = None
    made: Counter[bytes] = field(default_factory=Counter)

    def write(self, conn: sqlite3.Connection, state: str, now: str) -> None:
        """Write how far the reading is: "reading", "complete" or "interrupted"."""
        counts = self.counts
        conn.execute(
            "update source set state = ?, last_read_at = ?, found = ?, archived = ?, known = ?,"
            " problems = ?, bookmark = ? where id = ?",
            (
                *(state, now, counts.found, counts.archived, counts.known),
                *(counts.problems, self.bookmark, self.source_id),
            ),
        )


def open_book(conn: sqlite3.Connection, adapter: str, place: Place, now: str) -> Book:
    """Open the books of a source; those of an interrupted reading that can go on are taken up."""
    path = _path(place)
    conn.execute(
        "insert into source (adapter, place, label, state, first_read_at, last_read_at)"
        " values (?, ?, ?, 'reading', ?, ?)"
        " on conflict (adapter, place) do update set state = 'reading', last_read_at = ?",
        (adapter, path, place.label, now, now, now),
    )
    row = conn.execute(
        "select id, bookmark, found, archived, known, problems from source"
        " where adapter = ? and place = ?",
        (adapter, path),
    ).fetchone()
    number, bookmark, *counted = row
    if bookmark is None or not isinstance(place, LivePlace):
        return Book(int(number))
    place.bookmark = bookmark
    return Book(int(number), Counts(*counted), bookmark)


def _path(place: Place) -> str:
    if isinstance(place, LivePlace):
        return place.source
    # A name that is no UTF-8 is written as the place's label is.
    return os.fsencode(place.path.resolve()).decode("utf-8", "backslashreplace")

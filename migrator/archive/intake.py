"""Reading a source into the archive: every outcome lands somewhere, and the books balance."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.badges import BadgeWriter
from migrator.archive.lease import leased
from migrator.archive.storable import storable
from migrator.archive.understood import Answer
from migrator.archive.workers import Workers
from migrator.sources.adapter import Adapter
from migrator.sources.division import Taken, divided
from migrator.sources.found import (
    Bookmark,
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Outcome,
    Problem,
    Severity,
)
from migrator.sources.live import LivePlace
from migrator.sources.place import Place

_BATCH_BADGES = 1000
_BATCH_BYTES = 32 * 1024 * 1024


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


@dataclass(frozen=True, slots=True)
class SourceRead:
    """One source, read: which adapter, what it was called, and the counts."""

    source_id: int
    adapter: str
    label: str
    counts: Counts


def read_source(
    archive: Archive, adapter: Adapter, place: Place, watch: Callable[[Counts], None]
) -> SourceRead:
    """Read a place with this adapter alone; otherwise as `read_sources`."""
    (read,) = read_sources(archive, place, watch, adapter)
    return read


def read_sources(
    archive: Archive,
    place: Place,
    watch: Callable[[Counts], None],
    adapter: Adapter | None = None,
) -> tuple[SourceRead, ...]:
    """Read a place into the archive, in batches that are kept as they come.

    Each part is read by the adapter that fits (or all by the named one); each adapter has a source
    and books of its own, the main one first. `watch` is called after each batch with all counts
    together. An interruption (KeyboardInterrupt) leaves every finished batch in place; reading
    again goes on from there and adds nothing twice. Raises NotRecognised, SourceUnreadable when the
    place as a whole cannot be read, ArchiveLocked when another process is reading into the same
    archive.
    """
    division = divided(place, adapter)
    with leased(archive, "intake", f"archive {place.label}") as lease, Workers() as workers:
        books = {division.main.name: _begin(archive, division.main.name, place)}
        try:
            for batch in _understood(_batches(division.read(place)), workers):
                became = _share_out(archive, place, books, batch)
                workers.learn(became.archived, became.known)
                lease.renew()
                watch(sum((book.counts for book in books.values()), Counts()))
        except BaseException:
            _end_all(archive, books, "interrupted")
            raise
        for name, book in books.items():
            book.bookmark = None
            if not book.counts.balances:
                raise errors.MigratorError(
                    f"The books of {place.label}, read as {name}, do not balance: {book.counts}.",
                    "This is a defect; please report it with the source's adapter and size.",
                )
        _end_all(archive, books, "complete")
    return tuple(
        SourceRead(book.source_id, name, place.label, book.counts) for name, book in books.items()
    )


@dataclass(slots=True)
class _Book:
    """What one adapter has brought so far, and up to where."""

    source_id: int
    counts: Counts = field(default_factory=Counts)
    bookmark: str | None = None
    made: Counter[bytes] = field(default_factory=Counter)


Ready = tuple[Adapter, Outcome, Answer | None]
"""An outcome to be written, and what a badge was understood as where that was done already."""


def _understood(batches: Iterator[list[Taken]], workers: Workers) -> Iterator[list[Ready]]:
    """Yield the batches in order, understood by the workers as far as these are ahead."""
    waiting: deque[list[Taken]] = deque()
    for batch in batches:
        workers.hand_out([one for _, one in batch if isinstance(one, Found)])
        waiting.append(batch)
        while len(waiting) > workers.ahead:
            yield _with_answers(waiting.popleft(), workers.take_back())
    while waiting:
        yield _with_answers(waiting.popleft(), workers.take_back())


def _with_answers(batch: list[Taken], answers: list[Answer] | None) -> list[Ready]:
    if answers is None:
        return [(adapter, outcome, None) for adapter, outcome in batch]
    following = iter(answers)
    return [
        (adapter, outcome, next(following) if isinstance(outcome, Found) else None)
        for adapter, outcome in batch
    ]


def _share_out(
    archive: Archive, place: Place, books: dict[str, _Book], batch: list[Ready]
) -> Counts:
    """Write a batch, each outcome into the books of its adapter; returns what became of it."""
    shares: dict[str, list[tuple[Outcome, Answer | None]]] = {}
    for adapter, outcome, answer in batch:
        shares.setdefault(adapter.name, []).append((outcome, answer))
    whole = Counts()
    for name, outcomes in shares.items():
        if name not in books:
            books[name] = _begin(archive, name, place)
        book = books[name]
        became = _take(archive, book, outcomes)
        book.counts, whole = book.counts + became, whole + became
        last = outcomes[-1][0]
        if isinstance(last, Bookmark):
            book.bookmark = last.at
            _end(archive, book, "reading")
    return whole


def _end_all(archive: Archive, books: dict[str, _Book], state: str) -> None:
    for book in books.values():
        _end(archive, book, state)


def _begin(archive: Archive, adapter: str, place: Place) -> _Book:
    """Open the books of a source; those of an interrupted reading that can go on are taken up."""
    path = _path(place)
    with archive.writing() as conn:
        now = archive.now()
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
        return _Book(int(number))
    place.bookmark = bookmark
    return _Book(int(number), Counts(*counted), bookmark)


def _path(place: Place) -> str:
    if isinstance(place, LivePlace):
        return place.source
    # A name that is no UTF-8 is written as the place's label is.
    return os.fsencode(place.path.resolve()).decode("utf-8", "backslashreplace")


def _end(archive: Archive, book: _Book, state: str) -> None:
    counts = book.counts
    with archive.writing() as conn:
        conn.execute(
            "update source set state = ?, last_read_at = ?, found = ?, archived = ?, known = ?,"
            " problems = ?, bookmark = ? where id = ?",
            (
                *(state, archive.now(), counts.found, counts.archived, counts.known),
                *(counts.problems, book.bookmark, book.source_id),
            ),
        )


def _batches(outcomes: Iterator[Taken]) -> Iterator[list[Taken]]:
    batch: list[Taken] = []
    size = 0
    for taken in outcomes:
        batch.append((taken[0], storable(taken[1])))
        size += _weight(taken[1])
        full = len(batch) >= _BATCH_BADGES or size >= _BATCH_BYTES
        if full or isinstance(taken[1], Bookmark):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _weight(outcome: Outcome) -> int:
    if isinstance(outcome, Found):
        parts = (outcome.assertion, outcome.badge_class, outcome.issuer, outcome.jws, outcome.image)
        stories = [membership.story for membership in outcome.memberships]
        warnings = [warning.raw for warning in outcome.warnings]
        return sum([len(part) for part in (*parts, *stories, *warnings) if part])
    if isinstance(outcome, FoundFile):
        return len(outcome.content)
    return len(outcome.raw) if isinstance(outcome, Problem) else 0


def _take(archive: Archive, book: _Book, batch: list[tuple[Outcome, Answer | None]]) -> Counts:
    became: Counter[str] = Counter()
    with archive.writing() as conn:
        writer = BadgeWriter(conn, book.source_id, archive.now(), book.made)
        for are_badges, some in groupby(batch, lambda one: isinstance(one[0], Found)):
            if are_badges:
                badges = [(one, answer) for one, answer in some if isinstance(one, Found)]
                became.update(writer.badges(badges))
                became["found"] += len(badges)
            else:
                became.update(name for one, _ in some for name in _other(writer, one))
        writer.finish()
    return Counts(**became, warnings=writer.warnings)


def _other(writer: BadgeWriter, outcome: Outcome) -> tuple[str, ...]:
    """Take an outcome that is no badge; returns which counts it belongs to."""
    match outcome:
        case Problem(severity=Severity.PROBLEM):
            writer.problem(outcome)
            return "found", "problems"
        case Problem():
            writer.problem(outcome)
        case FoundLearner():
            writer.learner(outcome)
            return ("learners",)
        case FoundCollection():
            writer.collection(outcome)
            return ("collections",)
        case FoundFile():
            writer.file(outcome)
    return ()

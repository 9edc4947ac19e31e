"""Reading a source into the archive: every outcome lands somewhere, and the books balance."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.badges import BadgeWriter
from migrator.archive.lease import leased
from migrator.archive.storable import storable
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
from migrator.sources.place import Place

_BATCH_BADGES = 1_000
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
    with leased(archive, "intake", f"archive {place.label}") as lease:
        books = {division.main.name: _Book(_begin(archive, division.main.name, place))}
        try:
            for batch in _batches(division.read(place)):
                _share_out(archive, place, books, batch)
                lease.renew()
                watch(sum((book.counts for book in books.values()), Counts()))
        except BaseException:
            _end_all(archive, books, "interrupted")
            raise
        for name, book in books.items():
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
    """What one adapter has brought so far."""

    source_id: int
    counts: Counts = field(default_factory=Counts)


def _share_out(archive: Archive, place: Place, books: dict[str, _Book], batch: list[Taken]) -> None:
    """Write a batch, each outcome into the books of its adapter."""
    shares: dict[str, list[Outcome]] = {}
    for adapter, outcome in batch:
        shares.setdefault(adapter.name, []).append(outcome)
    for name, outcomes in shares.items():
        if name not in books:
            books[name] = _Book(_begin(archive, name, place))
        book = books[name]
        book.counts = book.counts + _take(archive, book.source_id, outcomes)


def _end_all(archive: Archive, books: dict[str, _Book], state: str) -> None:
    for book in books.values():
        _end(archive, book.source_id, state, book.counts)


def _begin(archive: Archive, adapter: str, place: Place) -> int:
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
            "select id from source where adapter = ? and place = ?",
            (adapter, path),
        ).fetchone()
    return int(row[0])


def _path(place: Place) -> str:
    # A name that is no UTF-8 is written as the place's label is.
    return os.fsencode(place.path.resolve()).decode("utf-8", "backslashreplace")


def _end(archive: Archive, source_id: int, state: str, counts: Counts) -> None:
    with archive.writing() as conn:
        conn.execute(
            "update source set state = ?, last_read_at = ?, found = ?, archived = ?, known = ?,"
            " problems = ? where id = ?",
            (
                *(state, archive.now(), counts.found, counts.archived, counts.known),
                *(counts.problems, source_id),
            ),
        )


def _batches(outcomes: Iterator[Taken]) -> Iterator[list[Taken]]:
    batch: list[Taken] = []
    size = 0
    for taken in outcomes:
        batch.append(taken)
        size += _weight(taken[1])
        if len(batch) >= _BATCH_BADGES or size >= _BATCH_BYTES:
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


def _take(archive: Archive, source_id: int, batch: list[Outcome]) -> Counts:
    with archive.writing() as conn:
        writer = BadgeWriter(conn, source_id, archive.now())
        became = Counter(name for outcome in batch for name in _one(writer, storable(outcome)))
        writer.finish()
    return Counts(**became, warnings=writer.warnings)


def _one(writer: BadgeWriter, outcome: Outcome) -> tuple[str, ...]:
    """Take one outcome; returns which counts it belongs to."""
    match outcome:
        case Found():
            return "found", writer.badge(outcome)
        case Problem(severity=Severity.PROBLEM):
            writer.problem(outcome)
            return "found", "problems"
        case Problem():
            writer.problem(outcome)
            return ()
        case FoundLearner():
            writer.learner(outcome)
            return ("learners",)
        case FoundCollection():
            writer.collection(outcome)
            return ("collections",)
        case FoundFile():
            writer.file(outcome)
            return ()
        case Bookmark():
            return ()


def first_problems(archive: Archive, source_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """Return (locator, sentence) of a source's first problems, for the end of a report."""
    rows = archive.all(
        "select locator, sentence from problem where source_id = ? and severity = 'problem'"
        " order by id limit ?",
        source_id,
        limit,
    )
    return [(row["locator"], row["sentence"]) for row in rows]

"""Reading a source into the archive: every outcome lands somewhere, and the books balance."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.badges import BadgeWriter
from migrator.archive.lease import leased
from migrator.archive.storable import storable
from migrator.sources.adapter import Adapter
from migrator.sources.found import (
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
    """Read a place with an adapter into the archive, in batches that are kept as they come.

    `watch` is called after each batch. An interruption (KeyboardInterrupt) leaves every finished
    batch in place; reading the source again goes on from there and adds nothing twice. Raises
    SourceUnreadable when the place as a whole cannot be read, ArchiveLocked when another process
    is reading into the same archive.
    """
    with leased(archive, "intake", f"archive {place.label}") as lease:
        source_id = _begin(archive, adapter.name, place)
        counts = Counts()
        try:
            for batch in _batches(adapter.read(place)):
                counts = counts + _take(archive, source_id, batch)
                lease.renew()
                watch(counts)
        except BaseException:
            _end(archive, source_id, "interrupted", counts)
            raise
        if not counts.balances:
            raise errors.MigratorError(
                f"The books of {place.label} do not balance: {counts}.",
                "This is a defect; please report it with the source's adapter and size.",
            )
        _end(archive, source_id, "complete", counts)
    return SourceRead(source_id, adapter.name, place.label, counts)


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


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    batch: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        batch.append(outcome)
        size += _weight(outcome)
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


def first_problems(archive: Archive, source_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """Return (locator, sentence) of a source's first problems, for the end of a report."""
    rows = archive.all(
        "select locator, sentence from problem where source_id = ? and severity = 'problem'"
        " order by id limit ?",
        source_id,
        limit,
    )
    return [(row["locator"], row["sentence"]) for row in rows]

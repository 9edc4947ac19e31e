"""Reading a source into the archive: every outcome lands somewhere, and the books balance."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.badges import BadgeWriter
from migrator.archive.books import Book, Counts, open_book
from migrator.archive.collector import collecting_rarely
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
    content_of,
    is_lent,
)
from migrator.sources.place import Place

_BATCH_BADGES = 1000
_BATCH_BYTES = 32 * 1024 * 1024
_TOGETHER = 10
"""Batches in a transaction: digests come in no order, so each writes most pages of the indexes."""
_LONGEST = 1.0
"""How long a transaction may keep others from writing, in seconds; they wait for ten."""


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
    """Read a place into the archive, in transactions that are kept as they come.

    Each part is read by the adapter that fits (or all by the named one); each adapter has a source
    and books of its own, the main one first. `watch` is called after each transaction with all
    counts together. An interruption (KeyboardInterrupt) leaves every finished transaction in place;
    reading again goes on from there and adds nothing twice. Raises NotRecognised, SourceUnreadable
    when the place as a whole cannot be read, ArchiveLocked when another process is reading into the
    same archive.
    """
    division = divided(place, adapter)
    with leased(archive, "intake", f"archive {place.label}") as lease, Workers() as workers:
        intake = _Intake(archive, place, workers)
        intake.open(division.main.name)
        try:
            with collecting_rarely():
                for counts in intake.take(_batches(division.read(place))):
                    lease.renew()
                    watch(counts)
        except BaseException:
            intake.close("interrupted")
            raise
        intake.balance()
        intake.close("complete")
    return tuple(
        SourceRead(book.source_id, name, place.label, book.counts)
        for name, book in intake.books.items()
    )


Ready = tuple[Adapter, Outcome, Answer | None]
"""An outcome to be written, and what a badge was understood as where that was done already."""


def _understood(batches: Iterator[list[Taken]], workers: Workers) -> Iterator[list[Ready]]:
    """Yield the batches in order, understood by the workers as far as these are ahead."""
    waiting: deque[list[Taken]] = deque()
    for batch in batches:
        workers.hand_out([one for _, one in batch if isinstance(one, Found)])
        waiting.append(batch)
        # What is lent can be had only until the source is read on.
        ahead = 0 if is_lent(batch[-1][1]) else workers.ahead
        while len(waiting) > ahead:
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


class _Intake:
    """Writes what a place gives into the books of the adapters that gave it."""

    def __init__(self, archive: Archive, place: Place, workers: Workers) -> None:
        self._archive = archive
        self._place = place
        self._workers = workers
        self.books: dict[str, Book] = {}

    def open(self, adapter: str) -> None:
        """Open the books of an adapter."""
        with self._archive.writing() as conn:
            self.books[adapter] = open_book(conn, adapter, self._place, self._archive.now())

    def take(self, batches: Iterator[list[Taken]]) -> Iterator[Counts]:
        """Write batch after batch; yields all counts together after each transaction.

        What goes wrong in the source is raised when all that came before is kept.
        """
        ready = _understood(batches, self._workers)
        asked = time.monotonic()
        for batch in ready:
            waited = time.monotonic() - asked
            before = {name: replace(book) for name, book in self.books.items()}
            try:
                with self._archive.writing() as conn:
                    failure = self._together(conn, batch, ready, waited)
            except BaseException:
                self.books = before  # nothing of this transaction is there
                raise
            yield sum((book.counts for book in self.books.values()), Counts())
            if failure is not None:
                raise failure
            asked = time.monotonic()

    def balance(self) -> None:
        """Raise MigratorError if a badge is not accounted for."""
        for name, book in self.books.items():
            book.bookmark = None
            if not book.counts.balances:
                raise errors.MigratorError(
                    f"The books of {self._place.label}, read as {name}, do not balance:"
                    f" {book.counts}.",
                    "This is a defect; please report it with the source's adapter and size.",
                )

    def close(self, state: str) -> None:
        """Write how the reading has ended."""
        with self._archive.writing() as conn:
            for book in self.books.values():
                book.write(conn, state, self._archive.now())

    def _together(
        self,
        conn: sqlite3.Connection,
        batch: list[Ready],
        following: Iterator[list[Ready]],
        waited: float,
    ) -> BaseException | None:
        """Write a batch, and those that follow soon; returns what kept the next from coming.

        `waited` is how long this batch was in coming, in seconds: the next may be as long.
        """
        began = time.monotonic()
        for last in (*[False] * (_TOGETHER - 1), True):
            became = self._batch(conn, batch)
            self._workers.learn(became.archived, became.known)
            asked = time.monotonic()
            if last or isinstance(batch[-1][1], Bookmark) or asked + waited > began + _LONGEST:
                break
            try:
                batch = next(following)
            except StopIteration:
                break
            except BaseException as error:  # noqa: BLE001 - raised when this transaction is kept
                return error
            waited = time.monotonic() - asked
        return None

    def _batch(self, conn: sqlite3.Connection, batch: list[Ready]) -> Counts:
        """Write each outcome into the books of its adapter; returns what became of them."""
        shares: dict[str, list[tuple[Outcome, Answer | None]]] = {}
        for adapter, outcome, answer in batch:
            shares.setdefault(adapter.name, []).append((outcome, answer))
        whole, now = Counts(), self._archive.now()
        for name, outcomes in shares.items():
            if name not in self.books:
                self.books[name] = open_book(conn, name, self._place, now)
            book = self.books[name]
            became = _written(BadgeWriter(conn, book.source_id, now, book.made), outcomes)
            book.counts, whole = book.counts + became, whole + became
            last = outcomes[-1][0]
            if isinstance(last, Bookmark):
                book.bookmark = last.at
                book.write(conn, "reading", now)
        return whole


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
    if is_lent(outcome):
        return _BATCH_BYTES  # it takes no memory, and is to be written at once
    content = content_of(outcome)
    held = len(content) if isinstance(content, bytes) else 0
    return held + (len(outcome.raw) if isinstance(outcome, Problem) else 0)


def _written(writer: BadgeWriter, batch: list[tuple[Outcome, Answer | None]]) -> Counts:
    became: Counter[str] = Counter()
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

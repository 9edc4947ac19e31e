"""The check of an archive: every byte read back, every table held against the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.proof.damage import Damage, words_of
from migrator.archive.proof.dependents import Dependents
from migrator.archive.proof.readback import FILES, Readback, Sample
from migrator.archive.proof.structure import PARTS

_EVERYTHING = Sample()
_STEPS_BETWEEN_LOOKS = 1_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has read (of how many), how many bytes these were, and how much is damaged."""

    documents: int
    all_documents: int | None
    artworks: int
    all_artworks: int | None
    images: int
    all_images: int | None
    other_files: int
    all_other_files: int | None
    bytes: int
    damages: int

    @property
    def clean(self) -> bool:
        """Whether everything that was looked at is as it was kept."""
        return not self.damages


def check(
    archive: Archive,
    tell: Callable[[Damage], None],
    watch: Callable[[int], None],
    sample: Sample = _EVERYTHING,
    listed: int = 10,
) -> Checked:
    """Check an archive; `tell` is called with each damage when it is found.

    The structure and every row's digests are always looked at; `sample` chooses the documents,
    artworks and images whose bytes are read back. `watch` is called with the number of rows seen;
    `listed` is how many badges are named for one damage. Nothing is written, and memory does not
    grow with the archive. Raises ArchiveLocked when another program keeps us from reading.
    """
    with _reading(archive.conn) as conn:
        dependents = Dependents(conn, listed)
        readback = Readback(conn, dependents, watch)
        damages = 0
        for damage in _everything(conn, readback, dependents, sample):
            damages += 1
            tell(damage)
        return Checked(
            readback.files["document"],
            _count(conn, "document"),
            readback.files["artwork"],
            _count(conn, "artwork"),
            readback.files["image"],
            _count(conn, "image"),
            readback.files["source_file"],
            _count(conn, "source_file"),
            readback.bytes,
            damages,
        )


def rows_to_see(archive: Archive) -> int | None:
    """Return how many rows a check will see; None when SQLite cannot count them."""
    tables = (*FILES, "assertion", "issuer", "badge_class")
    counts = [_count(archive.conn, table) for table in tables]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _everything(
    conn: sqlite3.Connection, readback: Readback, dependents: Dependents, sample: Sample
) -> Iterator[Damage]:
    for name, part in PARTS:
        try:
            yield from part(conn, dependents)
        except sqlite3.DatabaseError as error:
            sentence = f"{name} could not be checked to the end ({words_of(error)})."
            yield Damage("unreadable", "file", None, sentence)
    for table in FILES:
        yield from readback.contents(table, sample)
    yield from readback.identities()
    yield from readback.normal_forms()


@contextmanager
def _reading(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    # One moment of the archive, whoever writes meanwhile; and text that is no UTF-8 any more
    # is still worth reading.
    conn.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
    # Python looks for Ctrl-C here too, in the middle of SQLite's longest query.
    conn.set_progress_handler(lambda: 0, _STEPS_BETWEEN_LOOKS)
    try:
        conn.execute("begin")
        yield conn
    finally:
        if conn.in_transaction:
            conn.execute("rollback")
        conn.set_progress_handler(None, 0)
        conn.text_factory = str


def _count(conn: sqlite3.Connection, table: str) -> int | None:
    try:
        row = conn.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - our names
    except sqlite3.DatabaseError as error:
        words_of(error)
        return None
    return int(row[0])

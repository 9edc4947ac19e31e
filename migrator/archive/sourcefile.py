"""The files of a source that are no badges: short ones in one piece, long ones piece by piece.

SQLite and its driver copy a value several times while it is bound, written or read; a long one is
therefore never a value here, but room that is made in its row and then filled, and read as it was
filled (`blobopen`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256

from migrator.archive.documents import content_of
from migrator.sources.found import FoundFile, Lent

LONG = 1024 * 1024
"""Longer contents are read and written in pieces, if they are BLOBs."""

IS_LONG = f"(typeof({{0}}) = 'blob' and length({{0}}) > {LONG})"
"""Whether a column is so long, as SQL; it is not loaded for that."""

_PIECE = 256 * 1024
_INSERT = (
    "insert or ignore into source_file (source_id, locator, digest, size, content)"
    " values (?, ?, ?, ?, {})"
)
_LONG_ONES = f"select id from source_file where {IS_LONG.format('content')} order by id"  # noqa: S608 - our own words


def keep(conn: sqlite3.Connection, source_id: int, found: FoundFile) -> None:
    """Write a file unless its source has it with these bytes already.

    Raises SourceUnreadable when a file that is lent has changed.
    """
    content = found.content
    if isinstance(content, bytes):
        row = (source_id, found.locator, sha256(content).digest(), len(content))
        conn.execute(_INSERT.format("?"), (*row, content_of(content)))
        return
    row = (source_id, found.locator, content.digest, content.size)
    room = conn.execute(_INSERT.format("zeroblob(?)"), (*row, content.size))
    if room.rowcount == 1 and room.lastrowid is not None:
        _fill(conn, room.lastrowid, content)


def _fill(conn: sqlite3.Connection, row_id: int, content: Lent) -> None:
    with conn.blobopen("source_file", "content", row_id) as blob:
        for piece in content.pieces():
            blob.write(piece)


def pieces(
    conn: sqlite3.Connection, row_id: int, schema: str = "main", table: str = "source_file"
) -> Iterator[bytes]:
    """Yield the content of a row piece by piece; raises sqlite3.DatabaseError."""
    with conn.blobopen(table, "content", row_id, readonly=True, name=schema) as blob:
        while piece := blob.read(_PIECE):
            yield piece


def long_ones(conn: sqlite3.Connection) -> list[int]:
    """Return the ids of the rows that are to be read piece by piece."""
    return [row[0] for row in conn.execute(_LONG_ONES)]


def fill_from(conn: sqlite3.Connection, row_id: int, schema: str, other_id: int) -> None:
    """Fill a row with the content of another archive's."""
    with conn.blobopen("source_file", "content", row_id) as blob:
        for piece in pieces(conn, other_id, schema):
            blob.write(piece)

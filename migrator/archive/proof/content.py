"""Content: the kept bytes of documents, artworks and images, read back and digested."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

_LARGE = 1024 * 1024
_PIECE = 256 * 1024
_CACHE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Digested:
    """The SHA-256 and the size in bytes of content as it stands in the file now."""

    digest: bytes
    size: int


class Content:
    """Digests of kept bytes; memory does not grow with the archive or with a document.

    Every method raises KeyError when the row (or the artwork it needs) is not there, and
    sqlite3.DatabaseError when SQLite cannot read it.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        # Thousands of images share one artwork, so the last few artworks are kept at hand.
        self._artworks: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0

    def document(self, number: int) -> Digested:
        """Digest a document."""
        row = self._conn.execute(_DOCUMENT, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        if row[0] is None:
            return self._in_pieces("document", number)
        return Digested(sha256(row[0]).digest(), len(row[0]))

    def source_file(self, number: int) -> Digested:
        """Digest a file that belongs to a source and is no badge."""
        row = self._conn.execute(_SOURCE_FILE, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return Digested(sha256(row[0]).digest(), len(row[0]))

    def artwork(self, number: int) -> Digested:
        """Digest an artwork."""
        content = self._artwork(number)
        return Digested(sha256(content).digest(), len(content))

    def image(self, number: int) -> Digested:
        """Digest a baked image, put together from its artwork and its splice."""
        row = self._conn.execute(_IMAGE, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        artwork_id, at, splice = row
        artwork = memoryview(self._artwork(artwork_id))
        if not isinstance(at, int):  # damage can turn a number into anything
            at = 0
        digest = sha256(artwork[:at])
        digest.update(splice)
        digest.update(artwork[at:])
        return Digested(digest.digest(), len(artwork) + len(splice))

    def _artwork(self, number: int) -> bytes:
        content = self._artworks.get(number)
        if content is not None:
            self._artworks.move_to_end(number)
            return content
        row = self._conn.execute(
            "select cast(content as blob) from artwork where id = ?", (number,)
        ).fetchone()
        if row is None:
            raise KeyError(number)
        content = row[0] or b""
        self._artworks[number] = content
        self._held += len(content)
        while self._held > _CACHE_BYTES:
            _, dropped = self._artworks.popitem(last=False)
            self._held -= len(dropped)
        return content

    def _in_pieces(self, table: str, number: int) -> Digested:
        digest = sha256()
        with self._conn.blobopen(table, "content", number, readonly=True) as blob:
            size = len(blob)
            while piece := blob.read(_PIECE):
                digest.update(piece)
        return Digested(digest.digest(), size)


# Cast, because damage makes text that is no UTF-8, and a blob comes as the bytes that stand there.
_DOCUMENT = (
    f"select case when size <= {_LARGE} then coalesce(cast(content as blob), x'') end"  # noqa: S608 - a number
    " from document where id = ?"
)
_SOURCE_FILE = "select coalesce(cast(content as blob), x'') from source_file where id = ?"
_IMAGE = "select artwork_id, splice_at, coalesce(cast(splice as blob), x'') from image where id = ?"

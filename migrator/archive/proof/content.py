"""Content: the kept bytes of documents, artworks and images, put together and digested."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from migrator.archive import artwork as artworks
from migrator.archive.documents import together
from migrator.archive.sourcefile import IS_LONG, pieces

_LARGE = 1024 * 1024
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
        # Thousands of images share one artwork, and documents one frame: the last are at hand.
        self._at_hand: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes_held = 0

    def document(self, number: int) -> Digested:
        """Digest a document, put together with its frame where it has one."""
        row = self._conn.execute(_DOCUMENT, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        if row[0] is None:
            return self._in_pieces("document", number)
        return _digested(self._together(*row))

    def frame(self, number: int) -> Digested:
        """Digest a frame."""
        return _digested(self._held("frame", number))

    def source_file(self, number: int) -> Digested:
        """Digest a file that belongs to a source and is no badge."""
        row = self._conn.execute(_SOURCE_FILE, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        if row[0] is None:
            return self._in_pieces("source_file", number)
        return _digested(row[0])

    def artwork(self, number: int) -> Digested:
        """Digest an artwork."""
        return _digested(self._held("artwork", number))

    def image(self, number: int) -> Digested:
        """Digest a baked image, put together from its artwork, its splice and its document."""
        row = self._conn.execute(_IMAGE, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        artwork_id, at, splice, document_id, inside = row
        if document_id is not None:
            splice = artworks.join(splice, _place(inside), self._document(document_id))
        artwork = memoryview(self._held("artwork", artwork_id))
        at = _place(at)
        digest = sha256(artwork[:at])
        digest.update(splice)
        digest.update(artwork[at:])
        return Digested(digest.digest(), len(artwork) + len(splice))

    def parts(self, table: str, number: int) -> list[tuple[str, int]]:
        """Return the rows (table, id) that a document or image is made of besides its own."""
        query = _PARTS.get(table)
        row = self._conn.execute(query, (number,)).fetchone() if query else None
        return [(table, part) for table, part in dict(row or {}).items() if part is not None]

    def _document(self, number: int) -> bytes:
        row = self._conn.execute(_WHOLE_DOCUMENT, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return self._together(*row)

    def _together(self, content: bytes, frame_id: int | None) -> bytes:
        if frame_id is None:
            return content
        try:
            return together(content, self._held("frame", frame_id), frame_id)
        except ValueError:  # its gaps are damaged: that is no document, and its digest will tell
            return b""

    def _held(self, table: str, number: int) -> bytes:
        content = self._at_hand.get((table, number))
        if content is not None:
            self._at_hand.move_to_end((table, number))
            return content
        row = self._conn.execute(_SHARED[table], (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        content = row[0] or b""
        self._at_hand[table, number] = content
        self._bytes_held += len(content)
        while self._bytes_held > _CACHE_BYTES:
            _, dropped = self._at_hand.popitem(last=False)
            self._bytes_held -= len(dropped)
        return content

    def _in_pieces(self, table: str, number: int) -> Digested:
        digest, size = sha256(), 0
        for piece in pieces(self._conn, number, table=table):
            digest.update(piece)
            size += len(piece)
        return Digested(digest.digest(), size)


def _digested(content: bytes) -> Digested:
    return Digested(sha256(content).digest(), len(content))


def _place(at: object) -> int:
    return at if isinstance(at, int) else 0  # damage can turn a number into anything


# Cast, because damage makes text that is no UTF-8, and a blob comes as the bytes that stand there.
_DOCUMENT = (
    f"select case when size <= {_LARGE} or frame_id is not null"  # noqa: S608 - a number
    " then coalesce(cast(content as blob), x'') end, frame_id from document where id = ?"
)
_WHOLE_DOCUMENT = "select coalesce(cast(content as blob), x''), frame_id from document where id = ?"
_SOURCE_FILE = (
    f"select case when not {IS_LONG.format('content')}"  # noqa: S608 - our own words
    " then coalesce(cast(content as blob), x'') end from source_file where id = ?"
)
_SHARED = {
    "artwork": "select cast(content as blob) from artwork where id = ?",
    "frame": "select cast(content as blob) from frame where id = ?",
}
_IMAGE = (
    "select artwork_id, splice_at, coalesce(cast(splice as blob), x''), document_id, document_at"
    " from image where id = ?"
)
_PARTS = {
    "document": "select frame_id as frame from document where id = ?",
    "image": "select artwork_id as artwork, document_id as document from image where id = ?",
}

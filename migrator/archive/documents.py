"""Documents: every JSON, JWS, key or picture that was met, kept once by its bytes.

A document of a make that many share is kept as its frame and its own values (`archive.frame`).
"""

from __future__ import annotations

import sqlite3
from collections import Counter

from migrator.archive import frame
from migrator.archive.rows import Rows
from migrator.archive.understood import Piece, piece_of

WHOLE = 4
"""So many documents of one make are kept whole and readable before a frame is made of it."""
_LARGE = 4096
"""Of a longer frame (a picture in it) only one document is kept whole, in characters."""

_READ = """
select cast(document.content as blob), cast(frame.content as blob), document.frame_id
from document left join frame on frame.id = document.frame_id where document.id = ?
"""
_REMEMBERED = 10_000


class DocumentWriter:
    """Writes the documents of a batch.

    `made` counts how many of each make were met; it is handed from batch to batch.
    """

    def __init__(self, rows: Rows, made: Counter[bytes] | None = None) -> None:
        self._rows = rows
        self._made: Counter[bytes] = Counter() if made is None else made

    def keep(self, piece: Piece) -> int:
        """Keep a document unless it is kept already; returns its id."""
        known = self._rows.find("document", piece.digest)
        if known is not None:
            return known
        number = self._frame(piece)
        content = content_of(piece.data) if number is None or not piece.parts else piece.parts[2]
        row = (piece.digest, piece.kind, len(piece.data), content, number)
        return self._rows.add_new("document", *row)

    def _frame(self, piece: Piece) -> int | None:
        if piece.parts is None:
            return None
        digest, common, _ = piece.parts
        number = self._rows.find("frame", digest)
        if number is None:
            if len(self._made) >= _REMEMBERED:  # each of a make of its own
                self._made.clear()
            self._made[digest] += 1
            if self._made[digest] > (1 if len(common) > _LARGE else WHOLE):
                number = self._rows.add_new("frame", digest, common)
        return number


def keep_document(conn: sqlite3.Connection, kind: str, data: bytes) -> int:
    """Keep a single document unless it is kept already; returns its id. Within a transaction."""
    rows = Rows(conn)
    number = DocumentWriter(rows).keep(piece_of(kind, data))
    rows.write()
    return number


def document_bytes(conn: sqlite3.Connection, document_id: int) -> bytes:
    """Return a document byte for byte.

    Raises KeyError when there is none with this id, ValueError when what it is made of is damaged.
    """
    row = conn.execute(_READ, (document_id,)).fetchone()
    if row is None:
        raise KeyError(document_id)
    return together(*row)


def together(content: bytes | str | None, common: bytes | str | None, number: int | None) -> bytes:
    """Return a document from the columns `content`, its frame's `content` and `frame_id`.

    Raises ValueError when they do not fit together.
    """
    own = _bytes(content)
    if number is None:
        return own
    if common is None:
        raise ValueError("its frame is not there")
    return frame.join(_bytes(common), own)


def content_of(data: bytes) -> str | bytes:
    """Return bytes as text where the very bytes come back from it, so that any tool can read it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return data if "\0" in text else text


def _bytes(content: bytes | str | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""

"""Documents: every JSON, JWS, key or picture that was met, kept once by its bytes."""

from __future__ import annotations

import sqlite3
from hashlib import sha256


def keep_document(conn: sqlite3.Connection, kind: str, data: bytes) -> int:
    """Keep a document unless it is kept already; returns its id. Call it within a transaction."""
    digest = sha256(data).digest()
    known = conn.execute("select id from document where digest = ?", (digest,)).fetchone()
    if known is not None:
        return int(known[0])
    cursor = conn.execute(
        "insert into document (digest, kind, size, content) values (?, ?, ?, ?)",
        (digest, kind, len(data), content_of(data)),
    )
    return int(cursor.lastrowid or 0)


def document_bytes(conn: sqlite3.Connection, document_id: int) -> bytes:
    """Return a document byte for byte; raises KeyError when there is none with this id."""
    row = conn.execute(
        "select cast(content as blob) from document where id = ?", (document_id,)
    ).fetchone()
    if row is None:
        raise KeyError(document_id)
    return bytes(row[0])


def content_of(data: bytes) -> str | bytes:
    """Return bytes as text where the very bytes come back from it, so that any tool can read it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return data if "\0" in text else text

"""Version 4: how far a live source was read when it was interrupted."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_BOOKMARK = "alter table source add column bookmark text;"


def add_bookmarks(conn: sqlite3.Connection) -> None:
    """Add the bookmark of a source, written by its adapter, null for a complete one."""
    run_statements(conn, _BOOKMARK)

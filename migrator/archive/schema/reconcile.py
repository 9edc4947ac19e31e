"""Version 7: when an account was last compared with what it holds over there."""

from __future__ import annotations

import sqlite3


def add_comparisons(conn: sqlite3.Connection) -> None:
    """Make room for the moment of the last comparison."""
    conn.execute("alter table account add column compared_at text")

"""A script of SQL run within a transaction that is already open."""

from __future__ import annotations

import sqlite3


def run_statements(conn: sqlite3.Connection, script: str) -> None:
    """Run each statement of a script; a statement ends with a semicolon at the end of a line."""
    # executescript() would commit; a migration is one transaction.
    for statement in script.split(";\n"):
        if statement.strip():
            conn.execute(statement)

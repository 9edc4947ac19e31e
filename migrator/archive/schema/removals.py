"""Version 2: that persons were removed, and digests of badge classes that hold everywhere."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.redigest import redigest_badge_classes
from migrator.archive.schema.statements import run_statements

_REMOVAL = """
create table removal (
  id integer primary key,
  removed_at text not null,
  badges integer not null
);
"""


def add_removals(conn: sqlite3.Connection) -> None:
    """Make the table of removals, and badge classes known by the same digest in every archive."""
    run_statements(conn, _REMOVAL)
    redigest_badge_classes(conn)

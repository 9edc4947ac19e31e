"""Version 3: the files of a source that are no badges."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_SOURCE_FILE = """
create table source_file (
  id integer primary key,
  source_id integer not null references source (id),
  locator text not null,
  digest blob not null,
  size integer not null,
  content blob not null,
  unique (source_id, locator, digest)
);
"""


def add_source_files(conn: sqlite3.Connection) -> None:
    """Make the table of a source's other files."""
    run_statements(conn, _SOURCE_FILE)

"""Version 8: what support staff note about a learner."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_NOTE = """
create table note (
  id integer primary key,
  learner_id integer not null references learner (id),
  written_at text not null,
  author text not null,
  text text not null
);
create index note_learner on note (learner_id);
"""


def add_notes(conn: sqlite3.Connection) -> None:
    """Make the table of notes."""
    run_statements(conn, _NOTE)

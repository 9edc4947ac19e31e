"""Version 6: a badge is found by the recipient that is written in it, also by a hashed one."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

# The beginning tells recipients apart, at a third of the size of the whole.
_RECIPIENT = """
create index assertion_recipient on assertion (substr(recipient_identity, 1, 24) collate nocase)
  where recipient_identity is not null;
"""


def add_recipients(conn: sqlite3.Connection) -> None:
    """Make the index of recipients."""
    run_statements(conn, _RECIPIENT)

"""Version 4: what documents and images have in common is kept once."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_SMALL = """
create table frame (
  id integer primary key,
  digest blob not null unique,
  content blob not null
);
alter table document add column frame_id integer references frame (id);
alter table image add column document_id integer references document (id);
alter table image add column document_at integer;
create index document_frame on document (frame_id) where frame_id is not null;
create index image_document on image (document_id) where document_id is not null;
"""


def make_small(conn: sqlite3.Connection) -> None:
    """Let documents share a frame, and images the document that is baked into them."""
    run_statements(conn, _SMALL)

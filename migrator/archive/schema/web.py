"""Version 2: what the web answered, today and in web archives."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_WEB = """
create table web_answer (
  id integer primary key,
  url text not null,
  origin text not null check (origin in ('live', 'rehearsed', 'wayback', 'warc')),
  kind text not null,
  asked_at text not null,
  captured_at text,
  outcome text not null,
  status integer,
  final_url text,
  media_type text,
  etag text,
  last_modified text,
  document_id integer references document (id),
  detail text,
  via text
);
create index web_answer_url on web_answer (url, origin, asked_at);
create index web_answer_document on web_answer (document_id) where document_id is not null;
"""


def add_web_answers(conn: sqlite3.Connection) -> None:
    """Make the table of what was asked of the web and what it answered."""
    run_statements(conn, _WEB)

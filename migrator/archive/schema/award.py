"""Version 3: which badge class of the admin's own stands for which legacy one, to award anew."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_AWARD = """
create table award_mapping (
  id integer primary key,
  destination_id integer not null references destination (id),
  badge_class_id integer not null references badge_class (id),
  account text not null,
  remote_issuer_id text,
  remote_issuer text not null,
  remote_badge_class_id text,
  remote_badge_class text not null,
  made integer not null default 0,
  decided_at text not null,
  unique (destination_id, badge_class_id)
);
create index award_mapping_badge_class on award_mapping (badge_class_id);
create index transfer_route on transfer (destination_id, state) where route = 'reaward';
"""


def add_awards(conn: sqlite3.Connection) -> None:
    """Make the table of what legacy badge classes are awarded as."""
    run_statements(conn, _AWARD)

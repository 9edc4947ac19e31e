"""Version 5: which addresses an admin says an account is for, and that a password was refused."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

_COHORT = """
create table account_address (
  id integer primary key,
  account_id integer not null references account (id),
  destination_id integer not null references destination (id),
  value text not null collate nocase,
  told_at text not null,
  unique (destination_id, value)
);
create index account_address_account on account_address (account_id);
alter table account add column refused_at text;
alter table account add column refusal text;
"""


def add_cohorts(conn: sqlite3.Connection) -> None:
    """Make the table of what `accounts import` was told, and room for refused sign-ins."""
    run_statements(conn, _COHORT)

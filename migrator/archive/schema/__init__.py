"""The tables and views of the archive, as numbered migrations.

Plain singular names, integer keys, ISO 8601 UTC text dates, digests as BLOB. `user_version` is the
number of the last migration, so that a reader can tell a newer archive without any library.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from migrator.archive.schema.award import add_awards
from migrator.archive.schema.bookmark import add_bookmarks
from migrator.archive.schema.cohort import add_cohorts
from migrator.archive.schema.first import make_tables
from migrator.archive.schema.note import add_notes
from migrator.archive.schema.recipient import add_recipients
from migrator.archive.schema.reconcile import add_comparisons
from migrator.archive.schema.search import make_search_smaller
from migrator.archive.schema.thrift import save_room
from migrator.archive.schema.web import add_web_answers

migrations = Migrations("badge-migrator")


@migrations(name="0001_archive")
def _archive(db: Database) -> None:
    make_tables(db)
    db.conn.execute("pragma user_version = 1")


@migrations(name="0002_web")
def _web(db: Database) -> None:
    add_web_answers(db.conn)
    db.conn.execute("pragma user_version = 2")


@migrations(name="0003_award")
def _award(db: Database) -> None:
    add_awards(db.conn)
    db.conn.execute("pragma user_version = 3")


@migrations(name="0004_bookmark")
def _bookmark(db: Database) -> None:
    add_bookmarks(db.conn)
    db.conn.execute("pragma user_version = 4")


@migrations(name="0005_cohort")
def _cohort(db: Database) -> None:
    add_cohorts(db.conn)
    db.conn.execute("pragma user_version = 5")


@migrations(name="0006_recipient")
def _recipient(db: Database) -> None:
    add_recipients(db.conn)
    db.conn.execute("pragma user_version = 6")


@migrations(name="0007_reconcile")
def _reconcile(db: Database) -> None:
    add_comparisons(db.conn)
    db.conn.execute("pragma user_version = 7")


@migrations(name="0008_note")
def _note(db: Database) -> None:
    add_notes(db.conn)
    db.conn.execute("pragma user_version = 8")


@migrations(name="0009_search")
def _search(db: Database) -> None:
    make_search_smaller(db.conn)
    db.conn.execute("pragma user_version = 9")


@migrations(name="0010_thrift")
def _thrift(db: Database) -> None:
    save_room(db.conn)
    db.conn.execute("pragma user_version = 10")


def migrate(conn: sqlite3.Connection) -> None:
    """Bring a connection's database to the latest schema, each step in a transaction."""
    migrations.apply(Database(conn))

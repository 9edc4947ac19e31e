"""The archive file: opened, migrated, locked and told apart from other files."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from migrator import errors
from migrator.archive.journal import BUSY_SECONDS, WAL, keep_journal
from migrator.archive.process import is_alive, is_here
from migrator.archive.trouble import explained
from migrator.archive.upgrade import APPLICATION_ID, LATEST, check_version, upgrade

PAGE = 4096
"""Bytes of a page. Digests come in no order, so each badge changes pages all over their indexes:
of 16 KiB pages three times as much is written at a million badges (96 and 34 KiB a badge)."""

__all__ = ["APPLICATION_ID", "LATEST", "Archive", "reading", "utc_now"]


def utc_now() -> str:
    """Return this moment as ISO 8601 UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Archive:
    """An open archive. One connection, used by one thread at a time.

    `open` creates and migrates the file; `read` never writes to it. Errors of SQLite that a person
    can act on are raised as `errors.ArchiveLocked`, `errors.ArchiveDamaged` or `errors.Usage`.
    """

    def __init__(
        self, path: Path, conn: sqlite3.Connection, clock: Callable[[], str] = utc_now
    ) -> None:
        self.path = path
        self.conn = conn
        self.now = clock
        self.shared = True  # others can read while one writes; not so on a network drive
        self._together = False

    @classmethod
    def open(cls, path: Path, clock: Callable[[], str] = utc_now) -> Self:
        """Open the archive for writing; create it if it is not there."""
        fresh = _size(path) == 0
        if fresh and not path.parent.is_dir():
            raise errors.Usage(f"There is no folder {path.parent}.", "Create it, then try again.")
        with _connected(path, "mode=rwc") as conn:
            if fresh:
                conn.execute(f"pragma page_size = {PAGE}")
                conn.execute(f"pragma application_id = {APPLICATION_ID}")
            else:
                check_version(path, conn)
            journal = keep_journal(conn, path)
            # Digests come in no order: with less at hand than their indexes need, a million badges
            # take half as long again (16 MB against 48 MB, measured).
            conn.execute("pragma cache_size = -48000")
            upgrade(path, conn)
        opened = cls(path, conn, clock)
        opened.shared = journal == WAL
        return opened

    @classmethod
    def read(cls, path: Path, clock: Callable[[], str] = utc_now) -> Self:
        """Open an existing archive for reading only."""
        missing = errors.Usage(
            f"There is no archive at {path}.",
            "Make one with `badge-migrator archive SOURCE`, or name another with --archive.",
        )
        if _size(path) == 0 or not path.is_file():
            raise missing
        with _connected(path, reading(path)) as conn:
            # Writing needs the triggers that keep the full-text index; reading does not.
            conn.execute("pragma trusted_schema = off")
            version = check_version(path, conn)
            if not version:
                raise missing
        if version < LATEST:
            conn.close()
            cls._bring_up_to_date(path)
            return cls.read(path, clock)
        return cls(path, conn, clock)

    @classmethod
    def _bring_up_to_date(cls, path: Path) -> None:
        try:
            cls.open(path).close()
        except errors.Usage as error:
            raise errors.Usage(
                f"{path} is of an older badge-migrator and must be brought up to date, but it"
                " cannot be written.",
                "Copy it to a folder of your own, and name the copy with --archive.",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction: all of it is kept, or none.

        Within `together` it is a part of that transaction, which can be undone alone.
        """
        if self._together:
            with self._part():
                yield self.conn
            return
        with explained(self.path, self._writer):
            self.conn.execute("begin immediate")
            try:
                yield self.conn
                self.conn.execute("commit")
            except BaseException:
                # A full disk ends the transaction by itself.
                if self.conn.in_transaction:
                    self.conn.execute("rollback")
                raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep everything a block writes in one transaction: one wait for the disk, not many."""
        with self.writing():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    @contextmanager
    def _part(self) -> Iterator[None]:
        with explained(self.path, self._writer):
            self.conn.execute("savepoint part")
            try:
                yield
            except BaseException:
                # A full disk ends the whole transaction by itself.
                if self.conn.in_transaction:
                    self.conn.execute("rollback to part")
                    self.conn.execute("release part")
                raise
            self.conn.execute("release part")

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return every row of a query."""
        with explained(self.path):
            return self.conn.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query."""
        with explained(self.path):
            row: sqlite3.Row | None = self.conn.execute(sql, values).fetchone()
        return row

    def begin_run(self, command: str) -> int:
        """Note that a command has begun to work on the archive; returns the run's id."""
        with self.writing() as conn:
            cursor = conn.execute(
                "insert into run (command, started_at, pid, host) values (?, ?, ?, ?)",
                (command, self.now(), os.getpid(), socket.gethostname()),
            )
        return int(cursor.lastrowid or 0)

    def end_run(self, run_id: int, outcome: str) -> None:
        """Note how a run has ended: "complete", "interrupted", or the error's name."""
        with self.writing() as conn:
            conn.execute(
                "update run set finished_at = ?, outcome = ? where id = ?",
                (self.now(), outcome, run_id),
            )

    def _writer(self) -> str:
        for row in self.conn.execute(
            "select command, pid, host, started_at from run where finished_at is null"
            " order by id desc limit 100"
        ):
            here = is_here(row["host"])
            if not here or (row["pid"] != os.getpid() and is_alive(row["pid"])):
                return "`{}` (process {} on {}, since {})".format(*row)
        return "another program"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except OSError as error:
        raise errors.Usage(
            f"{path} cannot be opened ({error.strerror}).",
            "Check the permissions of the file and its folder, or name another with --archive.",
        ) from error


def reading(path: Path) -> str:
    """Return how SQLite is to open a file for reading only, as the query of a URI."""
    # Where nothing can be written (a CD, a colleague's folder) and nobody is at work, SQLite reads
    # only what it is told will not change.
    alone = not path.with_name(f"{path.name}-wal").exists()
    return "immutable=1" if alone and not os.access(path.parent, os.W_OK) else "mode=ro"


@contextmanager
def _connected(path: Path, how: str) -> Iterator[sqlite3.Connection]:
    with explained(path):
        conn = sqlite3.connect(
            f"{path.absolute().as_uri()}?{how}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        try:
            conn.row_factory = sqlite3.Row
            conn.execute("pragma foreign_keys = on")
            yield conn
        except BaseException:
            conn.close()
            raise

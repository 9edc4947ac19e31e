"""The archive file: opened, migrated, locked and told apart from other files."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from migrator import errors
from migrator.archive.process import is_alive, is_here

APPLICATION_ID = 0x62_64_67_6D
LATEST = 1
_BUSY_SECONDS = 10


def utc_now() -> str:
    """Return this moment as ISO 8601 UTC with milliseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


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

    @classmethod
    def open(cls, path: Path, clock: Callable[[], str] = utc_now) -> Self:
        """Open the archive for writing; create it if it is not there."""
        fresh = _size(path) == 0
        if fresh and not path.parent.is_dir():
            raise errors.Usage(f"There is no folder {path.parent}.", "Create it, then try again.")
        with _connected(path, "mode=rwc") as conn:
            if fresh:
                conn.execute("pragma page_size = 16384")
                conn.execute(f"pragma application_id = {APPLICATION_ID}")
            else:
                _check_version(path, conn)
            conn.execute("pragma journal_mode = wal")
            conn.execute("pragma synchronous = normal")
            conn.execute("pragma wal_autocheckpoint = 4000")
            _migrate(conn)
        return cls(path, conn, clock)

    @classmethod
    def read(cls, path: Path, clock: Callable[[], str] = utc_now) -> Self:
        """Open an existing archive for reading only."""
        missing = errors.Usage(
            f"There is no archive at {path}.",
            "Make one with `badge-migrator archive SOURCE`, or name another with --archive.",
        )
        if _size(path) == 0 or not path.is_file():
            raise missing
        with _connected(path, _reading(path)) as conn:
            # Writing needs the triggers that keep the full-text index; reading does not.
            conn.execute("pragma trusted_schema = off")
            if _check_version(path, conn) < LATEST:
                raise missing
        return cls(path, conn, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction: all of it is kept, or none."""
        with _explained(self.path, self._writer):
            self.conn.execute("begin immediate")
            try:
                yield self.conn
                self.conn.execute("commit")
            except BaseException:
                # A full disk ends the transaction by itself.
                if self.conn.in_transaction:
                    self.conn.execute("rollback")
                raise

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return every row of a query."""
        with _explained(self.path):
            return self.conn.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query."""
        with _explained(self.path):
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


def _reading(path: Path) -> str:
    # Where nothing can be written (a CD, a colleague's folder) and nobody is at work, SQLite reads
    # only what it is told will not change.
    alone = not path.with_name(f"{path.name}-wal").exists()
    return "immutable=1" if alone and not os.access(path.parent, os.W_OK) else "mode=ro"


@contextmanager
def _connected(path: Path, how: str) -> Iterator[sqlite3.Connection]:
    with _explained(path):
        conn = sqlite3.connect(
            f"{path.absolute().as_uri()}?{how}",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_SECONDS,
            check_same_thread=False,
        )
        try:
            conn.row_factory = sqlite3.Row
            conn.execute("pragma foreign_keys = on")
            yield conn
        except BaseException:
            conn.close()
            raise


def _check_version(path: Path, conn: sqlite3.Connection) -> int:
    if conn.execute("pragma application_id").fetchone()[0] != APPLICATION_ID:
        raise errors.Usage(
            f"{path} is not an archive of badge-migrator.", "Name another file with --archive."
        )
    version = int(conn.execute("pragma user_version").fetchone()[0])
    if version > LATEST:
        raise errors.Usage(
            f"{path} was written by a newer badge-migrator (archive version {version},"
            f" this program knows {LATEST}).",
            "Update badge-migrator: pip install --upgrade badge-migrator",
        )
    return version


def _migrate(conn: sqlite3.Connection) -> None:
    if conn.execute("pragma user_version").fetchone()[0] < LATEST:
        # sqlite-utils takes a tenth of a second to import: only when there is something to do.
        from migrator.archive import schema  # noqa: PLC0415 - see the line above

        conn.execute("begin immediate")  # two processes may have found the file new
        schema.migrate(conn)
        conn.execute("commit")


@contextmanager
def _explained(path: Path, writer: Callable[[], str] | None = None) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _operational(path, error, writer) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise errors.ArchiveDamaged(
            f"{path} cannot be read as an archive ({error}).",
            "Work on a copy of it, or take it from your backup.",
        ) from error


def _operational(
    path: Path, error: sqlite3.OperationalError, writer: Callable[[], str] | None
) -> Exception:
    text = str(error)
    if "locked" in text or "busy" in text:
        who = writer() if writer else "another program"
        return errors.ArchiveLocked(
            f"{path} is being written by {who}.", "Wait until it has finished, then try again."
        )
    if "readonly" in text or "unable to open" in text:
        return errors.Usage(
            f"{path} cannot be written ({text}).",
            "Check the permissions of the file and its folder, or name another with --archive.",
        )
    if "full" in text:
        return errors.Incomplete(
            f"The disk is full; nothing of what {path} held is lost.",
            "Make room, then run the same command again: it goes on where it stopped.",
        )
    return error

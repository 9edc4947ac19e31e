"""Leases: who is at work on what, so that two processes never do the same work at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.process import is_alive, is_here

_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to one piece of work, until it expires or is given back."""

    archive: Archive
    name: str
    run_id: int

    def renew(self) -> None:
        """Say that the work still goes on."""
        with self.archive.writing() as conn:
            self.renew_in(conn)

    def renew_in(self, conn: sqlite3.Connection) -> None:
        """The same, within a transaction of the caller's; raises ArchiveLocked if it was lost."""
        renewed = conn.execute(
            "update lease set expires_at = ? where name = ? and run_id = ?",
            (_expiry(self.archive.now()), self.name, self.run_id),
        )
        if not renewed.rowcount:
            raise errors.ArchiveLocked(
                f"Another process has taken over the work on {self.archive.path},"
                " because this one was silent for too long.",
                "Let the other one finish.",
            )


@contextmanager
def leased(archive: Archive, name: str, command: str) -> Iterator[Lease]:
    """Hold the lease `name` while a block runs as a run of its own; raises as `held` does."""
    run_id = archive.begin_run(command)
    lease = Lease(archive, name, run_id)
    try:
        _acquire(archive, lease)
    except errors.ArchiveLocked:
        with archive.writing() as conn:
            conn.execute("delete from run where id = ?", (run_id,))
        raise
    with ended(archive, run_id), _given_back(lease):
        yield lease


@contextmanager
def held(archive: Archive, name: str, run_id: int) -> Iterator[Lease]:
    """Hold the lease `name` for a run that may hold others; raises ArchiveLocked with who has it.

    A lease whose process is gone (same machine) or that has expired (another machine) is taken
    over.
    """
    lease = Lease(archive, name, run_id)
    _acquire(archive, lease)
    with _given_back(lease):
        yield lease


@contextmanager
def _given_back(lease: Lease) -> Iterator[None]:
    try:
        yield
    finally:
        with lease.archive.writing() as conn:
            conn.execute(
                "delete from lease where name = ? and run_id = ?", (lease.name, lease.run_id)
            )


@contextmanager
def ended(archive: Archive, run_id: int) -> Iterator[None]:
    """Note how a run ends when the block does."""
    outcome = "complete"
    try:
        yield
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | GeneratorExit)
        outcome = "interrupted" if stopped else type(error).__name__
        raise
    finally:
        archive.end_run(run_id, outcome)


def at_work(archive: Archive, but: str | None = None) -> str | None:
    """Return who is at work on an archive right now, in words, None when nobody is.

    `but` is a lease of the caller's own.
    """
    rows = archive.all(
        "select lease.name, lease.expires_at, run.pid, run.host, run.command, run.started_at"
        " from lease join run on run.id = lease.run_id"
    )
    for row in rows:
        if row["name"] != but and not _abandoned(row, archive.now()):
            return _who(row)
    return None


@contextmanager
def alone(archive: Archive, command: str) -> Iterator[Lease]:
    """Be the only one at work on an archive while a block runs; raises ArchiveLocked if not."""
    with leased(archive, "intake", command) as lease:
        worker = at_work(archive, but="intake")
        if worker is not None:
            raise errors.ArchiveLocked(
                f"{worker} is at work on {archive.path}.",
                "Wait until it has finished, or stop it; then run this command again.",
            )
        yield lease


def _who(row: sqlite3.Row) -> str:
    return f"`{row['command']}` (process {row['pid']} on {row['host']}, since {row['started_at']})"


def _acquire(archive: Archive, lease: Lease) -> None:
    with archive.writing() as conn:
        now = archive.now()
        row = conn.execute(
            "select lease.run_id, lease.expires_at, run.pid, run.host, run.command, run.started_at"
            " from lease join run on run.id = lease.run_id where lease.name = ?",
            (lease.name,),
        ).fetchone()
        taken = row is not None and not _abandoned(row, now)
        if not taken:
            if row is not None:
                conn.execute(
                    "update run set finished_at = ?, outcome = 'killed' where id = ?",
                    (now, row["run_id"]),
                )
            conn.execute(
                "insert or replace into lease (name, run_id, taken_at, expires_at)"
                " values (?, ?, ?, ?)",
                (lease.name, lease.run_id, now, _expiry(now)),
            )
    if taken:
        raise errors.ArchiveLocked(
            f"`{row['command']}` is at work on {archive.path}"
            f" (process {row['pid']} on {row['host']}, since {row['started_at']}).",
            "Wait until it has finished, or stop it; then run this command again.",
        )


def _abandoned(row: sqlite3.Row, now: str) -> bool:
    expired = bool(row["expires_at"] < now)
    if not is_here(row["host"]):
        return expired
    # In a container every process has the same number: then only time tells.
    return expired if row["pid"] == os.getpid() else not is_alive(row["pid"])


def _expiry(now: str) -> str:
    then = datetime.fromisoformat(now) + _LASTS
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

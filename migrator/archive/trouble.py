"""Errors of SQLite in words: what is wrong with the file or the disk, and what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator import errors
from migrator.archive.journal import refuses_sharing

_NO_ROOM = 1024 * 1024


@contextmanager
def explained(path: Path, writer: Callable[[], str] | None = None) -> Iterator[None]:
    """Run a block; errors of SQLite that a person can act on are raised as ours.

    `writer` says who holds the archive when it is locked. Raises ArchiveLocked, ArchiveDamaged,
    Incomplete (a full disk, a drive that fails) or Usage (what may not be written).
    """
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
        return _not_writable(path, text)
    if "full" in text or (refuses_sharing(error) and _is_full(path)):
        return errors.Incomplete(
            f"The disk is full; nothing of what {path} held is lost.",
            "Make room, then run the same command again: it goes on where it stopped.",
        )
    if refuses_sharing(error):
        return errors.Incomplete(
            f"The drive that {path} is on does not work as SQLite needs it ({text});"
            " nothing that was kept before is lost.",
            "If it is a network drive, copy the archive to a disk of this computer and work there;"
            " else have the disk checked.",
        )
    return error


def _not_writable(path: Path, text: str) -> errors.Usage:
    if path.is_dir():
        return errors.Usage(
            f"{path} cannot be written: it is a folder.", "Name a file with --archive."
        )
    if path.exists() and not os.access(path, os.W_OK):
        return errors.Usage(
            f"{path} cannot be written: the file is read-only.",
            "Make it writable, or work on a copy of it; nothing in it was changed.",
        )
    if not os.access(path.parent, os.W_OK):
        return errors.Usage(
            f"{path} cannot be written: its folder is read-only.",
            "Work on a copy in a folder of your own: SQLite writes files beside the archive.",
        )
    return errors.Usage(
        f"{path} cannot be written ({text}).",
        "Check the permissions of the file and its folder, or name another with --archive.",
    )


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _NO_ROOM
    except OSError:  # the drive does not answer at all
        return False

"""The journal of the archive file: WAL on a disk of one's own, a rollback journal on the network.

WAL needs memory that all processes share, which no network file system has: two machines that
write so damage the file (sqlite.org/wal.html, "Disadvantages").
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

WAL = "wal"
ROLLBACK = "truncate"
MOUNTS = Path("/proc/self/mounts")
BUSY_SECONDS = 10
"""How long another program that is at work is waited for."""

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "9p", "fuse.sshfs", "davfs"}
)


def keep_journal(conn: sqlite3.Connection, path: Path) -> str:
    """Choose the journal that is safe where the file is, and set it; returns its name.

    Where WAL is refused by the file system, the slower rollback journal is taken, with a sync at
    each commit. Raises sqlite3.OperationalError where neither works.
    """
    if not on_network(path) and _shares(conn):
        conn.execute("pragma synchronous = normal")
        conn.execute("pragma wal_autocheckpoint = 16000")
        return WAL
    conn.execute(f"pragma journal_mode = {ROLLBACK}")
    conn.execute("pragma synchronous = full")
    return ROLLBACK


def _shares(conn: sqlite3.Connection) -> bool:
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return bool(conn.execute(f"pragma journal_mode = {WAL}").fetchone()[0] == WAL)
        except sqlite3.OperationalError as error:
            if refuses_sharing(error):
                return False
            # SQLite does not wait here by itself: the change needs the file alone, and two that
            # make the same archive at once meet in it.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def on_network(path: Path) -> bool:
    """Say whether a file is on a network drive, as far as the system tells."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # not Linux: then only trying tells
        return False
    folder = path.absolute().parent.resolve()
    found = ("", "")
    for line in lines:
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        where = where.replace("\\040", " ")
        if where and folder.is_relative_to(where) and len(where) >= len(found[0]):
            found = (where, kind)
    return found[1] in _NETWORK


def refuses_sharing(error: sqlite3.OperationalError) -> bool:
    """Say whether an error is a file system's that cannot lock or share as SQLite needs it."""
    return any(words in str(error) for words in ("locking protocol", "disk I/O error"))

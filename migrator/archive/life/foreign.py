"""Another archive, looked at and then attached beside ours for reading only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator import errors
from migrator.archive.archive import Archive, reading
from migrator.archive.lease import at_work
from migrator.archive.proof.content import Content
from migrator.archive.trouble import explained


def examine(path: Path, into: Path) -> int:
    """Return how many badges another archive holds, having seen that it can be trusted.

    Reads it through: SQLite's own check, the references between tables, and the digest of every
    document, artwork and image. Raises errors.Usage (no archive, a newer one, the archive itself),
    ArchiveLocked (somebody is at work on it) or ArchiveDamaged; nothing is written.
    """
    if into.exists() and path.exists() and path.samefile(into):
        raise errors.Usage(f"{path} is the archive to join into.", "Name other archives.")
    with Archive.read(path) as other, explained(path):
        worker = at_work(other)
        if worker is not None:
            raise errors.ArchiveLocked(
                f"{worker} is at work on {path}.", "Wait until it has finished, then try again."
            )
        damage = _damage(other.conn)
        if damage is not None:
            raise errors.ArchiveDamaged(
                f"{path} is damaged ({damage}), so nothing of it was taken.",
                f"`badge-migrator check --archive {path}` says what hangs on it.",
            )
        return int(other.conn.execute("select count(*) from assertion").fetchone()[0])


@contextmanager
def attached(archive: Archive, path: Path) -> Iterator[None]:
    """Have another archive under the name `other` while a block runs, for reading only."""
    with explained(path):
        where = f"{path.absolute().as_uri()}?{reading(path)}"
        archive.conn.execute("attach database ? as other", (where,))
    try:
        yield
    finally:
        archive.conn.execute("detach database other")


def _damage(conn: sqlite3.Connection) -> str | None:
    for (said,) in conn.execute("pragma quick_check(1)"):
        if said != "ok":
            return str(said).splitlines()[-1]
    row = conn.execute("pragma foreign_key_check").fetchone()
    if row is not None:
        return f"row {row[1]} of table {row[0]} refers to nothing"
    return _changed(conn)


def _changed(conn: sqlite3.Connection) -> str | None:
    content = Content(conn)
    for table, read in (
        ("document", content.document),
        ("artwork", content.artwork),
        ("image", content.image),
    ):
        for number, digest in conn.execute(f"select id, digest from {table} order by id"):  # noqa: S608 - our own table names
            if read(number).digest != digest:
                return f"{table} {number} is not what it was"
    return None

"""Which version of the archive's schema a file has, and how an older one becomes today's."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from migrator import errors

APPLICATION_ID = 0x62_64_67_6D
LATEST = 10


def check_version(path: Path, conn: sqlite3.Connection) -> int:
    """Return a file's schema version, 0 where its making was cut short.

    Raises errors.Usage when it is no archive, or one of a newer program.
    """
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


def upgrade(path: Path, conn: sqlite3.Connection) -> None:
    """Bring an archive to the latest schema; an older one is kept as it was in a file beside it."""
    version = int(conn.execute("pragma user_version").fetchone()[0])
    if version >= LATEST:
        return
    # sqlite-utils takes a tenth of a second to import: only when there is something to do.
    from migrator.archive import schema  # noqa: PLC0415 - see the line above

    if version:
        snapshot(path, conn, version)
    conn.execute("begin immediate")  # two processes may have found the file new, or old
    schema.migrate(conn)
    conn.execute("commit")


def snapshot(path: Path, conn: sqlite3.Connection, version: int) -> Path:
    """Write the whole archive as it is into a new file beside it; returns its path.

    No file that is there already is touched, and a half-written one never gets its name.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    try:
        conn.execute("vacuum into ?", (str(draft),))
        number = 1
        while True:
            kept = path.with_name(f"{path.name}.v{version}" + (f"-{number}" if number > 1 else ""))
            try:
                kept.hardlink_to(draft)
            except FileExistsError:
                number += 1
                continue
            except OSError:  # a file system without links (FAT): nobody else is likely there
                draft.rename(kept)
            return kept
    finally:
        draft.unlink(missing_ok=True)


def snapshots(path: Path) -> list[Path]:
    """Return the files that earlier upgrades have left beside an archive."""
    return sorted(path.parent.glob(f"{_literal(path.name)}.v[0-9]*"))


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)

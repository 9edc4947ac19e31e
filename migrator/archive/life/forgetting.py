"""Forgetting a person, provably: erased, overwritten, and looked for afterwards in every byte."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrator import errors
from migrator.archive import sourcefile
from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, alone
from migrator.archive.life.erasure import Erased, Eraser, Person, person
from migrator.archive.life.traces import Traces
from migrator.archive.sourcefile import IS_LONG
from migrator.archive.trouble import explained
from migrator.archive.upgrade import snapshots

_ROOM = 16 * 1024 * 1024
_BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Remainder:
    """Where an address still stands, because other people's badges need what it stands in."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, and what this program cannot take away.

    `accounts` are (destination, username); `sources` and `snapshots` are files outside the archive
    that may still hold the person.
    """

    person: Person
    erased: Erased
    remains: tuple[Remainder, ...]
    sources: tuple[str, ...]
    snapshots: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether there was anything to erase."""
        one = self.erased
        return bool(
            self.person.learners or one.badges or one.problems or one.accounts or one.sources
        )


def whom(archive: Archive, address: str) -> Person:
    """Return whom `forget` would remove for an address."""
    with explained(archive.path):
        return person(archive.conn, address)


def forget(archive: Archive, address: str, watch: Callable[[str], None]) -> Forgotten:
    """Remove a person from the archive, and prove it.

    Everything that is theirs alone goes, in one transaction; the file is then written anew and
    every value and byte of it searched for their addresses. What is recorded is when, and how
    many badges. `watch` is told what goes on. Raises Incomplete when there is no room to write
    the file anew (nothing is changed then), ArchiveLocked when somebody else has it open, and
    MigratorError should anything be found afterwards that no row accounts for.
    """
    with alone(archive, "forget") as lease:
        _check_room(archive.path)
        watch("Removing")
        who = whom(archive, address)
        erased = _erase(archive, who, lease)
        watch("Writing the file anew")
        _write_anew(archive)
        watch("Looking for what is left")
        remains = _prove(archive, Traces(who.addresses, erased.hashes), erased)
        beside = tuple(str(one) for one in snapshots(archive.path))
    return Forgotten(who, erased, remains, erased.sources, beside)


def _check_room(path: Path) -> None:
    needed = path.stat().st_size + _ROOM
    if shutil.disk_usage(path.parent).free < needed:
        raise errors.Incomplete(
            f"To write {path} anew takes {needed:,} bytes, and the disk has not so much left."
            " Nothing was changed.",
            "Make room, or work on a copy on another disk; then run the same command again.",
        )


def _erase(archive: Archive, who: Person, lease: Lease) -> Erased:
    conn = archive.conn
    # Without an index on every reference SQLite would read whole tables for each row that goes.
    conn.execute("pragma foreign_keys = off")
    conn.execute("pragma secure_delete = on")
    try:
        with archive.writing():
            erased = Eraser(conn, who).erase()
            if (broken := conn.execute("pragma foreign_key_check").fetchone()) is not None:
                raise errors.MigratorError(
                    f"Something in the table {broken[0]} still needs what was to be removed."
                    " Nothing was changed.",
                    "This is a defect; please report it.",
                )
            for (table,) in conn.execute(_WORD_INDEXES).fetchall():
                conn.execute(f"insert into [{table}]([{table}]) values ('rebuild')")  # noqa: S608 - a name of the schema
            if who.learners or erased.badges:
                conn.execute(
                    "insert into removal (removed_at, badges) values (?, ?)",
                    (archive.now(), erased.badges),
                )
            lease.renew_in(conn)
    finally:
        conn.execute("pragma foreign_keys = on")
    return erased


def _write_anew(archive: Archive) -> None:
    with explained(archive.path):
        archive.conn.execute("vacuum")
        busy = archive.conn.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
    if busy:
        raise errors.ArchiveLocked(
            f"The person is removed, but another program has {archive.path} open, and what it"
            " still reads could not be overwritten.",
            "Close every other program that shows the archive, then run the same command again.",
        )


def _prove(archive: Archive, traces: Traces, erased: Erased) -> tuple[Remainder, ...]:
    with explained(archive.path):
        remains = tuple(_remainders(archive.conn, traces))
    # Addresses that stay for others' sake are in the file; what was only theirs is not.
    sought = Traces(()) if remains else traces
    for end in _BESIDE:
        path = archive.path.with_name(archive.path.name + end)
        if found := sought.in_file(path, erased.proofs):
            raise errors.MigratorError(
                f"{found} traces of the person are still in {path}.",
                "This is a defect; please report it. A copy made with `vacuum into` is clean.",
            )
    return remains


def _remainders(conn: sqlite3.Connection, traces: Traces) -> list[Remainder]:
    conn.create_function("remain_in", 1, traces.remain_in, deterministic=True)
    found = []
    for (table,) in conn.execute(_TABLES).fetchall():
        for column in [row[1] for row in conn.execute(f"pragma table_info([{table}])")]:
            name = f"[{column}]"
            long = (table, column) == ("source_file", "content")
            some = f"iif({IS_LONG.format(name)}, null, {name})" if long else name
            rows = conn.execute(
                f"select count(*) from [{table}] where remain_in({some})"  # noqa: S608 - names of the schema
            ).fetchone()[0]
            if long:
                rows += sum(
                    traces.remain_in_pieces(sourcefile.pieces(conn, number))
                    for number in sourcefile.long_ones(conn)
                )
            if rows:
                found.append(Remainder(table, column, rows))
    return found


_WORD_INDEXES = """
select name from sqlite_master where sql like 'create virtual table%using fts5%'
"""
_TABLES = """
select name from sqlite_master where type = 'table' and sql not like 'create virtual table%'
"""

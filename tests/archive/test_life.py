"""What can happen to an archive's file: upgrades, full disks, read-only and network drives."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator import errors
from migrator.archive import journal, schema, trouble, upgrade
from migrator.archive.archive import LATEST, Archive
from migrator.archive.life.union import join
from migrator.archive.trouble import explained

# Each released version has left an archive here; a new one is a new folder.
VERSIONS = sorted(
    int(folder.name.removeprefix("v"))
    for folder in (Path(__file__).parents[2] / "fixtures/archive").glob("v*")
)


def schema_of(archive):
    rows = archive.all("select type, name, sql from sqlite_master where name not like 'sqlite_%'")
    return {(row[0], row[1]): row[2] and " ".join(row[2].split()).lower() for row in rows}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_archive_of_every_released_version_becomes_todays_with_all_it_held(
    old_archive, archive, tmp_path, version, contents, undamaged, check_books, reader, make
):
    path = old_archive(tmp_path / "old.db", version)
    conn = sqlite3.connect(path)
    conn.row_factory = sqlite3.Row
    before = contents(SimpleNamespace(all=lambda sql: conn.execute(sql).fetchall()))
    conn.close()
    with Archive.open(path) as opened:
        assert schema_of(opened) == schema_of(archive)
        after = contents(opened)
        for table in before:
            assert len(after[table]) == len(before[table]) or table in {"run", "lease"}
        for table in before.keys() - {"badge_class"}:
            # A later version may have more columns.
            wide = len(before[table][0]) if before[table] else 0
            assert [row[:wide] for row in after[table]] == before[table]
        check_books(opened)
        undamaged(opened)
        # ...and it goes on working.
        assert reader.outcomes(opened, tmp_path, [make.found(9)]).counts.archived == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_before_an_upgrade_the_archive_is_kept_as_it_was(old_archive, tmp_path, version):
    path = old_archive(tmp_path / "old.db", version)
    kept = path.with_name(f"old.db.v{version}")
    kept.write_bytes(b"somebody's own file")
    Archive.open(path).close()
    assert kept.read_bytes() == b"somebody's own file"
    (snapshot,) = [one for one in upgrade.snapshots(path) if one != kept]
    assert snapshot.name == f"old.db.v{version}-2"
    conn = sqlite3.connect(snapshot)
    assert conn.execute("pragma user_version").fetchone() == (version,)
    assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
    assert conn.execute("select count(*) from assertion").fetchone() == (3,)
    conn.close()
    assert not list(tmp_path.glob("*.part"))
    # A copy of the copy is upgraded like any archive: nothing that was kept is stuck.
    shutil.copyfile(snapshot, tmp_path / "again.db")
    Archive.read(tmp_path / "again.db").close()


def test_an_upgrade_that_fails_leaves_the_archive_as_it_was(old_archive, tmp_path, monkeypatch):
    path = old_archive(tmp_path / "old.db")

    def broken(conn):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "add_web_answers", broken)
    with pytest.raises(errors.Incomplete, match="disk is full"):
        Archive.open(path)
    conn = sqlite3.connect(path)
    assert conn.execute("pragma user_version").fetchone() == (1,)
    assert conn.execute(
        "select count(*) from sqlite_master where name = 'web_answer'"
    ).fetchone() == (0,)
    conn.close()
    monkeypatch.undo()
    with Archive.open(path) as opened:
        assert opened.one("pragma user_version")[0] == LATEST


def test_without_room_for_the_copy_nothing_is_upgraded(old_archive, tmp_path):
    path = old_archive(tmp_path / "old.db")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from migrator.archive.archive import Archive; from migrator import errors\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: Archive.open(Path(sys.argv[1]))\n"
        "except errors.Incomplete as error: print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert "nothing" in ran.stdout
    assert not list(tmp_path.glob("old.db.*.part"))
    assert upgrade.snapshots(path) == []
    conn = sqlite3.connect(path)
    assert conn.execute("pragma user_version").fetchone() == (1,)
    conn.close()


def test_where_links_are_not_known_the_copy_is_made_all_the_same(
    old_archive, tmp_path, monkeypatch
):
    def no_links(self, target):
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(upgrade.Path, "hardlink_to", no_links)
    path = old_archive(tmp_path / "o[l]d.db")
    Archive.open(path).close()
    assert [one.name for one in upgrade.snapshots(path)] == ["o[l]d.db.v1"]


def test_an_old_archive_that_cannot_be_written_says_what_to_do(old_archive, tmp_path, monkeypatch):
    path = old_archive(tmp_path / "old.db")

    def refused(*_args):
        raise errors.Usage("It is read-only.")

    monkeypatch.setattr(Archive, "open", refused)
    with pytest.raises(errors.Usage, match="of an older badge-migrator") as raised:
        Archive.read(path)
    assert "Copy it" in raised.value.next_step


class Refusing:
    """A connection to a file system that cannot do what WAL needs."""

    def __init__(self, conn, said):
        self.conn = conn
        self.said = said

    def execute(self, sql):
        if sql == "pragma journal_mode = wal":
            if self.said != "delete":
                raise sqlite3.OperationalError(self.said)
            return self.conn.execute("pragma journal_mode = delete")
        return self.conn.execute(sql)


@pytest.mark.parametrize("said", ["delete", "locking protocol", "disk I/O error"])
def test_where_wal_is_refused_the_safe_journal_is_taken(tmp_path, said):
    conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    assert journal.keep_journal(Refusing(conn, said), tmp_path / "a.db") == "truncate"
    assert conn.execute("pragma journal_mode").fetchone() == ("truncate",)
    assert conn.execute("pragma synchronous").fetchone() == (2,)
    conn.close()


def test_another_error_is_not_taken_for_a_network_drive(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "BUSY_SECONDS", 0)
    conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        journal.keep_journal(Refusing(conn, "database is locked"), tmp_path / "a.db")
    conn.close()


def test_who_makes_the_same_archive_at_the_same_moment_is_waited_for(tmp_path):
    # SQLite itself does not wait when a journal is chosen: that needs the file alone.
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
    other.execute("pragma locking_mode = exclusive")
    other.execute("begin exclusive")
    later = threading.Timer(0.3, other.close)
    later.start()
    conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None, timeout=0)
    assert journal.keep_journal(conn, tmp_path / "a.db") == "wal"
    later.join()
    conn.close()


def test_network_drives_are_known_by_where_they_are_mounted(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(journal, "MOUNTS", mounts)
    assert not journal.on_network(tmp_path / "a.db")
    near = tmp_path / "my share"
    (near / "local").mkdir(parents=True)
    escaped = str(near).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\n"
        f"/dev/sdb {escaped}/local ext4 rw 0 0\n\nodd\n"
    )
    assert journal.on_network(near / "a.db")
    assert not journal.on_network(near / "local" / "a.db")
    assert not journal.on_network(tmp_path / "a.db")


def test_an_archive_on_a_network_drive_is_written_and_read_without_wal(
    tmp_path, monkeypatch, reader, make, undamaged
):
    mounts = tmp_path / "mounts"
    Archive.open(tmp_path / "a.db").close()  # made on a local disk, then moved there
    mounts.write_text(f"//server/x {tmp_path} cifs rw 0 0\n")
    monkeypatch.setattr(journal, "MOUNTS", mounts)
    with Archive.open(tmp_path / "a.db") as opened:
        assert not opened.shared
        reader.outcomes(opened, tmp_path, [make.found(1)])
        assert opened.one("pragma journal_mode")[0] == "truncate"
        undamaged(opened)
    assert not (tmp_path / "a.db-wal").exists()
    monkeypatch.undo()
    with Archive.open(tmp_path / "a.db") as opened:
        assert opened.shared


def said_of(path, text):
    with pytest.raises(errors.MigratorError) as raised, explained(path):
        raise sqlite3.OperationalError(text)
    return raised.value


def test_each_trouble_has_its_own_words(tmp_path, monkeypatch):
    path = tmp_path / "a.db"
    path.touch()
    (tmp_path / "folder").mkdir()
    troubles = [
        said_of(path, "database is locked"),
        said_of(path, "database or disk is full"),
        said_of(path, "disk I/O error"),
        said_of(path, "attempt to write a readonly database"),
        said_of(tmp_path / "folder", "unable to open database file"),
    ]
    monkeypatch.setattr(trouble.os, "access", lambda where, how: where != path)
    troubles.append(said_of(path, "attempt to write a readonly database"))
    monkeypatch.setattr(trouble.os, "access", lambda where, how: where == path)
    troubles.append(said_of(path, "unable to open database file"))
    words = [one.what.replace(str(tmp_path), "") for one in troubles]
    assert len(set(words)) == len(words)
    assert [one.exit_code for one in troubles] == [7, 4, 4, 2, 2, 2, 2]
    assert all(one.next_step for one in troubles)
    assert "network drive" in troubles[2].next_step
    assert ["file is read-only" in one for one in words].index(True) == 5
    assert "folder is read-only" in words[6]
    assert "is a folder" in words[4]


@pytest.mark.parametrize("free", [0, OSError("gone")])
def test_a_write_error_on_a_full_disk_is_a_full_disk(tmp_path, monkeypatch, free):
    def usage(where):
        if isinstance(free, OSError):
            raise free
        return SimpleNamespace(free=free)

    monkeypatch.setattr(trouble.shutil, "disk_usage", usage)
    said = said_of(tmp_path / "a.db", "disk I/O error").what
    assert ("disk is full" in said) == (free == 0)


def test_a_joining_that_fills_the_disk_loses_nothing_and_goes_on_later(
    archive, other, tmp_path, make, reader, meaning, contents, undamaged
):

    reader.outcomes(
        other,
        tmp_path,
        [make.found(n, image=make.png(noise=bytes([n]) * 200_000)) for n in range(3)],
    )
    before = contents(archive)
    pages = archive.one("pragma page_count")[0]
    archive.conn.execute(f"pragma max_page_count = {pages + 8}")
    with pytest.raises(errors.Incomplete, match="disk is full"):
        join(archive, other.path, lambda done: None)
    assert contents(archive)["assertion"] == before["assertion"]
    archive.conn.execute("pragma max_page_count = 100000")
    assert join(archive, other.path, lambda done: None).archived == 3
    assert meaning(archive) == meaning(other)
    undamaged(archive)

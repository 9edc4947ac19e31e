from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from migrator import errors
from migrator.archive import schema, totals
from migrator.archive.archive import APPLICATION_ID, LATEST, Archive
from migrator.sources.found import Problem


def python(script, *words, **more):
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
    )


@pytest.fixture
def open_folder():
    """A folder that everybody can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def as_nobody(work):
    """Return what `work` says in a process that may write nothing (root may always)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            said = work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear it
            said = repr(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_a_new_archive_is_marked_and_readable_by_any_sqlite_tool(tmp_path):
    with Archive.open(tmp_path / "a.db"):
        pass
    conn = sqlite3.connect(tmp_path / "a.db")
    assert conn.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
    assert conn.execute("pragma user_version").fetchone() == (LATEST,)
    assert conn.execute("pragma page_size").fetchone() == (4096,)
    assert conn.execute("pragma journal_mode").fetchone() == ("wal",)
    for view in ("badge_overview", "transfer_status", "learner_status", "source_summary"):
        conn.execute(f"select * from {view}")
    conn.close()


def test_opening_again_changes_nothing(tmp_path):
    with Archive.open(tmp_path / "a.db") as first:
        before = [tuple(row) for row in first.all("select * from sqlite_master")]
        when = [row[0] for row in first.all("select applied_at from _sqlite_migrations")]
    with Archive.open(tmp_path / "a.db") as second:
        assert [tuple(row) for row in second.all("select * from sqlite_master")] == before
        assert [row[0] for row in second.all("select applied_at from _sqlite_migrations")] == when


def test_an_archive_whose_making_was_cut_short_is_made_to_the_end(tmp_path):
    conn = sqlite3.connect(tmp_path / "a.db")
    conn.execute(f"pragma application_id = {APPLICATION_ID}")
    conn.close()
    with pytest.raises(errors.Usage, match="There is no archive"):
        Archive.read(tmp_path / "a.db")
    with Archive.open(tmp_path / "a.db") as opened:
        assert totals.totals(opened).badges == 0


def test_two_processes_may_make_the_same_archive(tmp_path):
    script = (
        "import sys; from pathlib import Path; from migrator.archive.archive import Archive\n"
        "print('ready', flush=True); input(); Archive.open(Path(sys.argv[1])).close()"
    )
    made = [python(script, tmp_path / "a.db") for _ in range(4)]
    for process in made:
        assert process.stdout.readline() == "ready\n"
    for process in made:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in made:
        process.communicate()
    assert [process.returncode for process in made] == [0, 0, 0, 0]
    with Archive.read(tmp_path / "a.db") as opened:
        assert opened.one("select count(*) from _sqlite_migrations")[0] == LATEST


def test_who_finds_an_archive_in_the_making_waits_and_does_not_make_it_again(tmp_path):
    conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    conn.execute(f"pragma application_id = {APPLICATION_ID}")
    conn.execute("pragma journal_mode = wal")
    conn.execute("begin immediate")
    schema.migrate(conn)
    opened = []
    second = threading.Thread(target=lambda: opened.append(Archive.open(tmp_path / "a.db")))
    second.start()
    second.join(0.3)
    assert second.is_alive()
    conn.execute("commit")
    second.join()
    conn.close()
    assert opened[0].one("select count(*) from _sqlite_migrations")[0] == LATEST
    opened[0].close()


@pytest.mark.parametrize("opened", [Archive.open, Archive.read])
def test_a_strangers_database_is_refused_and_left_alone(tmp_path, opened):
    conn = sqlite3.connect(tmp_path / "shop.db")
    conn.execute("create table customer (id)")
    conn.close()
    before = (tmp_path / "shop.db").read_bytes()
    with pytest.raises(errors.Usage, match="not an archive of badge-migrator"):
        opened(tmp_path / "shop.db")
    assert (tmp_path / "shop.db").read_bytes() == before


@pytest.mark.parametrize("opened", [Archive.open, Archive.read])
def test_an_archive_of_a_newer_program_is_refused_with_what_to_do(tmp_path, opened):
    Archive.open(tmp_path / "a.db").close()
    conn = sqlite3.connect(tmp_path / "a.db")
    conn.execute(f"pragma user_version = {LATEST + 1}")
    conn.close()
    with pytest.raises(errors.Usage, match="newer badge-migrator") as raised:
        opened(tmp_path / "a.db")
    assert "Update" in raised.value.next_step


@pytest.mark.parametrize("name", ["missing.db", "empty.db", "folder", "file/within.db"])
def test_reading_where_there_is_no_archive_says_how_to_make_one(tmp_path, name):
    (tmp_path / "empty.db").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(errors.Usage, match="There is no archive") as raised:
        Archive.read(tmp_path / name)
    assert "badge-migrator archive" in raised.value.next_step
    assert (tmp_path / "empty.db").stat().st_size == 0


def test_an_archive_in_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(errors.Usage, match="There is no folder"):
        Archive.open(tmp_path / "nowhere" / "a.db")


def test_a_folder_given_as_the_archive_is_explained(tmp_path):
    with pytest.raises(errors.Usage, match="cannot be written"):
        Archive.open(tmp_path)


@pytest.mark.parametrize("opened", [Archive.open, Archive.read])
def test_a_path_that_leads_nowhere_is_explained(tmp_path, opened):
    (tmp_path / "loop.db").symlink_to(tmp_path / "loop.db")
    with pytest.raises(errors.Usage, match="cannot be opened"):
        opened(tmp_path / "loop.db")


def test_no_file_is_made_where_nothing_may_be_written(open_folder):
    def opened():
        try:
            Archive.open(open_folder / "a.db")
        except errors.Usage as error:
            return error.what

    open_folder.chmod(0o555)
    assert "cannot be written" in as_nobody(opened)
    open_folder.chmod(0o000)
    assert "cannot be opened (Permission denied)" in as_nobody(opened)
    open_folder.chmod(0o755)


def test_an_archive_that_may_only_be_read_can_be_read_but_not_written(open_folder):
    Archive.open(open_folder / "a.db").close()
    (open_folder / "a.db").chmod(0o444)
    open_folder.chmod(0o555)

    def tried():
        with Archive.read(open_folder / "a.db") as opened:
            badges = totals.totals(opened).badges
        try:
            with Archive.open(open_folder / "a.db") as opened:
                opened.begin_run("archive")
        except errors.Usage as error:
            return f"{badges} badges; {error.what}"

    said = as_nobody(tried)
    open_folder.chmod(0o755)
    assert said.startswith("0 badges; ")
    assert "cannot be written" in said
    assert sorted(path.name for path in open_folder.iterdir()) == ["a.db"]


def test_an_archive_is_read_while_another_process_writes(archive):
    with archive.writing() as conn:
        conn.execute("insert into learner (name) values ('Ann')")
        with Archive.read(archive.path) as other:
            assert totals.totals(other).learners == 0
    with Archive.read(archive.path) as other:
        assert totals.totals(other).learners == 1


def test_what_is_read_only_refuses_to_be_written(archive):
    with (
        Archive.read(archive.path) as other,
        pytest.raises(errors.Usage, match="cannot be written"),
    ):
        other.begin_run("archive")


def look_at_everything(path):
    with Archive.read(path) as opened:
        totals.totals(opened)
        opened.all("select * from document")


@pytest.mark.parametrize("kept", [10, 90, 4096 + 7, 5 * 4096])
def test_a_cut_off_archive_is_damaged_whatever_is_left(archive, tmp_path, make, reader, kept):
    reader.outcomes(archive, tmp_path, [make.found(number) for number in range(50)])
    archive.conn.execute("pragma wal_checkpoint(truncate)")
    shutil.copyfile(archive.path, tmp_path / "cut.db")
    os.truncate(tmp_path / "cut.db", kept)
    with pytest.raises(errors.ArchiveDamaged, match=r"cut\.db cannot be read") as raised:
        look_at_everything(tmp_path / "cut.db")
    assert "backup" in raised.value.next_step
    assert raised.value.exit_code == 6


def test_a_page_of_rubbish_is_found_out_while_writing(archive, tmp_path, make, reader):
    reader.outcomes(archive, tmp_path, [make.found(number) for number in range(50)])
    archive.conn.execute("pragma wal_checkpoint(truncate)")
    rubbish = bytearray(archive.path.read_bytes())
    rubbish[4096:] = b"\xa5" * (len(rubbish) - 4096)
    (tmp_path / "bad.db").write_bytes(rubbish)
    with pytest.raises(errors.ArchiveDamaged), Archive.open(tmp_path / "bad.db") as bad:
        bad.begin_run("archive")


def test_who_writes_is_named_when_the_archive_is_locked(archive):
    script = (
        "import sys; from pathlib import Path; from migrator.archive.archive import Archive\n"
        "opened = Archive.open(Path(sys.argv[1])); opened.begin_run('archive big.sql')\n"
        "opened.conn.execute('begin immediate'); print('locked', flush=True); input()"
    )
    other = python(script, archive.path)
    assert other.stdout.readline() == "locked\n"
    archive.conn.execute("pragma busy_timeout = 50")
    with pytest.raises(errors.ArchiveLocked) as raised:
        archive.begin_run("status")
    other.communicate("\n")
    assert f"`archive big.sql` (process {other.pid} on" in raised.value.what
    assert raised.value.exit_code == 7
    assert archive.begin_run("status") > 0


def test_a_lock_of_another_program_is_not_blamed_on_ourselves_or_the_dead(archive):
    archive.begin_run("ours")
    dead = python("")
    dead.communicate()
    with archive.writing() as conn:
        conn.execute(
            "insert into run (command, started_at, pid, host) select 'dead one',"
            " started_at, ?, host from run",
            (dead.pid,),
        )
    conn = sqlite3.connect(archive.path, isolation_level=None)
    conn.execute("begin immediate")
    archive.conn.execute("pragma busy_timeout = 50")
    with pytest.raises(errors.ArchiveLocked, match="written by another program"):
        archive.begin_run("ours too")
    conn.close()


def test_a_full_disk_is_explained_and_nothing_kept_before_is_lost(
    archive, tmp_path, make, reader, contents
):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    before = contents(archive)
    pages = archive.one("pragma page_count")[0]
    archive.conn.execute(f"pragma max_page_count = {pages}")
    large = make.found(2, image=make.png(noise=os.urandom(300_000)))
    with pytest.raises(errors.Incomplete, match="The disk is full") as raised:
        reader.outcomes(archive, tmp_path, [large])
    assert "run the same command again" in raised.value.next_step
    assert contents(archive) == before
    archive.conn.execute("pragma max_page_count = 1000000")
    assert reader.outcomes(archive, tmp_path, [make.found(1), large]).counts.archived == 1


def test_a_full_disk_that_ends_the_transaction_by_itself_leaves_the_archive_usable(archive):
    def write():
        with archive.writing() as conn:
            conn.execute("rollback")  # as SQLite does on some errors
            raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(errors.Incomplete):
        write()
    assert archive.begin_run("archive") > 0


def test_a_block_that_fails_leaves_no_trace(archive):
    def write():
        with archive.writing() as conn:
            conn.execute("insert into learner (name) values ('Ann')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert totals.totals(archive).learners == 0


def test_an_error_of_our_own_is_shown_as_it_is(archive):
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        archive.all("select * from nobody")
    with pytest.raises(sqlite3.IntegrityError), archive.writing() as conn:
        conn.execute("insert into tag (badge_class_id, name) values (77, 'x')")


def test_runs_are_noted_from_beginning_to_end(archive, text_clock):
    run = archive.begin_run("archive export.zip")
    text_clock.advance(5)
    archive.end_run(run, "complete")
    row = archive.one("select * from run where id = ?", run)
    assert (row["command"], row["pid"]) == ("archive export.zip", os.getpid())
    assert row["finished_at"] == "2026-11-23T09:00:05.000Z"
    assert row["outcome"] == "complete"


def test_text_that_is_not_utf8_comes_back_byte_for_byte(archive, tmp_path, reader):
    documents = [b'{"a":"\xe9"}', b"\xff\xfe{\0}\0", b"a\0b", "\ufeffé".encode(), b"", b"\x80"]
    problems = [
        Problem(f"row {number}", "odd", "It is odd.", raw) for number, raw in enumerate(documents)
    ]
    reader.outcomes(archive, tmp_path, problems)
    kept = [row[0] for row in archive.all("select raw from problem order by id")]
    assert [raw or b"" for raw in kept] == documents

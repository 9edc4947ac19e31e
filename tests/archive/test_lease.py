from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.lease import leased

HOLD = (
    "import sys; from pathlib import Path; from migrator.archive.archive import Archive\n"
    "from migrator.archive.lease import leased\n"
    "with leased(Archive.open(Path(sys.argv[1])), 'intake', 'archive big.sql'):\n"
    "  print('held', flush=True); input()"
)


@pytest.fixture
def holder(archive):
    """Another process that holds the lease `intake`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(archive.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def outcomes(archive):
    return [tuple(row) for row in archive.all("select command, outcome from run order by id")]


def test_a_lease_is_taken_and_given_back(archive, count):
    with leased(archive, "intake", "archive a.zip") as lease:
        row = archive.one("select * from lease")
        assert (row["name"], row["run_id"]) == ("intake", lease.run_id)
        assert row["expires_at"] == "2026-11-23T09:05:00.000Z"
    assert count(archive, "lease") == 0
    assert outcomes(archive) == [("archive a.zip", "complete")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(KeyboardInterrupt, "interrupted"), (ValueError, "ValueError"), (SystemExit, "SystemExit")],
)
def test_a_lease_is_given_back_whatever_happens(archive, count, error, outcome):
    with pytest.raises(error), leased(archive, "intake", "archive"):
        raise error
    assert count(archive, "lease") == 0
    assert outcomes(archive) == [("archive", outcome)]


def test_a_lease_is_renewed(archive, text_clock):
    with leased(archive, "intake", "archive") as lease:
        text_clock.advance(200)
        lease.renew()
        assert archive.one("select expires_at from lease")[0] == "2026-11-23T09:08:20.000Z"


def test_what_another_process_does_is_refused_with_who_and_since_when(archive, holder, count):
    with pytest.raises(errors.ArchiveLocked) as raised, leased(archive, "intake", "archive b.zip"):
        pytest.fail("it was let in")
    since = archive.one("select started_at from run")[0]
    assert "`archive big.sql` is at work on" in raised.value.what
    assert f"process {holder.pid} on {socket.gethostname()}, since {since}" in raised.value.what
    assert "Wait until it has finished" in raised.value.next_step
    assert count(archive, "run") == 1
    with leased(archive, "plan", "plan"):
        assert count(archive, "lease") == 2


def test_a_living_process_keeps_its_lease_however_long_it_takes(archive, holder, text_clock):
    text_clock.advance(86_400 * 365)
    with pytest.raises(errors.ArchiveLocked), leased(archive, "intake", "archive"):
        pytest.fail("it was let in")


def test_what_a_killed_process_held_is_taken_over(archive, holder):
    holder.kill()
    holder.wait()
    with leased(archive, "intake", "archive b.zip"):
        assert outcomes(archive) == [("archive big.sql", "killed"), ("archive b.zip", None)]


def held_by(archive, host, pid):
    run = archive.begin_run("archive")
    with archive.writing() as conn:
        conn.execute("update run set host = ?, pid = ? where id = ?", (host, pid, run))
        conn.execute(
            "insert into lease values ('intake', ?, ?, '2026-11-23T09:05:00.000Z')",
            (run, archive.now()),
        )


@pytest.mark.parametrize("who", ["another machine", "an earlier process of our number"])
def test_where_nobody_can_be_asked_only_time_tells(archive, text_clock, who):
    host = "elsewhere" if who == "another machine" else socket.gethostname()
    held_by(archive, host, os.getpid())
    with pytest.raises(errors.ArchiveLocked), leased(archive, "intake", "archive"):
        pytest.fail("it was let in")
    text_clock.advance(301)
    with leased(archive, "intake", "archive"):
        pass


def test_a_process_of_somebody_else_counts_as_alive(archive):
    held_by(archive, socket.gethostname(), 1)
    with pytest.raises(errors.ArchiveLocked), leased(archive, "intake", "archive"):
        pytest.fail("it was let in")


def test_a_number_no_process_has_is_dead(archive):
    held_by(archive, socket.gethostname(), 2**40)
    with leased(archive, "intake", "archive"):
        pass


def test_who_has_lost_the_lease_finds_out_and_takes_nothing_from_the_new_holder(
    archive, text_clock, count
):
    with leased(archive, "intake", "slow") as slow:
        with archive.writing() as conn:
            conn.execute("update run set host = 'elsewhere'")
        text_clock.advance(301)
        with Archive.open(archive.path, text_clock) as other, leased(other, "intake", "fast"):
            with pytest.raises(errors.ArchiveLocked, match="taken over"):
                slow.renew()
            with archive.writing() as conn:
                conn.execute(
                    "delete from lease where name = 'intake' and run_id = ?", (slow.run_id,)
                )
            assert count(archive, "lease") == 1

"""Shards in processes of this computer, and the job they do."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import asdict

import pytest

from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.shard import WHOLE, Shard
from migrator.cluster.job import Bench, Done, Job, jobs, perform
from migrator.cluster.launcher import Launcher
from migrator.cluster.local import Flag, Local
from migrator.rehearsal.faults import Faults
from migrator.transfer.shard import Counts


def test_there_are_two_launchers_with_one_interface(tmp_path):
    durable = pytest.importorskip("migrator.cluster.durable", reason="the extra is not installed")
    assert isinstance(Local(tmp_path, 1), Launcher)
    assert isinstance(durable.Durable("sqlite://"), Launcher)


def go_on():
    return False


def test_all_shards_at_once_in_two_processes_on_one_archive_are_each_badge_once(cohort):
    done = list(Local(cohort.path, 2).run(jobs(Job(cohort.to, WHOLE, 2), 5), go_on))
    assert {one.shard for one in done} == set(Shard.all_of(5))
    assert sum((one.counts for one in done), Counts()).states == {"done": cohort.badges}
    assert cohort.arrived() == cohort.badges
    assert cohort.states() == {"done": cohort.badges}


def test_who_wants_to_stop_ends_the_shard_under_way_and_begins_no_other(cohort):
    launcher = Local(cohort.path, 1)
    done = list(launcher.run(jobs(Job(cohort.to, WHOLE, 8), 4), lambda: cohort.arrived() >= 2))
    assert 2 <= cohort.arrived() < cohort.badges
    assert len(done) < 4
    assert sum(one.counts.left for one in done)


def test_a_process_that_is_killed_is_told_of_and_the_next_run_goes_on(cohort):
    def kill():
        """Kill whoever pushes, as soon as something has arrived."""
        while not cohort.arrived():
            time.sleep(0.005)
        with Archive.read(cohort.path) as archive:
            (number,) = archive.one("select pid from run order by id desc limit 1")
        os.kill(number, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    done = list(Local(cohort.path, 1).run(jobs(Job(cohort.to, WHOLE, 8), 2), go_on))
    killer.join()
    assert [one.trouble for one in done] == [done[0].trouble] * 2
    assert "Run the same command again" in done[0].trouble
    assert perform(Job(cohort.to, WHOLE), Bench(cohort.path)).counts.left == 0
    assert cohort.arrived() == cohort.badges


def test_who_does_not_wait_ends_its_processes_at_once(cohort):
    cohort.backpack.app.faults = Faults(slow=6.0)
    interrupted = []

    def interrupt():
        """Press Ctrl-C for the second time, once a badge is on its way."""
        if "sending" in cohort.states():
            interrupted.append(time.monotonic())
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        list(Local(cohort.path, 1).run(jobs(Job(cohort.to, WHOLE), 1), interrupt))
    assert time.monotonic() - interrupted[0] < 4
    cohort.backpack.app.faults = Faults()
    assert perform(Job(cohort.to, WHOLE), Bench(cohort.path)).counts.left == 0
    assert cohort.arrived() == cohort.badges


def test_a_flag_is_raised_when_its_file_is_there(tmp_path):
    flag = Flag(tmp_path / "stop")
    assert not flag.raised()
    flag.path.touch()
    assert flag.raised()


def test_what_keeps_a_job_from_being_done_is_told_and_whether_it_passes(cohort, tmp_path):
    missing = perform(Job(cohort.to, WHOLE), Bench(tmp_path / "no.db"))
    assert "There is no archive" in missing.trouble
    assert not missing.later
    unknown = perform(Job("nobody:https://x.example", WHOLE), Bench(cohort.path))
    assert "no destination we know" in unknown.trouble
    with Archive.open(cohort.path) as archive:
        held = [
            leased(archive, f"push:{number}", "push")
            for (number,) in archive.all("select id from account")
        ]
        for one in held:
            one.__enter__()
        done = perform(Job(cohort.to, WHOLE), Bench(cohort.path))
        for one in held:
            one.__exit__(None, None, None)
    assert (done.trouble, done.later, done.counts.locked) == (None, True, 1)
    assert cohort.arrived() == 0


def test_jobs_and_what_became_of_them_are_written_and_read_again():
    one, two = jobs(Job("badgr:https://x.example", WHOLE, 3, publish_collections=True), 2)
    assert (one.shard, two.shard) == (Shard(1, 2), Shard(2, 2))
    assert one.key == "badgr:https://x.example 1/2"
    assert Job.read(asdict(two)) == two
    done = Done(Shard(2, 3), Counts(2, {"done": 2}), "No.", later=True)
    assert Done.read(asdict(done)) == done


@pytest.mark.parametrize("of", [1, 7])
def test_there_are_as_many_jobs_as_shards(of):
    assert [job.shard.number for job in jobs(Job("x", WHOLE), of)] == list(range(1, of + 1))

"""Workers that share a queue: killed, stopped, replaced; each badge arrives once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.shard import WHOLE, Shard
from migrator.cluster.job import Bench, Job, jobs
from migrator.cluster.standing import Entry, standings

pytest.importorskip("dbos", reason="DBOS is not installed; pip install 'badge-migrator[cluster]'")

from migrator.cluster import worker
from migrator.cluster.queue import Queue
from migrator.cluster.worker import Watch, Worker, own_name

EACH = 4
HERE = own_name().partition(":")[0]


@pytest.fixture
def start(cohort):
    """Start workers on the cohort's archive in processes of their own."""
    running = []

    def started(url):
        process = subprocess.Popen(
            [sys.executable, "-m", "migrator", "cluster", "worker", "-a", str(cohort.path)],
            env={**os.environ, "BADGE_MIGRATOR_CLUSTER_DATABASE": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cluster.db'}"
    return request.getfixturevalue("postgresql")


def test_a_killed_workers_shard_is_taken_up_and_a_stopped_ones_too(cohort, url, start):
    with Queue(url) as queue:
        queue.submit(jobs(Job(cohort.to, WHOLE, side_by_side=2), 4), None)
        workers = {one.pid: one for one in (start(url), start(url))}
        until(lambda: cohort.arrived() >= 3 and queue.running())
        killed = int(queue.running()[0].worker.split(":")[1])
        os.kill(killed, signal.SIGKILL)
        workers.pop(killed).wait()
        before = cohort.arrived()
        assert before < cohort.badges
        last = start(url)
        (stopped,) = workers.values()
        until(lambda: cohort.arrived() >= before + 3)
        stopped.send_signal(signal.SIGTERM)
        said, _ = stopped.communicate(timeout=30)
        assert stopped.returncode == 130
        told, _ = last.communicate(timeout=40)
        (standing,) = standings(queue.entries())
    assert last.returncode == 0, told
    assert cohort.arrived() == cohort.badges
    assert cohort.states() == {"done": cohort.badges}
    assert (standing.shards, standing.states, standing.missing) == (4, {"finished": 4}, 0)
    assert standing.counts.states == {"done": cohort.badges}
    assert f"{cohort.badges} badges = {cohort.badges} moved; missing: 0." in told
    assert "sesame" not in said + told


def entry(worker, sign="1", name="a"):
    return Entry(name, "badgr:x 1/2", "push", "running", worker, sign)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_worker_of_another_machine_has_ended_when_it_has_long_given_no_sign():
    clock = Clock()
    watch = Watch(clock)
    far, ours = entry("far:12:ab"), entry("us:1:cd", name="b")
    assert watch.abandoned([far, ours], "us:1:cd") == []
    clock.now = 59
    assert watch.abandoned([far, ours], "us:1:cd") == []
    # Another sign, or another worker who has taken it up: the time begins anew.
    assert watch.abandoned([entry("far:12:ab", "2")], "us:1:cd") == []
    clock.now = 118
    assert watch.abandoned([entry("else:12:ab", "2")], "us:1:cd") == []
    clock.now = 177
    assert watch.abandoned([entry("else:12:ab", "2")], "us:1:cd") == []
    clock.now = 178
    assert watch.abandoned([entry("else:12:ab", "2")], "us:1:cd") == [entry("else:12:ab", "2")]


def test_what_was_finished_meanwhile_is_forgotten():
    clock = Clock()
    watch = Watch(clock)
    assert watch.abandoned([entry("far:12:ab")], "us:1:cd") == []
    assert watch.abandoned([], "us:1:cd") == []
    clock.now = 100
    assert watch.abandoned([entry("far:12:ab")], "us:1:cd") == []


def test_a_worker_of_this_machine_has_ended_with_its_process():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    alive, dead = entry(f"{HERE}:{os.getppid()}:ab"), entry(f"{HERE}:{ended.pid}:ab")
    assert Watch().abandoned([alive, dead], own_name()) == [dead]
    # In a container every process has the same number: an earlier one is told by its name.
    before = entry(f"{HERE}:{os.getpid()}:ab")
    assert Watch().abandoned([before], own_name()) == [before]
    assert Watch().abandoned([entry(None), entry("odd")], own_name()) == []


def test_every_worker_has_a_name_of_its_own():
    assert own_name() != own_name()
    assert str(os.getpid()) in own_name()


def test_what_is_in_the_queue_is_not_put_there_again(tmp_path):
    with Queue(f"sqlite:///{tmp_path / 'cluster.db'}") as queue:
        assert queue.empty()
        job = Job("badgr:http://127.0.0.1:1", WHOLE, 2)
        first = queue.submit(jobs(job, 3), 90)
        again = queue.submit(jobs(job, 3), None)
        assert (first.new, first.known) == (3, 0)
        assert (again.new, again.known) == (0, 3)
        assert [one.key for one in queue.entries()] == [
            f"badgr:http://127.0.0.1:1 {shard}" for shard in Shard.all_of(3)
        ]
        assert {one.state for one in queue.entries()} == {"queued"}
        assert not queue.empty()
        assert queue.running() == []


def test_a_shard_that_leaves_badges_is_done_again_later_and_trouble_is_told(cohort, tmp_path):
    url = f"sqlite:///{tmp_path / 'cluster.db'}"
    with Queue(url) as queue, Archive.open(cohort.path) as archive:
        account = archive.one("select max(id) from account")[0]
        lease = leased(archive, f"push:{account}", "push by somebody else")
        lease.__enter__()
        queue.submit([Job(cohort.to, WHOLE), Job("nobody:https://x.example", WHOLE)], None)
        told = []

        def ended(done):
            told.append(done)
            if done.counts.locked:
                lease.__exit__(None, None, None)

        Worker(url, Bench(cohort.path), ended, later=(0.1,)).run()
        assert queue.empty()
        theirs, ours = sorted(standings(queue.entries()), key=lambda one: one.counts.badges)
    assert cohort.arrived() == cohort.badges
    assert ours.counts.states == {"done": cohort.badges}
    assert [one.counts.left for one in told if not one.trouble] == [EACH, 0]
    assert list(theirs.troubles) == ["1/1"]
    assert "no destination we know" in theirs.troubles["1/1"]


class Moody:
    """A queue whose database is away for a while, and then empty."""

    def __init__(self, away):
        self.left = away

    def running(self):
        self.left -= 1
        if self.left >= 0:
            raise errors.Usage("The database is away.")
        return []

    def sign(self, entries, sign):
        assert list(entries) == []

    def empty(self):
        return True


def test_a_database_that_goes_away_is_waited_for_and_told_of_once(monkeypatch):
    monkeypatch.setattr(worker, "_BEAT", 0.01)
    told = []
    one = Worker("x", Bench(None), told.append)
    one.away = told.append
    one._attend(Moody(3))
    assert told == ["The database is away."]


def test_an_error_of_ours_ends_a_shard_and_no_worker(monkeypatch):
    def broken(job, bench):
        raise ValueError("odd")

    monkeypatch.setattr(worker, "perform", broken)
    done = Worker("x", Bench(None), print)._performed(Job("badgr:https://x.example", WHOLE))
    assert done.trouble == "An internal error (ValueError: odd). Please report it."
    assert not done.later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.archive import intake, workers
from migrator.archive.workers import Workers, cores, serve, understand_all
from migrator.openbadges.baking import bake
from migrator.sources.found import Found


@pytest.fixture
def eager(monkeypatch):
    """Let another process help from the first badge on, however few cores there are."""
    monkeypatch.setattr(workers, "_FIRST", 0)
    monkeypatch.setattr(intake, "Workers", lambda: Workers(1))
    monkeypatch.setattr(intake, "_BATCH_BADGES", 7)


@pytest.fixture
def outcomes(make):
    found = [make.found(n, image=make.baked(n)) for n in range(20)]
    found += [Found(f"picture {n}", image=image) for n, image in enumerate(pictures(make))]
    found += [Found("nothing", hosted_url="no address"), make.found(3, locator="again")]
    return [*found, *(make.found(n) for n in range(30, 40))]


def pictures(make):
    """Pictures with a badge of each kind, cut off before it or behind it, and with none."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>'
    baked = make.baked(50)
    return [
        *(bake(drawing, make.json(make.assertion(51)).decode()), baked, baked[:-9], baked[:30]),
        *(make.png(), drawing, b"GIF89a", b"no picture"),
    ]


def test_what_workers_have_understood_is_written_as_if_it_were_done_here(
    archive, other, reader, outcomes, tmp_path, contents, monkeypatch
):
    monkeypatch.setattr(workers, "_FIRST", 0)
    monkeypatch.setattr(intake, "Workers", lambda: Workers(0))
    alone = reader.outcomes(other, tmp_path, outcomes)
    monkeypatch.setattr(intake, "Workers", lambda: Workers(2))
    monkeypatch.setattr(intake, "_BATCH_BADGES", 7)
    helped = reader.outcomes(archive, tmp_path, outcomes)
    assert helped.counts == alone.counts
    assert helped.counts.problems == 6
    left_out = {"run", "lease", "source"}
    assert {one: rows for one, rows in contents(archive).items() if one not in left_out} == {
        one: rows for one, rows in contents(other).items() if one not in left_out
    }


def test_reading_again_with_workers_adds_nothing(archive, reader, outcomes, tmp_path, eager):
    first = reader.outcomes(archive, tmp_path, outcomes).counts
    again = reader.outcomes(archive, tmp_path, outcomes).counts
    assert again.archived == 0
    assert again.known == first.archived + first.known


def test_what_is_mostly_known_is_not_understood_once_more(make):
    with Workers(1) as two:
        two.learn(archived=3, known=900)
        two.hand_out([make.found(1)] * workers._FIRST)
        assert two.take_back() is None
        assert two.ahead == 0


def test_a_small_source_starts_no_other_process(make):
    with Workers(1) as two:
        two.hand_out([make.found(1)])
        assert two.take_back() is None
        assert two.ahead == 0


def test_a_process_that_dies_costs_nothing_but_time(
    archive, reader, outcomes, tmp_path, eager, monkeypatch
):
    def killed(self):
        for process in self._pool._processes.values() if self._pool else ():
            os.kill(process.pid, signal.SIGKILL)
        return Workers.take_back(self)

    class Mortal(Workers):
        take_back = killed if hasattr(signal, "SIGKILL") else Workers.take_back

    monkeypatch.setattr(intake, "Workers", lambda: Mortal(1))
    counts = reader.outcomes(archive, tmp_path, outcomes).counts
    assert counts.balances
    assert counts.archived == 32


def test_ctrl_c_is_left_to_the_process_that_writes():
    before = signal.getsignal(signal.SIGINT)
    try:
        serve()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_batch_is_understood_badge_by_badge(make):
    good, bad = understand_all(
        [
            (make.found(1).assertion, None, None, None, None, None),
            (None, None, None, None, None, b"no picture"),
        ]
    )
    assert good.columns[0] == make.url(1)
    assert isinstance(bad, str)


def test_without_a_list_of_cores_the_system_is_asked(monkeypatch):
    assert cores() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == (os.cpu_count() or 1)


_WRITER = """
import time
from migrator.archive import workers
from migrator.openbadges.baking import bake
from migrator.sources.found import Found
if __name__ == "__main__":
    workers._FIRST = 0
    crew = workers.Workers(1)
    crew.hand_out([Found("one", hosted_url="https://a.example/1")])
    crew.take_back()
    print(*crew._pool._processes, flush=True)
    time.sleep(60)
"""


def is_running(pid):
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux for its processes")
def test_no_process_outlives_the_one_that_writes(tmp_path):
    script = tmp_path / "writer.py"
    script.write_text(_WRITER)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as writer:
        pid = int(writer.stdout.readline())
        assert is_running(pid)
        writer.kill()
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(pid)

from __future__ import annotations

import sqlite3
import threading

import pytest

from migrator.archive.archive import Archive
from migrator.transfer.crew import Answer, Crew
from migrator.transfer.engine import Engine


def note(archive, command):
    with archive.writing() as conn:
        conn.execute(
            "insert into run (command, started_at, pid, host) values (?, '', 0, '')", (command,)
        )


def noted(path):
    with Archive.read(path) as other:
        return [row[0] for row in other.all("select command from run order by id")]


def engine(archive, threads=4):
    ended, commits = [], []
    return Engine(archive, threads, ended.append, lambda: commits.append(len(ended))), ended


def test_what_is_written_before_a_call_is_on_disk_when_it_is_made(archive):
    def work(name):
        note(archive, f"{name} sends")
        seen = yield lambda: noted(archive.path)
        note(archive, f"{name} has sent")
        return f"{name} sends" in seen

    running, ended = engine(archive)
    running.run(iter([work(str(n)) for n in range(20)]))
    assert ended == [True] * 20
    assert len(noted(archive.path)) == 40


def test_so_many_are_under_way_together_and_no_more(archive):
    meeting = threading.Barrier(4, timeout=10)
    lock = threading.Lock()
    now = most = 0

    def call():
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        meeting.wait()
        with lock:
            now -= 1

    def work(number):
        yield call
        return number

    running, ended = engine(archive, threads=4)
    running.run(work(number) for number in range(16))
    assert sorted(ended) == list(range(16))
    assert most == 4


def test_one_work_is_never_in_two_places(archive):
    order = []

    def work(name):
        for step in range(50):
            yield lambda step=step: order.append((name, step))
        return name

    running, _ended = engine(archive, threads=8)
    running.run(iter([work(n) for n in range(8)]))
    for name in range(8):
        assert [step for one, step in order if one == name] == list(range(50))


def test_works_are_begun_as_threads_become_free(archive):
    begun = []

    def works():
        for number in range(100):
            begun.append(number)
            yield work(number)

    def work(number):
        yield lambda: None
        assert len(begun) <= number + 12
        return number

    running, ended = engine(archive, threads=4)
    running.run(works())
    assert len(ended) == 100


def test_works_that_ask_nothing_end_all_the_same(archive):
    def work(number):
        return number
        yield

    running, ended = engine(archive, threads=2)
    running.run(iter([work(n) for n in range(9)]))
    assert ended == list(range(9))


def test_what_a_call_raises_is_raised_where_it_was_asked(archive):
    def fail():
        raise ValueError("no")

    def work():
        try:
            yield fail
        except ValueError as error:
            return f"caught {error}"

    running, ended = engine(archive)
    running.run(iter([work()]))
    assert ended == ["caught no"]


def test_an_error_ends_everything_and_loses_nothing_that_was_written(archive):
    closed = []
    waiting = threading.Event()

    def good():
        note(archive, "good began")
        try:
            yield lambda: waiting.wait(10)
        finally:
            closed.append("good")

    def bad():
        note(archive, "bad began")
        yield lambda: None
        note(archive, "bad goes on")
        raise KeyError("a defect")

    running, _ended = engine(archive)
    with pytest.raises(KeyError, match="a defect"):
        running.run(iter([good(), bad()]))
    waiting.set()
    assert closed == ["good"]
    assert noted(archive.path) == ["good began", "bad began", "bad goes on"]


def test_a_part_that_fails_is_undone_alone(archive):
    def half_done():
        with archive.writing() as conn:
            note(archive, "undone")
            conn.execute("insert into nonsense values (1)")

    def work():
        note(archive, "kept")
        with pytest.raises(sqlite3.OperationalError, match="nonsense"):
            half_done()
        note(archive, "kept too")
        return True
        yield

    running, _ended = engine(archive)
    running.run(iter([work()]))
    assert noted(archive.path) == ["kept", "kept too"]


def test_a_crew_that_is_left_early_does_not_keep_anybody_waiting():
    forever = threading.Event()
    with Crew(2) as crew:
        crew.make(1, forever.wait)
    forever.set()
    with Crew(2) as crew:
        crew.make(1, lambda: 7)
        crew.make(2, lambda: 1 / 0)
        answers = crew.answers()
        while len(answers) < 2:
            answers += crew.answers()
    by_key = {one.key: one for one in answers}
    assert by_key[1] == Answer(1, 7)
    assert isinstance(by_key[2].error, ZeroDivisionError)

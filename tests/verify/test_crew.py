"""The crew: threads that ask while one thread writes."""

from __future__ import annotations

import threading
import time

import pytest

from migrator.verify.hosts.crew import Crew


def test_what_is_given_comes_back_with_its_result():
    crew = Crew(3, lambda number: number * 2)
    for number in range(10):
        crew.give(number)
    found = []
    while crew.busy:
        found += crew.results(1)
    crew.dismiss()
    assert sorted(found) == [(number, number * 2) for number in range(10)]
    assert crew.results(0) == []


def test_no_more_threads_work_than_were_asked_for():
    at_once, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1

    crew = Crew(2, work)
    for number in range(6):
        crew.give(number)
    assert not crew.free
    while crew.busy:
        crew.results(1)
    assert crew.free
    crew.dismiss()
    assert most == 2


def test_an_error_of_the_work_is_raised_where_it_is_read():
    def work(_):
        raise ZeroDivisionError

    crew = Crew(1, work)
    crew.give(1)
    with pytest.raises(ZeroDivisionError):
        crew.results(10)
    crew.dismiss()

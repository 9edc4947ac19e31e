"""How fast and how much, with a clock that is told what time it is."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.net import RateLimiter, retry_after
from migrator.net.limits import TooLarge, read_body

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


def limiter(clock, per_minute=60, at_once=4):
    return RateLimiter(per_minute, at_once=at_once, clock=clock, sleep=clock.sleep)


def test_a_few_go_at_once_and_the_rest_in_step():
    clock = Clock()
    limited = limiter(clock)
    assert [limited.wait() for _ in range(7)] == [0, 0, 0, 0, 1, 1, 1]


def test_a_pause_saves_up_no_more_than_a_few():
    clock = Clock()
    limited = limiter(clock)
    for _ in range(4):
        limited.wait()
    clock.time += 3600
    assert [limited.wait() for _ in range(6)] == [0, 0, 0, 0, 1, 1]


def test_each_host_has_its_own_pace():
    clock = Clock()
    limited = limiter(clock, at_once=1)
    assert [limited.wait("a"), limited.wait("b"), limited.wait("a")] == [0, 0, 1]


@pytest.mark.parametrize("per_minute", [None, 0])
def test_without_a_limit_nobody_waits(per_minute):
    limited = limiter(Clock(), per_minute)
    assert {limited.wait() for _ in range(1000)} == {0}


def test_a_host_that_asks_for_a_pause_gets_it():
    clock = Clock()
    limited = limiter(clock, None)
    limited.pause(30, "a")
    limited.pause(10, "a")
    assert [limited.wait("b"), limited.wait("a"), limited.wait("a")] == [0, 30, 0]


def test_no_pause_is_longer_than_an_hour():
    limited = limiter(Clock(), None)
    limited.pause(10**9)
    assert limited.wait() == 3600


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 600), st.integers(1, 8), st.lists(st.floats(0, 5), max_size=60))
def test_no_minute_ever_sees_more_than_its_share(per_minute, at_once, pauses):
    clock = Clock()
    limited = limiter(clock, per_minute, at_once)
    times = []
    for pause in pauses:
        clock.time += pause
        limited.wait()
        times.append(clock.time)
    for index, start in enumerate(times):
        within = sum(1 for time in times[index:] if time < start + 59.999)
        assert within <= per_minute + at_once


def test_threads_share_the_pace():
    slept = []
    clock = Clock()
    limited = RateLimiter(60, at_once=1, clock=clock, sleep=slept.append)
    threads = [threading.Thread(target=limited.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slept) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("0", 0),
        ("99999999999999999999", 3600),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 3600),
        ("Mon, 23 Nov 2026 12:00:10 -0000", 10),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("Mon, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after({"Retry-After": value}, NOW) == seconds


def test_a_server_that_says_nothing_asks_for_nothing():
    assert retry_after({}, NOW) is None


def test_a_date_is_compared_with_now():
    assert retry_after({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}) == 0


class Raw:
    def __init__(self, *parts):
        self.parts = list(parts)

    def read1(self, amt, decode_content):
        return self.parts.pop(0) if self.parts else None


def test_a_body_of_just_the_limit_is_read():
    assert read_body(Raw(b"ab", b"cd"), {}, 4) == b"abcd"


def test_a_body_over_the_limit_is_left_where_it_is():
    raw = Raw(b"ab", b"cd", b"ef")
    with pytest.raises(TooLarge):
        read_body(raw, {}, 3)
    assert raw.parts == [b"ef"]


def test_a_length_that_is_no_number_is_not_believed():
    assert read_body(Raw(b"ab"), {"Content-Length": "99999999999x"}, 4) == b"ab"


@pytest.mark.parametrize("date", ["Sun, 22 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 GMT"])
def test_a_date_is_meant_by_the_servers_clock_however_far_off_ours_is(date):
    headers = {"Date": date, "Retry-After": date.replace("12:00:00", "12:01:30")}
    assert retry_after(headers, NOW) == 90
    assert retry_after(headers | {"Date": "nonsense"}, NOW) in (0, 3600)

"""One pace for all sessions of a destination: asked politely, slower after a complaint."""

from __future__ import annotations

import pytest

from migrator.destinations.base import Capabilities, Input, Outcome, OutcomeState, TryLater
from migrator.destinations.manners import Manners
from migrator.destinations.ratelimited import LONGEST_PAUSE
from migrator.destinations.wrappers import Fuse, Pace, RateLimited
from migrator.errors import PasswordRefused
from migrator.net import RateLimiter

DONE = Outcome(OutcomeState.DONE, remote_id="r1")
BUSY = Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", http_status=429)
AWAY = Outcome(OutcomeState.TRY_AGAIN, reason="destination_unreachable", http_status=503)


class Clock:
    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time

    def sleep(self, seconds):
        assert seconds >= 0
        self.time += seconds


@pytest.fixture
def clock():
    return Clock()


def manners(clock, per_minute=60, account=None, stop=lambda: False, at_once=1):
    capabilities = Capabilities(
        frozenset(Input),
        requests_per_minute=per_minute,
        account_requests_per_minute=account,
        at_once=at_once,
    )
    pace = Pace(attempts=4, first=0.0, longest=60.0)
    fuse = Fuse(failures=100)
    return Manners(capabilities, stop=stop, pace=pace, fuse=fuse, clock=clock, sleep=clock.sleep)


def times(session, parcel, clock, number):
    found = []
    for _ in range(number):
        session.send(parcel)
        found.append(round(clock.time, 3))
    return found


def test_all_sessions_share_the_pace_of_the_destination(played, parcel, clock):
    polite = manners(clock)
    one, other = (polite.around(played(send=[DONE])) for _ in range(2))
    assert times(one, parcel, clock, 3) == [0, 1, 2]
    assert times(other, parcel, clock, 2) == [3, 4]


def test_an_account_has_a_pace_of_its_own(played, parcel, clock):
    polite = manners(clock, per_minute=None, account=30)
    one, other = (polite.around(played(send=[DONE])) for _ in range(2))
    assert times(one, parcel, clock, 3) == [0, 2, 4]
    assert times(other, parcel, clock, 2) == [4, 6]


def test_a_sign_in_counts_as_the_requests_it_makes(played, parcel, clock):
    polite = manners(clock)
    session = polite.sign_in(lambda: played(send=[DONE]))
    assert clock.time == pytest.approx(1)
    assert times(session, parcel, clock, 1) == [2]


@pytest.mark.parametrize("complaint", [BUSY, AWAY])
def test_a_complaint_halves_the_pace_and_content_answers_restore_it(
    played, parcel, clock, complaint
):
    polite = manners(clock)
    session = polite.around(played(send=[DONE, complaint, DONE]))
    session.send(parcel)
    session.send(parcel)
    gaps = []
    for _ in range(60):
        before = clock.time
        session.send(parcel)
        gaps.append(clock.time - before)
    assert 1.5 < gaps[0] <= 2
    assert gaps == pytest.approx(sorted(gaps, reverse=True))
    assert gaps[-1] == pytest.approx(1)


def test_a_destination_without_a_limit_gets_one_when_it_complains(played, parcel, clock):
    polite = manners(clock, per_minute=None)
    session = polite.around(played(send=[DONE, BUSY, DONE]))
    session.send(parcel)
    assert clock.time == 0
    session.send(parcel)
    assert clock.time > 0
    for _ in range(100):
        session.send(parcel)
    before = clock.time
    session.send(parcel)
    assert clock.time == before


def test_complaints_about_requests_under_way_together_count_once():
    clock = Clock()
    limiter = RateLimiter(60, at_once=1, clock=clock, sleep=clock.sleep)
    limiter.wait()
    began, clock.time = clock.time, 0.5
    for _ in range(32):
        limiter.slow(since=began)
    limiter.wait()
    assert limiter.wait() == pytest.approx(2, abs=0.6)
    limiter.slow(since=clock.time)
    for _ in range(20):
        limiter.slow()
    limiter.wait()
    assert limiter.wait() <= 20


@pytest.mark.parametrize("asked", [30.0, LONGEST_PAUSE])
def test_the_wait_that_one_is_asked_for_is_everybodys(played, parcel, clock, asked):
    polite = manners(clock, per_minute=None)
    busy = Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=asked)
    RateLimited(played(send=[busy]), polite.limiter, clock=clock).send(parcel)
    polite.around(played(send=[DONE])).send(parcel)
    assert clock.time == pytest.approx(asked, abs=1)


def test_a_wait_of_an_hour_is_nobodys(played, parcel, clock):
    polite = manners(clock, per_minute=None)
    busy = Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=3600.0)
    assert polite.around(played(send=[busy])).send(parcel) == busy
    polite.around(played(send=[DONE])).send(parcel)
    assert clock.time < 1


def test_questions_that_meet_a_busy_destination_slow_it_down_too(played, clock):
    polite = manners(clock, per_minute=None)
    session = polite.around(played(collections=[TryLater("busy", after=7.0), []]))
    assert session.collections() == []
    assert clock.time == pytest.approx(7, abs=0.5)


def test_a_sign_in_is_tried_again_only_where_nobody_could_be_asked(played, clock):
    polite = manners(clock, per_minute=None)
    asked = []

    def enter(*ends):
        left = list(ends)

        def once():
            asked.append(1)
            end = left.pop(0)
            if isinstance(end, Exception):
                raise end
            return end

        return once

    session = played(send=[DONE])
    polite.sign_in(enter(TryLater("away"), TryLater("busy", after=5.0), session))
    assert len(asked) == 3
    assert clock.time == pytest.approx(5, abs=0.5)
    asked.clear()
    with pytest.raises(PasswordRefused):
        polite.sign_in(enter(PasswordRefused("wrong")))
    assert len(asked) == 1
    asked.clear()
    with pytest.raises(TryLater):
        polite.sign_in(enter(*[TryLater("away")] * 9))
    assert len(asked) == 4


def test_who_wants_to_stop_waits_for_nothing_and_asks_nothing(played, parcel, clock):
    stopping = []
    polite = manners(clock, stop=lambda: bool(stopping))
    inner = played(send=[DONE], collections=[[]])
    session = polite.around(inner)
    session.send(parcel)
    polite.limiter.pause(500)
    stopping.append(1)
    assert session.send(parcel) == Outcome(OutcomeState.NOT_SENT)
    with pytest.raises(TryLater):
        session.collections()
    with pytest.raises(TryLater):
        polite.sign_in(lambda: inner)
    limited = RateLimited(inner, polite.limiter, stop=lambda: bool(stopping))
    assert limited.send(parcel).state is OutcomeState.NOT_SENT
    with pytest.raises(TryLater, match="Stopped before"):
        limited.collections()
    assert inner.names == ["send"]
    assert clock.time == 0


def test_a_pause_that_begins_while_others_wait_is_theirs_too(clock):
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            limiter.pause(30)  # another thread was told to wait
        clock.sleep(seconds)

    limiter = RateLimiter(60, at_once=1, clock=clock, sleep=sleep)
    limiter.wait()
    limiter.wait()
    assert clock.time == pytest.approx(30)

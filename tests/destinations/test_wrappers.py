"""Pace, record and dry run: each hands on what it does not change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.destinations.base import (
    Credentials,
    Held,
    HeldCollection,
    Outcome,
    OutcomeState,
    TryLater,
)
from migrator.destinations.wrappers import DryRun, RateLimited, Recorded, Retrying, Wrapper
from migrator.net import RateLimiter

DONE = Outcome(OutcomeState.DONE, remote_id="r1")
THERE = Held("r1", "https://issuer.example/a")
SCIENCE = HeldCollection("c1", "Science")


@pytest.fixture
def session(played):
    return played(
        held=[[THERE]],
        send=[DONE],
        find=[THERE],
        collections=[[SCIENCE]],
        create_collection=["c1"],
        fill_collection=[None],
    )


def everything(wrapped, parcel):
    """Make every call once."""
    results = [
        list(wrapped.held()),
        wrapped.send(parcel),
        wrapped.find(parcel),
        wrapped.collections(),
        wrapped.create_collection("Science", "d", published=False),
    ]
    wrapped.fill_collection("c1", "Science", ("r1",))
    wrapped.close()
    return results


WRAPPERS = {
    "plain": Wrapper,
    "retrying": lambda session: Retrying(session, sleep=lambda _: None),
    "limited": lambda session: RateLimited(session, RateLimiter(None)),
    "recorded": lambda session: Recorded(session, lambda _: None),
    "stacked": lambda session: Retrying(
        RateLimited(Recorded(session, lambda _: None), RateLimiter(6000)), sleep=lambda _: None
    ),
}


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS.keys())
def test_every_wrapper_is_a_session_like_the_one_in_it(session, parcel, wrap):
    wrapped = wrap(session)
    assert everything(wrapped, parcel) == [[THERE], DONE, THERE, [SCIENCE], "c1"]
    assert session.names[-1] == "close"
    assert wrapped.addresses == session.addresses
    session.credentials = Credentials("ann@example.org", access_token="new")
    assert wrapped.credentials.access_token == "new"


def test_each_request_waits_until_it_is_due(session, parcel):
    time, waited = [0.0], []

    def sleep(seconds):
        waited.append(seconds)
        time[0] += seconds

    limiter = RateLimiter(60, at_once=1, clock=lambda: time[0], sleep=sleep)
    everything(RateLimited(session, limiter), parcel)
    assert waited == [1.0] * 5


def test_a_record_has_every_call_and_no_secret(session, parcel):
    calls, time = [], iter(range(100))
    recorded = Recorded(session, calls.append, clock=lambda: float(next(time)))
    everything(recorded, parcel)
    assert [(call.name, call.what) for call in calls] == [
        ("held", ""),
        ("send", "Maths"),
        ("find", "Maths"),
        ("collections", ""),
        ("create_collection", "Science"),
        ("fill_collection", "Science"),
    ]
    assert [call.outcome for call in calls] == [None, DONE, None, None, None, None]
    assert {call.seconds for call in calls} == {1.0}
    assert "s3cret" not in repr(calls)
    assert "ann@" not in repr(calls)


def test_a_call_that_fails_is_recorded_too(played):
    calls = []
    recorded = Recorded(played(collections=[TryLater("busy")]), calls.append)
    with pytest.raises(TryLater):
        recorded.collections()
    assert [(call.name, call.error) for call in calls] == [("collections", "TryLater")]


def test_a_dry_run_asks_and_changes_nothing(played, parcel):
    there = Held("r1", min(parcel.open_badge_ids))
    session = played(held=[[there]], collections=[[SCIENCE]])
    dry = DryRun(session)
    assert dry.send(parcel) == Outcome(OutcomeState.ALREADY_THERE, remote_id="r1")
    left = dry.send(replace(parcel, open_badge_ids=frozenset({"https://issuer.example/else"})))
    assert (left.state, left.detail) == (OutcomeState.NOT_SENT, "Dry run: nothing was sent.")
    assert dry.create_collection("Science", None, published=True) == "dry-run:Science"
    dry.fill_collection("dry-run:Science", "Science", ("r1",))
    assert list(dry.held()) == [there]
    assert dry.collections() == [SCIENCE]
    assert session.names == ["held", "held", "collections"]

"""What is tried again, how often and after how long: with a clock that only counts."""

from __future__ import annotations

import pytest

from migrator.destinations.base import (
    Held,
    HeldCollection,
    NotAccepted,
    Outcome,
    OutcomeState,
    TryLater,
)
from migrator.destinations.wrappers import Pace, Retrying
from migrator.errors import SignInFailed

DONE = Outcome(OutcomeState.DONE, remote_id="r1")
LOST = Outcome(OutcomeState.UNKNOWN, reason="answer_lost")
BUSY = Outcome(OutcomeState.TRY_AGAIN, reason="destination_unreachable")
FAILED = Outcome(OutcomeState.REFUSED, reason="server_error")
EXPIRED = Outcome(OutcomeState.REFUSED, reason="expired")
DUPLICATE = Outcome(OutcomeState.ALREADY_THERE)
THERE = Held("r9", "https://issuer.example/a", pending=True)


def wait(seconds):
    return Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=seconds)


class Naps:
    """Sleeps in no time; `total` and the pieces are kept."""

    def __init__(self):
        self.pieces = []

    def __call__(self, seconds):
        self.pieces.append(seconds)

    @property
    def total(self):
        return sum(self.pieces)


@pytest.fixture
def naps():
    return Naps()


NOT_SENT = Outcome(OutcomeState.NOT_SENT)


@pytest.fixture
def retrying(played, naps):
    def make(pace=Pace(), stop=lambda: False, **results):  # noqa: B008 - a frozen value
        session = played(**results)
        return session, Retrying(session, pace, sleep=naps, stop=stop)

    return make


@pytest.mark.parametrize(
    ("send", "find", "expected", "calls"),
    [
        ([DONE], [], DONE, ["send"]),
        ([EXPIRED], [], EXPIRED, ["send"]),
        ([BUSY, DONE], [], DONE, ["send", "send"]),
        ([BUSY], [], BUSY, ["send"] * 4),
        ([FAILED, DONE], [], DONE, ["send", "send"]),
        ([FAILED], [], FAILED, ["send", "send"]),
        ([FAILED, BUSY, FAILED, DONE], [], FAILED, ["send"] * 3),
        ([LOST, DONE], [None], DONE, ["send", "find", "send"]),
        ([LOST], [THERE], Outcome(OutcomeState.DONE, "r9", pending=True), ["send", "find"]),
        ([LOST], [None], LOST, ["send", *["find", "send"] * 3]),
        ([LOST], [TryLater("no")], LOST, ["send", *["find"] * 3]),
        ([LOST, EXPIRED], [SignInFailed("no")], LOST, ["send", *["find"] * 3]),
        ([LOST, EXPIRED], [TryLater("no"), None], EXPIRED, ["send", "find", "find", "send"]),
        ([NOT_SENT], [], NOT_SENT, ["send"]),
        ([BUSY, NOT_SENT], [], BUSY, ["send"] * 4),
        (
            [LOST, DUPLICATE],
            [None, THERE],
            Outcome(OutcomeState.DONE, "r9", pending=True),
            ["send", "find", "send", "find"],
        ),
        (
            [DUPLICATE],
            [THERE],
            Outcome(OutcomeState.ALREADY_THERE, "r9", pending=True),
            ["send", "find"],
        ),
        ([DUPLICATE], [None], DUPLICATE, ["send", "find"]),
        ([DUPLICATE], [TryLater("no")], DUPLICATE, ["send", "find"]),
        (
            [Outcome(OutcomeState.ALREADY_THERE, "r2")],
            [],
            Outcome(OutcomeState.ALREADY_THERE, "r2"),
            ["send"],
        ),
    ],
)
def test_a_badge_is_tried_until_it_is_settled_or_hopeless(
    retrying, parcel, send, find, expected, calls
):
    session, wrapped = retrying(send=send, find=find)
    assert wrapped.send(parcel) == expected
    assert session.names == calls


@pytest.mark.parametrize("asked", [0.0, 0.4, 7.0, 60.0])
def test_a_wait_that_is_asked_for_is_kept_to_the_second(retrying, parcel, naps, asked):
    _, wrapped = retrying(send=[wait(asked), DONE])
    assert wrapped.send(parcel) == DONE
    assert naps.total == pytest.approx(asked)


def test_a_wait_longer_than_a_minute_is_handed_back_at_once(retrying, parcel, naps):
    session, wrapped = retrying(send=[wait(61.0), DONE])
    assert wrapped.send(parcel) == wait(61.0)
    assert session.names == ["send"]
    assert naps.total == 0


def test_waits_are_drawn_from_a_range_that_doubles(retrying, parcel, naps):
    totals = []
    for _ in range(40):
        naps.pieces.clear()
        retrying(Pace(attempts=3, first=2.0), send=[BUSY])[1].send(parcel)
        totals.append(naps.total)
    assert all(0 <= total <= 2 + 4 for total in totals)
    assert len(set(totals)) > 30


def test_a_wait_is_never_longer_than_the_pace_allows(retrying, parcel, naps):
    retrying(Pace(attempts=9, first=50.0, longest=3.0), send=[BUSY])[1].send(parcel)
    assert 0 < naps.total <= 8 * 3.0


def test_who_wants_to_stop_does_not_wait(retrying, parcel, naps):
    session, wrapped = retrying(stop=lambda: len(naps.pieces) >= 2, send=[wait(50.0), DONE])
    wrapped.send(parcel)
    assert naps.total == pytest.approx(0.5)
    session, wrapped = retrying(stop=lambda: True, send=[BUSY, DONE])
    assert wrapped.send(parcel) == BUSY
    assert session.names == ["send"]


def test_a_stop_while_waiting_sends_nothing_more(retrying, parcel, naps):
    session, wrapped = retrying(stop=lambda: bool(naps.pieces), send=[wait(50.0), DONE])
    assert wrapped.send(parcel) == wait(50.0)
    assert session.names == ["send"]


def test_lists_and_collections_are_asked_for_again(retrying):
    science = HeldCollection("c1", "Science")
    session, wrapped = retrying(
        held=[TryLater("busy"), [THERE]],
        find=[TryLater("busy"), THERE],
        collections=[TryLater("busy", after=2.0), [science]],
        fill_collection=[TryLater("busy"), None],
    )
    assert list(wrapped.held()) == [THERE]
    assert wrapped.find(None) == THERE
    assert wrapped.collections() == [science]
    wrapped.fill_collection("c1", "Science", ("r1",))
    assert session.names == [name for name in session.results for _ in range(2)]


def test_what_stays_busy_is_raised_in_the_end(retrying):
    session, wrapped = retrying(held=[TryLater("busy", "Later.")])
    with pytest.raises(TryLater, match=r"busy Later\."):
        wrapped.held()
    assert session.names == ["held"] * 4


@pytest.mark.parametrize("error", [SignInFailed("no"), NotAccepted("no")])
def test_what_no_time_heals_is_raised_at_once(retrying, error):
    session, wrapped = retrying(collections=[error])
    with pytest.raises(type(error)):
        wrapped.collections()
    assert session.names == ["collections"]


def test_a_collection_whose_answer_was_lost_is_not_made_twice(retrying):
    full = HeldCollection("c0", "Science", badges=("r1",))
    session, wrapped = retrying(
        create_collection=[TryLater("lost", sent=True), "c2"],
        collections=[[full, HeldCollection("c1", "Science")]],
    )
    assert wrapped.create_collection("Science", None, published=False) == "c1"
    assert session.names == ["create_collection", "collections"]


def test_a_collection_that_did_not_arrive_is_made_again(retrying):
    session, wrapped = retrying(
        create_collection=[TryLater("down", sent=False), TryLater("lost", sent=True), "c2"],
        collections=[[]],
    )
    assert wrapped.create_collection("Science", None, published=False) == "c2"
    assert session.names == [*["create_collection"] * 2, "collections", "create_collection"]

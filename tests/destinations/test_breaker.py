"""The circuit of a destination: when it opens, who waits, who probes, and when nobody asks more."""

from __future__ import annotations

import itertools
import threading

import pytest

from migrator.destinations.base import NotAccepted, Outcome, OutcomeState, TryLater
from migrator.destinations.breaker import AWAY, guarded
from migrator.destinations.wrappers import Breaking, Circuit, Fuse
from migrator.errors import SignInFailed

DONE = Outcome(OutcomeState.DONE, remote_id="r1")
GONE = Outcome(OutcomeState.TRY_AGAIN, reason=AWAY)
LOST = Outcome(OutcomeState.UNKNOWN, reason="answer_lost")
REFUSED = Outcome(OutcomeState.REFUSED, reason="expired")
FUSE = Fuse(failures=3, first=4.0, longest=16.0, patience=100.0)


class Clock:
    def __init__(self):
        self.time = 0.0
        self.lock = threading.Lock()

    def __call__(self):
        return self.time

    def sleep(self, seconds):
        with self.lock:
            self.time += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def circuit(clock):
    return Circuit(FUSE, clock=clock, sleep=clock.sleep)


def test_a_few_without_an_answer_open_it_and_a_probe_closes_it(played, parcel, clock, circuit):
    session = Breaking(played(send=[GONE, LOST, GONE, DONE, DONE]), circuit)
    for expected in (GONE, LOST, GONE):
        assert session.send(parcel) == expected
    assert clock.time == 0
    assert session.send(parcel) == DONE
    assert 2 <= clock.time <= 4.5
    before = clock.time
    assert session.send(parcel) == DONE
    assert clock.time == before


def test_an_answer_between_them_keeps_it_closed(played, parcel, clock, circuit):
    session = Breaking(played(send=[GONE, GONE, REFUSED, GONE, GONE, DONE]), circuit)
    for _ in range(6):
        session.send(parcel)
    assert clock.time == 0


def test_probes_become_rarer_up_to_a_limit_and_end(played, parcel, clock, circuit):
    inner = played(send=[GONE])
    session = Breaking(inner, circuit)
    moments = []
    while (outcome := session.send(parcel)).state is not OutcomeState.NOT_SENT:
        moments.append(clock.time)
    assert (outcome.reason, circuit.given_up) == (AWAY, True)
    waits = [after - before for before, after in itertools.pairwise(moments[2:])]
    for wait, longest in zip(waits, [4, 8, 16, 16, 16], strict=False):
        assert longest / 2 - 0.5 <= wait <= longest + 0.5
    assert 84 <= moments[-1] <= 101
    asked = len(inner.names)
    assert session.send(parcel).reason == AWAY
    assert len(inner.names) == asked
    with pytest.raises(TryLater, match="does not answer"):
        session.collections()


def test_one_probes_and_the_others_wait_for_it(played, parcel, clock):
    circuit = Circuit(Fuse(failures=3, patience=1e12), clock=clock, sleep=clock.sleep)
    down = Breaking(played(send=[GONE]), circuit)
    for _ in range(3):
        down.send(parcel)
    answer, probing = threading.Event(), threading.Event()
    asked = []

    class Slow:
        def send(self, parcel):
            asked.append(parcel)
            probing.set()
            assert answer.wait(10)
            return DONE

    threads = [threading.Thread(target=Breaking(Slow(), circuit).send, args=[parcel])]
    threads[0].start()
    assert probing.wait(10)
    threads += [
        threading.Thread(target=Breaking(Slow(), circuit).send, args=[parcel]) for _ in range(5)
    ]
    for thread in threads[1:]:
        thread.start()
    for thread in threads[1:]:
        thread.join(0.05)
    assert len(asked) == 1
    answer.set()
    for thread in threads:
        thread.join(10)
    assert len(asked) == 6


def test_who_wants_to_stop_is_not_kept_waiting(played, parcel, clock):
    stopping = []
    circuit = Circuit(FUSE, clock=clock, sleep=clock.sleep, stop=lambda: bool(stopping))
    session = Breaking(played(send=[GONE]), circuit)
    for _ in range(3):
        session.send(parcel)
    stopping.append(1)
    assert session.send(parcel) == Outcome(OutcomeState.NOT_SENT)
    assert clock.time == 0


@pytest.mark.parametrize(
    ("error", "opens"),
    [
        (TryLater("away"), True),
        (TryLater("busy", after=3.0), False),
        (NotAccepted("no"), False),
        (SignInFailed("no"), False),
        (KeyError("a defect"), True),
    ],
)
def test_what_counts_as_an_answer(circuit, clock, error, opens):
    def ask():
        raise error

    for _ in range(3):
        with pytest.raises(type(error)):
            guarded(circuit, ask)
    assert guarded(circuit, lambda: 7) == 7
    assert (clock.time > 0) == opens


def test_a_session_that_breaks_counts_as_no_answer(circuit, parcel, clock):
    class Broken:
        def send(self, parcel):
            raise KeyError(parcel)

    for _ in range(3):
        with pytest.raises(KeyError):
            Breaking(Broken(), circuit).send(parcel)
    assert guarded(circuit, lambda: 7) == 7
    assert clock.time > 0


def test_what_ends_late_while_it_is_open_changes_nothing_but_a_success(circuit, clock):
    for _ in range(9):
        circuit.failed()
    assert circuit.passes()  # the probe
    first = clock.time
    assert first <= 4.5
    circuit.answered()
    assert circuit.passes()
    assert clock.time == first

"""One request under way, and its end."""

from __future__ import annotations

import socket

import pytest

from migrator.net.connection import Flight, Gate


@pytest.fixture
def line():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(2)
        yield ours, theirs


def test_a_request_whose_time_is_up_before_it_leaves_does_not_leave():
    flight = Flight()
    flight.expire()
    with pytest.raises(TimeoutError):
        flight.leaving(None)
    assert not flight.sent


def test_a_request_whose_time_is_up_is_hung_up_on(line):
    ours, theirs = line
    flight = Flight()
    flight.leaving(ours)
    flight.expire()
    assert theirs.recv(1) == b""
    assert flight.sent


def test_hanging_up_on_a_closed_connection_is_no_trouble(line):
    flight = Flight()
    flight.leaving(line[0])
    line[0].close()
    flight.expire()
    assert flight.expired


def test_a_connection_is_left_alone_once_its_answer_is_there(line):
    ours, theirs = line
    gate = Gate(allow_private=True)
    with gate.flight(60) as flight:
        gate.leaving(ours)
    flight.expire()
    ours.sendall(b"next")
    assert theirs.recv(4) == b"next"

"""Hosts that do not answer, and computers without a network."""

from __future__ import annotations

import socket

import pytest

from migrator import errors
from migrator.verify.hosts.doubts import Doubts, finds_names
from migrator.verify.hosts.heard import Heard


def failed(error):
    return Heard("https://a.example/1", error=error)


@pytest.mark.parametrize("error", ["dns", "refused", "tls"])
def test_a_dead_host_is_given_up_at_once(error):
    assert Doubts(lambda: True).hear("a.example", failed(error)) == error


@pytest.mark.parametrize("error", ["timeout", "endless", "reset"])
def test_a_slow_host_is_given_up_after_three_failures_in_a_row(error):
    doubts = Doubts(lambda: True)
    assert doubts.hear("a.example", failed(error)) is None
    assert doubts.hear("a.example", Heard("https://a.example/2", status=500)) is None
    found = [doubts.hear("a.example", failed(error)) for _ in range(3)]
    assert found == [None, None, error]


def test_failures_of_one_address_are_not_the_hosts():
    assert Doubts(lambda: True).hear("a.example", failed("blocked")) is None


def test_without_a_network_nothing_is_called_dead():
    with pytest.raises(errors.Incomplete, match="offline"):
        Doubts(lambda: False).hear("a.example", failed("dns"))


def test_whoever_has_heard_an_answer_has_a_network():
    doubts = Doubts(lambda: False)
    doubts.hear("a.example", Heard("https://a.example/1", status=404))
    assert doubts.hear("b.example", failed("dns")) == "dns"


def test_a_computer_that_finds_any_well_known_name_is_online(monkeypatch):
    asked = []

    def look_up(name, *_args, **_options):
        asked.append(name)
        if len(asked) < 3:
            raise socket.gaierror
        return []

    # No test may ask the internet, so the system's look-up is played.
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert finds_names()
    assert len(set(asked)) == 3

    def nothing(*_args, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    assert not finds_names()

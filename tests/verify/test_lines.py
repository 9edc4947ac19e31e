"""Lines before hosts: nobody is asked too fast, and everybody has their turn."""

from __future__ import annotations

import pytest

from migrator.archive.web.agenda import Agenda
from migrator.verify.hosts.lines import Lines, Manners


class Ticking:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticking():
    return Ticking()


@pytest.fixture
def agenda(archive):
    made = Agenda(archive)
    yield made
    made.close()


def put_down(agenda, **counts):
    for host, count in counts.items():
        agenda.add((f"https://{host}.example/{n}", "assertion") for n in range(count))


def taken(lines):
    found = []
    while (address := lines.next()) is not None:
        found.append(address)
    return found


def test_a_host_is_asked_a_few_at_once_and_then_at_its_pace(agenda, ticking):
    put_down(agenda, a=6)
    lines = Lines(agenda, Manners(per_minute=60, at_once=2), ticking)
    first = taken(lines)
    assert len(first) == 2
    for address in first:
        lines.done(address)
    assert taken(lines) == []
    assert 0 < lines.seconds() <= 0.2
    ticking.now += 1
    assert len(taken(lines)) == 1
    ticking.now += 0.5
    assert taken(lines) == []


def test_hosts_do_not_wait_for_each_other(agenda, ticking):
    put_down(agenda, a=3, b=3, c=3)
    lines = Lines(agenda, Manners(at_once=1), ticking)
    assert sorted(one.host for one in taken(lines)) == ["a.example", "b.example", "c.example"]


def test_more_hosts_than_stand_in_line_have_their_turn(agenda, ticking):
    put_down(agenda, **{f"h{number}": 1 for number in range(150)})
    lines = Lines(agenda, Manners(), ticking)
    seen = set()
    while not lines.empty:
        for address in taken(lines):
            seen.add(address.host)
            lines.done(address)
    assert len(seen) == 150


def test_hosts_of_this_computer_have_no_pace(agenda, ticking):
    put_down(agenda, a=20)
    lines = Lines(agenda, Manners(threads=8, free=lambda host: host == "a.example"), ticking)
    assert len(taken(lines)) == 8


def test_a_busy_host_gets_its_rest_and_the_address_comes_again(agenda, ticking):
    put_down(agenda, a=2)
    lines = Lines(agenda, Manners(at_once=1), ticking)
    (first,) = taken(lines)
    lines.done(first)
    lines.again(first, 30)
    ticking.now += 29
    assert taken(lines) == []
    ticking.now += 1.5
    (following,) = taken(lines)
    assert following != first
    lines.done(following)
    ticking.now += 1.5
    assert taken(lines) == [first]


def test_a_dropped_host_has_nobody_in_line(agenda, ticking):
    put_down(agenda, a=40)
    lines = Lines(agenda, Manners(at_once=1), ticking)
    (first,) = taken(lines)
    assert len(lines.drop("a.example")) == 15
    assert lines.drop("nobody.example") == []
    agenda.leave_host("a.example")
    lines.done(first)
    assert lines.empty


def test_what_is_put_down_later_is_found(agenda, ticking):
    put_down(agenda, a=1)
    lines = Lines(agenda, Manners(), ticking)
    (first,) = taken(lines)
    assert taken(lines) == []
    put_down(agenda, a=2, b=1)
    lines.added()
    assert {one.host for one in taken(lines)} == {"a.example", "b.example"}
    lines.done(first)

"""The live web: a real server on the loopback, asked through the one client."""

from __future__ import annotations

import json
import socket

import pytest

from migrator.net import Client
from migrator.verify.live import LiveWeb


@pytest.fixture
def live():
    return LiveWeb(Client(allow_private=True))


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_an_address_is_asked_once_in_a_run(live, httpserver):
    httpserver.expect_ordered_request("/a.json").respond_with_json({"a": 1})
    url = httpserver.url_for("/a.json")
    first, second = live.get(url), live.get(url)
    assert first is second
    assert (first.status, json.loads(first.body)) == (200, {"a": 1})
    assert first.content_type.startswith("application/json")
    assert first.known


def test_a_status_is_an_answer(live, httpserver):
    httpserver.expect_request("/gone.json").respond_with_json({"revoked": True}, status=410)
    answer = live.get(httpserver.url_for("/gone.json"))
    assert (answer.status, answer.error) == (410, "")


def test_a_dead_host_is_asked_once_for_all_its_badges(live, closed_port):
    one = live.get(f"http://127.0.0.1:{closed_port}/a.json")
    two = live.get(f"http://127.0.0.1:{closed_port}/b.json")
    assert (one.status, one.error) == (None, "refused")
    assert two.error == "refused"
    assert two.url.endswith("/b.json")


@pytest.mark.parametrize("url", ["nonsense", "http://[bad", "http://host:port/", ""])
def test_what_is_no_address_never_raises(live, url):
    assert live.get(url).error


def test_private_addresses_are_blocked_unless_allowed(httpserver):
    answer = LiveWeb(Client()).get(httpserver.url_for("/a.json"))
    assert (answer.status, answer.error) == (None, "blocked")


def test_memory_is_bounded_and_the_oldest_answers_go_first(httpserver):
    live = LiveWeb(Client(allow_private=True), most_bytes=400)
    for name in "abcdefgh":
        httpserver.expect_ordered_request(f"/{name}").respond_with_data(b"x" * 90)
    httpserver.expect_ordered_request("/large").respond_with_data(b"x" * 300)
    httpserver.expect_ordered_request("/a").respond_with_data(b"again")
    for name in "abcdefgh":
        assert len(live.get(httpserver.url_for(f"/{name}")).body) == 90
    assert live.get(httpserver.url_for("/large")).status == 200
    assert live.get(httpserver.url_for("/h")).status == 200
    assert live.get(httpserver.url_for("/a")).body == b"again"

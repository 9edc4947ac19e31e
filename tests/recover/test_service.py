"""The service's pace and patience."""

from __future__ import annotations

import pytest
from werkzeug import Response

from migrator.errors import Usage
from migrator.net import Client
from migrator.recover.capture import Capture
from migrator.recover.service import DEFAULT, NoAnswer, Service, Stopped, checked_base

URL = "http://badges.example.org/1.json"


def test_there_is_a_second_between_two_requests(bench):
    for _ in range(5):
        bench.service.index(URL)
    assert bench.ticker.now == pytest.approx(4.0)


@pytest.mark.parametrize("status", [429, 503])
def test_the_service_is_given_the_time_it_asks_for(bench, status):
    bench.web.trouble = [Response("slow", status, {"Retry-After": "30"})]
    bench.service.index(URL)
    assert bench.ticker.now == pytest.approx(30.0)
    assert bench.told == ["The web archive is given 30 seconds before the next question."]


def test_where_it_does_not_say_it_is_given_more_time_each_time(bench):
    bench.web.trouble = [500, 502, 504]
    bench.service.index(URL)
    assert bench.ticker.now == pytest.approx(5 + 20 + 60)


def test_after_four_attempts_it_is_left_alone(bench):
    bench.web.trouble = [503] * 4
    with pytest.raises(NoAnswer, match="busy"):
        bench.service.index(URL)
    assert bench.web.trouble == []


def test_a_pause_that_was_asked_for_last_is_kept_for_the_next_question(bench):
    bench.web.trouble = [Response("slow", 429, {"Retry-After": "7"})] * 4
    with pytest.raises(NoAnswer):
        bench.service.index(URL)
    bench.service.index(URL)
    assert bench.ticker.now == pytest.approx(28.0)


def test_a_wait_ends_when_the_person_has_asked_to_stop(bench):
    bench.web.trouble = [Response("slow", 429, {"Retry-After": "3600"})]
    bench.service._tell = lambda _sentence: setattr(bench, "stopped", True)
    with pytest.raises(Stopped):
        bench.service.index(URL)
    assert bench.ticker.now < 1


def test_any_other_status_is_no_answer(bench):
    bench.web.trouble = [418]
    with pytest.raises(NoAnswer, match="418"):
        bench.service.index(URL)


def test_a_service_that_cannot_be_reached_is_no_answer(bench, client):
    service = Service("http://127.0.0.1:9", client, sleep=bench.ticker.sleep)
    with pytest.raises(NoAnswer, match="nobody answers"):
        service.index(URL)


def test_inner_addresses_are_not_asked_unless_allowed(web, bench):
    service = Service(web.base, Client(), sleep=bench.ticker.sleep)
    with pytest.raises(NoAnswer, match="inner network"):
        service.index(URL)
    assert web.asked == []


def test_it_goes_along_when_the_service_moves_on_to_another_moment(bench):
    bench.web.keep("20130101000000", URL, b"moved", status=302,
                   location="/web/20130102000000id_/" + URL)  # fmt: skip
    bench.web.keep("20130102000000", URL, b"here")
    reply = bench.service.replay(Capture("20130101000000", URL, status=200))
    assert reply.body == b"here"


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/live", "/other", ""])
def test_it_never_leaves_the_service(bench, location):
    bench.web.keep("20130101000000", URL, b"", status=302, location=location)
    reply = bench.service.replay(Capture("20130101000000", URL, status=200))
    assert reply.status == 302
    assert bench.service._following(bench.web.base, "http://[") is None


def test_a_service_that_sends_on_for_ever_is_no_answer(bench):
    bench.web.keep("20130101000000", URL, b"", status=302,
                   location="/web/20130101000000id_/" + URL)  # fmt: skip
    with pytest.raises(NoAnswer, match="circles"):
        bench.service.replay(Capture("20130101000000", URL, status=200))


def test_a_service_may_stand_in_a_folder(client):
    service = Service("http://127.0.0.1:9/collection/", client)
    inside = "http://127.0.0.1:9/collection/web/2013id_/http://e.org/?a=1"
    assert service.saved_address(inside) == "http://e.org/?a=1"
    assert service.saved_address("http://127.0.0.1:9/other/web/2013id_/http://e.org/") is None
    assert service.saved_address("https://127.0.0.1:9/collection/web/2013id_/http://e.org/") is None


@pytest.mark.parametrize(
    "base", ["ftp://a.example", "web.archive.org", "https://", "https://u:p@a.example",
             "https://a.example/?x=1", "https://a.example/#x", "https://a b"]
)  # fmt: skip
def test_what_is_no_address_of_a_service_is_refused_with_an_example(base):
    with pytest.raises(Usage, match="such as https://web") as caught:
        checked_base(base)
    assert base in caught.value.what


def test_the_wayback_machine_is_known_to_look_up_every_spelling(client):
    assert Service(DEFAULT + "/", client).folds

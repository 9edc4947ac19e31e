from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions, State
from migrator.verify.answers import Answer

OB2A = "http://localhost:8099/ob2a/assertion.json"
IMPORT = "/v2/backpack/import"


def control(rehearsal):
    return requests.get(f"{rehearsal.url}/__rehearsal__/", timeout=5).json()


def test_six_posts_of_one_badge_at_once_import_it_exactly_once(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visitor.ask("POST", IMPORT, {"url": OB2A}), range(6)))
    assert sorted(each.status_code for each in answers) == [201, *[400] * 5]
    refused = [each.json()["validationErrors"] for each in answers if each.status_code == 400]
    assert {each[0]["name"] for each in refused} == {"DUPLICATE_BADGE"}
    assert control(rehearsal)["badges"] == 1


def test_different_badges_at_once_all_arrive(start, visit):
    visitor = visit(start())
    names = ("ob2a", "ob2b", "ob2c", "ob2d", "v1a", "v1b", "v1c", "delme")
    urls = [f"http://localhost:8099/{name}/assertion.json" for name in names]
    with ThreadPoolExecutor(8) as pool:
        statuses = pool.map(lambda url: visitor.ask("POST", IMPORT, {"url": url}).status_code, urls)
        assert list(statuses) == [201] * 8


def test_page_behind_the_stage_counts_what_arrived_and_shows_no_secret(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    visitor.ask("POST", IMPORT, {"url": OB2A})
    visitor.ask("POST", IMPORT, {"url": OB2A})
    pending = "http://localhost:8099/pending/assertion.json"
    visitor.ask("POST", IMPORT, {"url": pending})
    visitor.ask("POST", "/v2/backpack/collections", {"name": "Mine"})
    shown = control(rehearsal)
    alice, bob = shown["accounts"]
    assert alice["open_badge_ids"] == [OB2A, pending]
    assert (alice["badges"], alice["pending"], bob["badges"]) == (2, 1, 0)
    assert alice["collections"] == {"Mine": 0}
    assert shown["imported_twice"] == []
    assert shown["requests"]["POST /v2/backpack/import"] == {"201": 2, "400": 1}
    assert shown["fetched"]["localhost:8099"] > 4
    assert "passw0rd" not in str(shown)
    assert visitor.granted["access_token"] not in str(shown)


def test_badge_imported_again_after_it_was_deleted_is_told(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    for _ in range(2):
        made = visitor.ask("POST", IMPORT, {"url": OB2A}).json()["result"][0]
        visitor.ask("DELETE", f"/v2/backpack/assertions/{made['entityId']}")
    assert control(rehearsal)["imported_twice"] == [OB2A]


def test_confirmed_address_makes_its_pending_badge_visible(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    url = "http://localhost:8099/pending/assertion.json"
    made = visitor.ask("POST", IMPORT, {"url": url}).json()["result"][0]
    assert made["pending"] is True
    assert visitor.ask("GET", "/v2/backpack/assertions").json()["result"] == []
    confirm = f"{rehearsal.url}/__rehearsal__/confirm"
    assert requests.post(confirm, json={"email": "x@y.zz"}, timeout=5).status_code == 404
    requests.post(confirm, json={"email": "Alice.Pending@example.com"}, timeout=5)
    found = visitor.ask("GET", "/v2/backpack/assertions").json()["result"]
    assert [(each["openBadgeId"], each["pending"]) for each in found] == [(url, False)]


def test_badge_of_a_host_that_died_is_no_duplicate_but_unreachable(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    assert visitor.ask("POST", IMPORT, {"url": OB2A}).status_code == 201
    rehearsal.hosted.set_dead(["localhost"])
    answer = visitor.ask("POST", IMPORT, {"url": OB2A})
    assert "FETCH_HTTP_NODE" in answer.json()["validationErrors"]
    rehearsal.hosted.set_dead([])
    answer = visitor.ask("POST", IMPORT, {"url": OB2A})
    assert answer.json()["validationErrors"][0]["name"] == "DUPLICATE_BADGE"


def test_description_says_where_it_is_and_who_has_an_account(start):
    rehearsal = start(folder=None, dead=("gone.org",))
    told = rehearsal.describe()
    assert (told.url, told.web_url) == (rehearsal.url, rehearsal.web_url)
    assert told.emails == ("alice@example.org", "bob@example.org")
    assert told.dead == ("gone.org",)
    assert all(url.startswith("http://127.0.0.1:") for url in (told.url, told.web_url))


def test_password_is_in_no_repr():
    options = AccountOptions(("a@example.org",), password="hush-hush")
    state = State((options,))
    assert "hush" not in repr((options, state.accounts, RehearsalOptions(accounts=(options,))))


def test_taken_port_is_an_error_and_leaves_no_server_behind():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            web_port = probe.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            serve(RehearsalOptions(port=port, web_port=web_port), fetching=lambda _: None)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{web_port}/", timeout=2)


def test_handler_that_breaks_answers_500_in_html(visit):
    class Broken:
        def get(self, url):
            raise ZeroDivisionError(url)

    alice = AccountOptions(("alice@example.org",), password="Al1ce-passw0rd")
    options = RehearsalOptions(accounts=(alice,))
    with serve(options, fetching=lambda _: Broken) as rehearsal:
        answer = visit(rehearsal, alice).ask("POST", IMPORT, {"url": OB2A})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")


def test_backpack_that_fetches_nothing_still_refuses_politely(visit):
    class Nobody:
        def get(self, url):
            return Answer(url, error="dns")

    alice = AccountOptions(("alice@example.org",), password="Al1ce-passw0rd")
    with serve(RehearsalOptions(accounts=(alice,)), fetching=lambda _: Nobody) as rehearsal:
        answer = visit(rehearsal, alice).ask("POST", IMPORT, {"url": OB2A})
    assert answer.status_code == 400
    assert "FETCH_HTTP_NODE" in answer.json()["validationErrors"]

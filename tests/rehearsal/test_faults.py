from __future__ import annotations

from io import BytesIO

import pytest
import requests

from migrator.rehearsal.faults import Faults, Faulty

BADGES = [
    f"http://localhost:8099/{name}/assertion.json" for name in ("ob2a", "ob2b", "ob2c", "ob2d")
]
IMPORT = "/v2/backpack/import"


def send(visitor, url):
    """Return the status of one import, None when no answer came."""
    try:
        return visitor.ask("POST", IMPORT, {"url": url}).status_code
    except requests.ConnectionError:
        return None


def there(visitor):
    listed = visitor.ask("GET", "/v2/backpack/assertions").json()["result"]
    return sorted(each["openBadgeId"] for each in listed)


def test_no_fault_is_told_and_none_happens(start, visit):
    rehearsal = start()
    assert [send(visit(rehearsal), url) for url in BADGES] == [201] * 4
    assert not rehearsal.app.happened


def test_lost_answer_leaves_the_badge_in_the_backpack(start, visit):
    visitor = visit(start(faults=Faults(lose=100)))
    assert send(visitor, BADGES[0]) is None
    assert there(visitor) == [BADGES[0]]


def test_failing_server_changes_nothing_and_says_so_in_html(start, visit):
    visitor = visit(start(faults=Faults(fail=100)))
    answer = visitor.ask("POST", IMPORT, {"url": BADGES[0]})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert there(visitor) == []


def test_same_seed_hits_the_same_requests_and_another_seed_others(start, visit):
    def run(seed):
        visitor = visit(start(faults=Faults(fail=50, seed=seed)))
        return [send(visitor, url) for url in BADGES * 3]

    first = run(1)
    assert run(1) == first
    assert {500} < set(first)
    assert any(run(seed) != first for seed in (2, 3))


@pytest.mark.no_cover  # many requests, each as the one before
def test_badge_that_was_hit_can_arrive_when_it_is_sent_again(start, visit):
    visitor = visit(start(faults=Faults(fail=60, lose=20, seed=5)))
    for _ in range(40):
        for url in BADGES:
            send(visitor, url)
    assert there(visitor) == BADGES


@pytest.mark.parametrize("retry_after", [True, False])
def test_limit_answers_429_in_html_until_the_minute_is_over(start, visit, clock, retry_after):
    rehearsal = start(faults=Faults(limit=2, retry_after=retry_after))
    visitor = visit(rehearsal)
    assert [send(visitor, url) for url in BADGES[:2]] == [201, 201]
    clock.advance(20)
    answer = visitor.ask("POST", IMPORT, {"url": BADGES[2]})
    assert answer.status_code == 429
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers.get("Retry-After") == ("40" if retry_after else None)
    clock.advance(40)
    assert send(visitor, BADGES[2]) == 201
    assert rehearsal.app.happened == {"limited": 1}


def test_reading_is_never_spoiled_unless_it_is_asked_for(start, visit):
    visitor = visit(start(faults=Faults(fail=100)))
    assert visitor.ask("GET", "/v2/backpack/assertions").status_code == 200
    visitor = visit(start(faults=Faults(fail=100, paths=("/v2/backpack/assertions",))))
    assert visitor.ask("GET", "/v2/backpack/assertions").status_code == 500
    assert send(visitor, BADGES[0]) == 201


def test_slow_server_takes_its_time_before_each_answer():
    slept = []

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    faulty = Faulty(app, Faults(slow=2.5, paths=("POST /",)), sleep=slept.append)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/x",
        "CONTENT_LENGTH": "3",
        "wsgi.input": BytesIO(b"xxx"),
    }
    assert list(faulty(environ, lambda *_args: None)) == [b"xxx"]
    assert slept == [2.5]


def test_faults_can_be_changed_while_it_runs(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    url = f"{rehearsal.url}/__rehearsal__/faults"
    shown = requests.post(url, json={"fail": 100, "limit": 9, "retry_after": False}, timeout=5)
    assert shown.json()["faults"]["limit"] == 9
    assert send(visitor, BADGES[0]) == 500
    requests.post(url, json={"fail": 0, "paths": ["POST /v1"]}, timeout=5)
    assert rehearsal.app.faults == Faults(limit=9, retry_after=False, paths=("POST /v1",))
    assert send(visitor, BADGES[0]) == 201


@pytest.mark.parametrize("body", [{"fail": "often"}, {"fire": 1}, {"limit": True}, {"paths": "x"}])
def test_nonsense_is_refused_and_changes_nothing(start, body):
    rehearsal = start()
    answer = requests.post(f"{rehearsal.url}/__rehearsal__/faults", json=body, timeout=5)
    assert answer.status_code == 400
    assert list(answer.json()) == list(body)
    assert rehearsal.app.faults == Faults()

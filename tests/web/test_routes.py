from __future__ import annotations

import asyncio
import json

import pytest

from migrator import errors


@pytest.fixture
def slow(asking, monkeypatch):
    """Let counting take longer than a page waits."""
    real = asking.site.live.ask

    async def ask(work):
        await asyncio.sleep(0.3)
        return await real(work)

    asking.site.counts._kept.clear()
    monkeypatch.setattr(asking.site.live, "ask", ask)
    return asking


def test_while_badges_are_first_counted_the_page_says_so_and_comes_by_itself(slow):
    answer = slow.get("/by/class")
    assert answer.headers["refresh"] == "1"
    assert "are being counted" in answer.text
    assert slow.json("/by/class.json")
    assert slow.get("/by/class").headers.get("refresh") is None


def test_while_badges_are_first_counted_the_box_to_search_from_is_there_and_stays(slow):
    answer = slow.get("/")
    assert "refresh" not in answer.headers
    assert "data-counting" in answer.text
    assert '<input id="q"' in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    assert slow.json("/totals.json")["boards"]
    assert "data-counting" not in slow.get("/").text


@pytest.mark.parametrize("path", ["/", "/by/class", "/learner/1", "/problems"])
def test_an_archive_in_trouble_is_said_with_what_to_do(asking, monkeypatch, path):
    async def locked(work):
        raise errors.ArchiveLocked("It is being written.", "Wait, then load the page again.")

    asking.site.counts._kept.clear()
    monkeypatch.setattr(asking.site.live, "ask", locked)
    answer = asking.get(path)
    assert answer.status_code == 503
    assert "It is being written." in answer.text
    assert "Wait, then load the page again." in answer.text


def test_json_says_what_a_page_says(asking):
    found = asking.json("/learner/1.json")
    assert found["type"] == "learner"
    assert found["learner"]["addresses"] == ["ann@example.org", "Ann.Smith@work.example"]
    assert {"groups", "again"} & set(found) == set()
    start = asking.json("/totals.json")
    assert start["boards"][0]["balance"].endswith("missing: 0.")
    find = asking.json("/find.json?q=ann@example.org")
    assert (find["page"], find["people"][0]["id"]) == ("/learner/1", 1)
    assert json.dumps(asking.json("/by/issuer.json"))


def test_a_search_page_beside_a_search_keeps_the_question(asking):
    answer = asking.get("/find", params={"q": "badge & co?"})
    assert 'href="/find.csv?q=badge+%26+co%3F"' in answer.text

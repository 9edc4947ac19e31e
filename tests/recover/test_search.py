"""One address in a web archive: fixtures/recover/{good,warn,bad}, a folder each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug import Response

from migrator.net import Reply
from migrator.openbadges.links import Link
from migrator.recover.capture import Capture
from migrator.recover.search import Search, Want

FOLDERS = sorted((Path(__file__).parents[2] / "fixtures" / "recover").glob("*/*/captures.json"))
URL = "http://badges.example.org/assertions/7.json"
WANT = Want(Link("assertion", URL), "2013-05-01T09:00:00Z")


def fill(bench, given):
    bench.web.folds = given.get("folds", True)
    bench.web.lines = given.get("lines", False)
    bench.service.folds = given.get("known_to_fold", False)
    for one in given["captures"]:
        body = one.pop("text").encode() if "text" in one else json.dumps(one.pop("json")).encode()
        if "sent_status" in one:
            one["sent"] = Response("no", one.pop("sent_status"))
        bench.web.keep(body=body, **one)


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_the_search_comes_to_what_the_folder_says(path, bench):
    given = json.loads(path.read_text(encoding="utf-8"))
    expected = json.loads(path.with_name("expected.json").read_text(encoding="utf-8"))
    fill(bench, given)
    want = given["want"]
    found = Search(bench.service).find(Want(Link(want["kind"], want["url"]), want["since"]))
    assert (found.url, found.kind, found.origin) == (want["url"], want["kind"], "wayback")
    assert len(bench.web.looked_up) == expected.pop("looked_up")
    assert len(bench.web.fetched) == expected.pop("fetched")
    if "json" in expected:
        assert json.loads(found.body) == expected.pop("json")
    if "text" in expected:
        assert found.body.decode() == expected.pop("text")
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_truncated_answer_is_no_answer_and_the_next_capture_is_tried(bench, make):
    body = make.json(make.assertion(1))
    # As an iterator, or the server would correct the length.
    cut = [Response(iter([body[:9]]), 200, {"Content-Length": "999"}) for _ in range(9)]
    bench.web.keep("20130601000000", URL, body + b" ", sent=cut)
    found = Search(bench.service).find(WANT)
    assert found.outcome == "no_answer"
    assert "broke off" in found.detail
    bench.web.keep("20130701000000", URL, body)
    assert Search(bench.service).find(WANT).captured_at == "2013-07-01T00:00:00Z"


def test_a_list_that_was_cut_off_is_asked_for_from_the_award_on(bench, make, monkeypatch):
    monkeypatch.setattr("migrator.recover.service.MOST_ROWS", 3)
    monkeypatch.setattr("migrator.recover.search.MOST_ROWS", 3)
    for year in range(2005, 2018):
        bench.web.keep_json(f"{year}0601000000", URL, make.assertion(year))
    found = Search(bench.service).find(WANT)
    assert found.captured_at == "2013-06-01T00:00:00Z"
    assert len(bench.web.looked_up) == 2


def test_an_error_page_in_place_of_the_list_is_no_answer(bench, html):
    bench.web.index_body = html
    found = Search(bench.service).find(WANT)
    assert (found.outcome, found.detail) == (
        "no_answer",
        "the web archive answered with something else than a list",
    )


def test_a_site_the_archive_may_not_show_is_not_found(bench):
    bench.web.trouble = [403] * 4
    found = Search(bench.service).find(WANT)
    assert (found.outcome, found.detail) == (
        "not_found",
        "the web archive may not show this site",
    )


def test_what_the_host_said_of_the_document_is_kept(bench, make):
    saved = {"X-Archive-Orig-Last-Modified": "Tue, 01 May 2012 00:00:00 GMT"}
    bench.web.keep_json("20130601000000", URL, make.assertion(1), headers=saved)
    found = Search(bench.service).find(WANT)
    assert found.last_modified == "Tue, 01 May 2012 00:00:00 GMT"
    assert (found.status, found.media_type, found.final_url) == (200, "application/json", None)


def test_trouble_beyond_a_redirect_is_no_answer(bench):
    busy = [Response("busy", 503) for _ in range(4)]
    bench.web.keep("20130601000000", URL, b"", status=302, sent=busy)
    found = Search(bench.service).find(WANT)
    assert (found.outcome, found.detail) == ("no_answer", "the web archive is busy (503)")


@pytest.mark.parametrize("location", ["", "http://["])
def test_a_redirect_to_nowhere_is_none(bench, location):
    capture = Capture("20130601000000", URL, status=302)
    reply = Reply(302, {"Location": location}, b"", URL)
    assert Search(bench.service)._target(capture, reply) is None

from __future__ import annotations

import json

import pytest

from migrator.errors import Incomplete, SignInFailed, SourceUnreadable
from migrator.sources.live import Live, LivePlace, live_of, quoted
from migrator.sources.recorded import RecordedReply, RecordedWeb, recorded_place

BASE = "https://api.example.org/v2/"


def place(replies, **more):
    return LivePlace(BASE, RecordedWeb(replies), **more)


def reply(status=200, body=b"{}", link="", url="https://api.example.org/v2/badges?page=2"):
    return RecordedReply(status, {"Link": link} if link else {}, body, url)


def test_a_live_place_is_known_by_its_host_and_account():
    live = place({}, account="ann@example.org")
    assert (live.kind, live.label) == ("live", "api.example.org")
    assert live.source == "https://api.example.org/v2 ann@example.org"
    assert list(live.members()) == []
    assert live.head() == b""
    with live:
        assert live.url("/a/b") == "https://api.example.org/v2/a/b"
        assert live.url("https://x.example/a") == "https://x.example/a"


def test_json_is_asked_for_by_path():
    live = place({"GET /v2/badges?num=5&q=a@b": {"json": [1], "headers": {"Link": "x"}}})
    assert live.get_json("badges?q=a@b&num=5") == [1]
    assert live.get("badges?num=5&q=a@b").headers.get("link") == "x"
    assert live.web.asked == ["GET /v2/badges?num=5&q=a@b"] * 2


def test_a_form_and_a_json_object_are_recorded_alike():
    web = RecordedWeb({"POST /token?a=1": {"text": "ok"}})
    assert web.post("https://x.example/token", form={"a": "1"}).body == b"ok"
    assert web.post("https://x.example/token", json={"a": 1}).body == b"ok"
    assert web.post("https://x.example/token", json=[1]).status == 404


def test_a_recorded_break_is_incomplete():
    with pytest.raises(Incomplete, match="broke off"):
        place({"GET /v2/x": {"status": 0}}).get("x")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, SignInFailed),
        (403, SignInFailed),
        (404, SourceUnreadable),
        (410, SourceUnreadable),
        (429, Incomplete),
        (500, Incomplete),
        (400, SourceUnreadable),
        (302, SourceUnreadable),
    ],
)
def test_a_refusal_names_account_address_and_what_is_needed(status, error):
    live = place({}, account="ann@example.org")
    with pytest.raises(error) as caught:
        live.checked(reply(status), needs="the scope rw:backpack")
    text = str(caught.value)
    assert "api.example.org" in text
    assert f"HTTP {status}" in text
    assert caught.value.next_step
    if status in (401, 403, 404):
        assert "ann@example.org" in text
        assert "the scope rw:backpack" in text


def test_an_answer_that_is_no_json_is_not_what_was_expected():
    with pytest.raises(SourceUnreadable, match="not what we expect"):
        place({}).checked(reply(body=b"<html>"))


def test_without_a_secret_the_person_is_told_where_to_put_one():
    assert place({}, secret=lambda: "s3cret").secret() == "s3cret"
    for secret in (None, lambda: ""):
        with pytest.raises(SignInFailed, match="BADGE_MIGRATOR_SOURCE_PASSWORD"):
            place({}, secret=secret).secret()


@pytest.mark.parametrize(
    ("link", "following"),
    [
        (
            '<https://api.example.org/v2/b?page=3>; rel="next"',
            "https://api.example.org/v2/b?page=3",
        ),
        ("<?page=3>; rel=next", "https://api.example.org/v2/badges?page=3"),
        ('<a>; rel="prev", </v2/c,d>; title="x"; rel="next"', "https://api.example.org/v2/c,d"),
        ('<https://evil.example/b>; rel="next"', None),
        ('<http://api.example.org/v2/b>; rel="next"', None),
        ('<x>; rel="nextish"', None),
        ("", None),
    ],
)
def test_the_next_page_is_followed_on_the_same_host_only(link, following):
    assert place({}).next_page(reply(link=link)) == following


def test_only_a_live_adapter_is_live():
    class Asking:
        live = Live("asking:https://x.example", hosts={"x": "https://x.example"})

    class Odd:
        live = True

    assert live_of(Asking()).hosts["x"] == "https://x.example"
    assert live_of(Odd()) is live_of(object()) is None
    assert quoted("a/b c") == "a%2Fb%20c"


def test_a_recording_is_opened_with_all_it_says(tmp_path):
    recording = {
        "base": BASE,
        "account": "ann@example.org",
        "secret": "s3cret",
        "bookmark": "7",
        "replies": {"GET /v2/x": {"json": 1}},
    }
    (tmp_path / "live.json").write_text(json.dumps(recording))
    live = recorded_place(tmp_path / "live.json")
    assert (live.account, live.secret(), live.bookmark) == ("ann@example.org", "s3cret", "7")
    assert live.get_json("x") == 1

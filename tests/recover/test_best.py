"""The best copy of what stood at an address."""

from __future__ import annotations

import pytest

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.recover import best
from migrator.recover.best import best_document

URL = "https://issuer.example/assertions/1.json"
SAVED = "2014-03-02T10:00:00Z"


@pytest.fixture
def say(archive, text_clock):
    def keep(origin, outcome, body=None, url=URL, **more):
        text_clock.advance(1)
        answer = WebAnswer(url, origin, "assertion", outcome, body=body, **more)
        webanswers.keep(archive, [answer])

    return keep


def test_nothing_is_known_of_an_address_nobody_names(archive):
    assert best_document(archive, URL) is None


def test_live_comes_before_found_before_wayback_before_warc(archive, say, reader, make, tmp_path):
    say("warc", "recovered", b"4", captured_at=SAVED)
    assert best_document(archive, URL).body == b"4"
    say("wayback", "recovered", b"3", captured_at=SAVED)
    found = best_document(archive, URL)
    assert (found.body, found.origin, found.captured_at) == (b"3", "wayback", SAVED)
    reader.outcomes(archive, tmp_path, [make.found(1)])
    found = best_document(archive, URL)
    assert (found.origin, found.outcome, found.kind) == ("found", "found", "assertion")
    assert found.media_type == "application/json"
    say("live", "alive", b"1")
    assert best_document(archive, URL).body == b"1"


@pytest.mark.parametrize("outcome", ["parked", "gone", "changed", "down"])
def test_what_a_host_says_is_only_believed_when_it_is_the_document(archive, say, outcome):
    say("live", outcome, b"<html>")
    assert best_document(archive, URL) is None


def test_a_later_search_in_vain_hides_nothing(archive, say):
    say("wayback", "recovered", b"3")
    say("wayback", "not_found")
    say("live", "gone")
    assert best_document(archive, URL).body == b"3"


def test_the_newest_of_two_copies_is_taken(archive, say):
    say("wayback", "recovered", b"old")
    say("wayback", "recovered", b"new")
    assert best_document(archive, URL).body == b"new"


def test_what_kind_of_document_was_found_is_said(archive, reader, make, tmp_path):
    image = make.baked(2)
    class_url = "https://issuer.example/classes/2.json"
    reader.outcomes(archive, tmp_path, [make.found(2, image=image)])
    assert best_document(archive, class_url).kind == "badge_class"
    assert best_document(archive, "https://issuer.example/issuer.json").kind == "issuer"
    picture = best_document(archive, "https://issuer.example/classes/2.png")
    assert (picture.kind, picture.outcome) == ("image", "derived")
    assert picture.media_type == "image/png"
    assert picture.body == make.png()


def test_what_was_rebuilt_comes_last(archive, say, reader, sample_dump):
    reader.file(archive, sample_dump)
    (url,) = archive.one(
        "select url from sighting_document where origin = 'derived' and kind = 'badge_class'"
    )
    rebuilt = best_document(archive, url)
    assert (rebuilt.origin, rebuilt.outcome, rebuilt.kind) == ("found", "derived", "badge_class")
    say("warc", "recovered", b"original", url=url)
    assert best_document(archive, url).body == b"original"


def test_keys_lists_and_signed_badges_are_told_apart(archive, reader, make, tmp_path):
    for body, expected in (
        (b"-----BEGIN PUBLIC KEY-----", ("key", "text/plain")),
        (b'{"1": "by mistake"}', ("revocation_list", "application/json")),
        (b"ey.J.W", ("assertion", "text/plain")),
    ):
        assert best._kind(body) == expected

"""The spellings of one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.recover.spelling import host, named_host, place, spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "https://example.org/a"),
        ("http://example.org/a", "http://www.example.org/a"),
        ("http://example.org/a", "http://EXAMPLE.org:80/a"),
        ("https://example.org:443/a/", "http://example.org/a"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org/a#part", "http://example.org/a"),
        ("http://example.org/%7Eann/b", "http://example.org/~ann/b"),
    ],
)
def test_spellings_of_one_address_have_one_place(one, other):
    assert place(one) == place(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "http://example.org/A"),
        ("http://example.org/a", "http://example.org/a?v=2"),
        ("http://example.org/a", "http://example.org:8080/a"),
        ("http://example.org/a", "http://sub.example.org/a"),
    ],
)
def test_other_addresses_have_other_places(one, other):
    assert place(one) != place(other)


def test_the_address_itself_is_asked_first_and_each_spelling_once():
    found = spellings("http://example.org/badge#x")
    assert found[0] == "http://example.org/badge"
    assert len(found) == len(set(found)) == 8
    assert "https://www.example.org/badge/" in found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/1.json?x=1", {"http", "https"}),
        ("http://127.0.0.1/1.json", {"http", "https"}),
        ("http://example.org:8080/1.json", {"http"}),
    ],
)
def test_spellings_nobody_would_use_are_not_asked(url, expected):
    found = spellings(url)
    assert {one.partition(":")[0] for one in found} == expected
    assert not any(one.endswith("/") for one in found)


def test_www_and_slash_are_taken_away_too():
    found = spellings("http://www.example.org/a/")
    assert "http://example.org/a" in found


def test_what_is_no_address_has_no_place_and_no_other_spelling():
    assert place("mailto:ann@example.org") == host("nothing") == ""
    assert spellings("http://[") == ("http://[",)


@given(st.text(alphabet="htps:/w.eo[]?#@%1 é", max_size=30))
def test_no_address_is_too_odd(text):
    host(text)
    assert len(spellings(text)) <= 8
    # Every spelling that is asked is known again when it comes back.
    if place(text) and "@" not in text:
        assert {place(one) for one in spellings(text)} == {place(text)}


@pytest.mark.parametrize("text", ["example.org", "www.Example.org", " http://example.org:80/x "])
def test_a_host_may_be_named_by_an_address_on_it(text):
    assert named_host(text) == "example.org"

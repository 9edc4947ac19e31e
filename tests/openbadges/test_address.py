"""Addresses as documents name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.address import (
    askable,
    host_of,
    is_on,
    is_place,
    is_web,
    printable,
    safe_url,
    web_address,
)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("https://a.example/1", True),
        ("file:///etc/passwd", True),
        ("ftp://a.example/1", True),
        ("data:image/png;base64,AA", False),
        ("urn:uuid:1", False),
        ("mailto:a@example.org", False),
        ("/image.png", False),
        ("image.png", False),
        ("", False),
        (None, False),
        (7, False),
        ({"id": "x"}, False),
        ("https://a.example/" + "x" * 2000, False),
    ],
)
def test_what_names_a_place(value, place):
    assert is_place(value) is place


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.example/1", "a.example"),
        ("https://a.example:443/1", "a.example"),
        ("http://a.example/1", "a.example:80"),
        ("http://user@a.example:8080/1", "a.example:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://[::1]/", "[::1]"),
        ("file:///etc/passwd", ""),
        ("http://[bad", ""),
        ("http://a:port/", ""),
        ("https:///x", ""),
    ],
)
def test_whose_address_it_is(url, host):
    assert host_of(url) == host


def test_a_host_is_named_with_or_without_its_port():
    assert is_on("http://a.example/1", "A.example")
    assert is_on("http://a.example/1", "a.example:80")
    assert is_on("https://a.example/1", "a.example")
    assert not is_on("https://b.a.example/1", "a.example")
    assert not is_on("http://a.example:8080/1", "a.example:80")


@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        "ftp://example.org/",
        "data:image/png;base64,AA",
        "http://",
        "http://[",
        "urn:x",
        "http://e.org/a b",
        "http://e.org/\n",
        "http://e.org:99999999/",
        "http://e/" + "a" * 5000,
    ],
)
def test_what_no_web_archive_can_have_is_not_asked(url):
    assert askable(url) is None


def test_no_password_is_shown():
    assert safe_url("http://ann:secret@example.org/a@b") == "http://***@example.org/a@b"
    assert safe_url("http://example.org/a@b") == "http://example.org/a@b"


def test_no_sign_of_an_address_steers_a_terminal():
    assert printable("http://h/\x1b[2J\n\u202e") == "http://h/%1B[2J%0A%E2%80%AE"


def test_only_http_is_the_web():
    assert is_web("HTTPS://example.org")
    assert not is_web("urn:uuid:1")
    assert not is_web(None)
    assert web_address("http://example.org") == "http://example.org"
    assert web_address("ftp://example.org") is None


@given(st.text(alphabet="htps:/w.eo[]?#@%1 é", max_size=30))
def test_no_address_is_too_odd(text):
    assert askable(text) in (None, text)
    assert is_on(text, host_of(text))

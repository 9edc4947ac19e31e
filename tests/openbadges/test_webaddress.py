from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.webaddress import (
    LONGEST,
    Address,
    Unservable,
    is_web,
    parse,
    printable,
    safe_url,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://Badges.Example.org", Address("badges.example.org", "/")),
        ("https://example.org:443/a", Address("example.org", "/a")),
        ("http://example.org:443/a", Address("example.org:443", "/a")),
        ("http://example.org:8080/a", Address("example.org:8080", "/a")),
        ("http://example.org./a", Address("example.org", "/a")),
        ("http://[2001:DB8::1]:81/a", Address("[2001:db8::1]:81", "/a")),
        ("http://bücher.example/ü%20x", Address("xn--bcher-kva.example", "/%C3%BC%20x")),
        ("http://example.org/a/../b/./c", Address("example.org", "/b/c")),
        ("http://example.org/a/%2e%2e/../b", Address("example.org", "/b")),
        ("http://example.org/a/..", Address("example.org", "/")),
        ("http://example.org/a//b", Address("example.org", "/a//b")),
        ("http://example.org/a%2Fb%7e", Address("example.org", "/a/b~")),
        ("http://example.org/%e9", Address("example.org", "/%E9")),
        ("http://example.org/a?b=%7E%c3 é&c", Address("example.org", "/a", "b=~%C3%20%C3%A9&c")),
        ("http://example.org/a?", Address("example.org", "/a")),
        (" http://example.org/a#part ", Address("example.org", "/a")),
    ],
)
def test_spellings_that_mean_the_same_are_one_address(url, address):
    assert parse(url) == address


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://ann:secret@example.org/a", "user name"),
        ("http://example.org/%00", "NUL"),
        ("http:///a", "no web address"),
        ("http://[::1/a", "no web address"),
        ("http://example.org:99999/", "no web address"),
        ("http://exa mple.org/", "no web address"),
        ('http://a";}/', "no web address"),
        ("http://example.org/" + "a" * LONGEST, "longer"),
    ],
)
def test_what_no_server_could_serve_is_told(url, why):
    with pytest.raises(Unservable, match=why):
        parse(url)


def test_no_password_is_shown():
    assert safe_url("http://ann:secret@example.org/a@b") == "http://***@example.org/a@b"
    assert safe_url("http://example.org/a@b") == "http://example.org/a@b"


def test_no_sign_of_an_address_steers_a_terminal():
    assert printable("http://h/\x1b[2J\n\u202e") == "http://h/%1B[2J%0A%E2%80%AE"


def test_only_http_is_the_web():
    assert is_web("HTTPS://example.org")
    assert not is_web("urn:uuid:1")
    assert not is_web(None)


@given(st.text(max_size=60), st.text(max_size=40))
def test_an_address_is_its_own_spelling(path, query):
    url = f"http://example.org/{path}?{query}".partition("#")[0]
    try:
        address = parse(url)
    except Unservable:
        return
    assert parse(f"http://{address}") == address
    assert address.path.isascii()
    assert address.query.isascii()

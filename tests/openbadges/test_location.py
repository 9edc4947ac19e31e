from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.location import (
    LONGEST,
    Location,
    Unservable,
    host_at,
    locate,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://Badges.Example.org", Location("badges.example.org", "/")),
        ("https://example.org:443/a", Location("example.org", "/a")),
        ("http://example.org:443/a", Location("example.org:443", "/a")),
        ("http://example.org:8080/a", Location("example.org:8080", "/a")),
        ("http://example.org./a", Location("example.org", "/a")),
        ("http://[2001:DB8::1]:81/a", Location("[2001:db8::1]:81", "/a")),
        ("http://bücher.example/ü%20x", Location("xn--bcher-kva.example", "/%C3%BC%20x")),
        ("http://example.org/a/../b/./c", Location("example.org", "/b/c")),
        ("http://example.org/a/%2e%2e/../b", Location("example.org", "/b")),
        ("http://example.org/a/..", Location("example.org", "/")),
        ("http://example.org/a//b", Location("example.org", "/a//b")),
        ("http://example.org/a%2Fb%7e", Location("example.org", "/a/b~")),
        ("http://example.org/%e9", Location("example.org", "/%E9")),
        ("http://example.org/a?b=%7E%c3 é&c", Location("example.org", "/a", "b=~%C3%20%C3%A9&c")),
        ("http://example.org/a?", Location("example.org", "/a")),
        (" http://example.org/a#part ", Location("example.org", "/a")),
    ],
)
def test_spellings_that_mean_the_same_are_one_address(url, address):
    assert locate(url) == address


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
        locate(url)


def test_hosts_are_named_with_their_port_and_in_small_letters():
    assert host_at("https://user@Badges.Example.org:8443/a?b") == "badges.example.org:8443"
    assert host_at("http://badges.example.org:80/") == "badges.example.org"
    assert host_at("http://[broken") == host_at("urn:x") == ""


@given(st.text(max_size=60), st.text(max_size=40))
def test_an_address_is_its_own_spelling(path, query):
    url = f"http://example.org/{path}?{query}".partition("#")[0]
    try:
        address = locate(url)
    except Unservable:
        return
    assert locate(f"http://{address}") == address
    assert address.path.isascii()
    assert address.query.isascii()

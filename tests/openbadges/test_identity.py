import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges import identity as identity_module
from migrator.openbadges.identity import canonical_url, identity
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Verification

URL = "http://a.example.org/1"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (URL, URL),
        ("HTTP://A.Example.ORG:80/1#top ", URL),
        ("https://a.example.org:443/A?b=C", "https://a.example.org/A?b=C"),
        ("https://a.example.org:8443/", "https://a.example.org:8443/"),
        ("https://a.example.org:80/", "https://a.example.org:80/"),
        ("https://a.example.org/1?v=2_0", "https://a.example.org/1"),
        ("https://a.example.org/1?a=1&v=1_1&b=2", "https://a.example.org/1?a=1&b=2"),
        ("https://a.example.org/1?v=3", "https://a.example.org/1?v=3"),
        ("https://a.example.org/m.php?b=5f&obversion=2", "https://a.example.org/m.php?b=5f"),
        ("https://a.example.org/m.php?obversion=v2p1&b=5f", "https://a.example.org/m.php?b=5f"),
        ("http://Me:Pass@A.example.org/1", "http://Me:Pass@a.example.org/1"),
        ("http://a.example.org/%7Ea//b?x=%20", "http://a.example.org/%7Ea//b?x=%20"),
        ("http://[::1", "http://[::1"),
        ("urn:uuid:1#x", "urn:uuid:1#x"),
        ("", ""),
    ],
)
def test_a_badge_is_known_under_one_spelling(written, canonical):
    assert canonical_url(written) == canonical
    assert canonical_url(canonical) == canonical


@given(st.text(max_size=30).map(lambda text: "http://" + text))
def test_no_url_makes_it_fail(url):
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_the_first_thing_that_is_known_gives_the_identity():
    signed = Assertion(
        verification=Verification.SIGNED,
        verification_url="http://key",
        uid="7",
        badge_class=BadgeClass("n", issuer=Issuer("i", url="HTTP://i.example.org")),
    )
    assert identity(Assertion(id=URL + "#a"), "a.b.c", {}) == f"url:{URL}"
    assert identity(signed, "a.b.c\n", {}).startswith("jws:")
    assert identity(signed, "a.b.c\n", {}) == identity(None, "a.b.c", None)
    assert identity(signed, None, {}) == "uid:http://i.example.org#7"
    assert identity(Assertion(uid="7"), None, {"b": 1, "a": 2}) == identity(
        None, None, {"a": 2, "b": 1}
    )
    assert identity(Assertion(uid="7", badge_class=BadgeClass("n")), None, {}).startswith("doc:")


def test_nothing_has_no_identity():
    with pytest.raises(ValueError, match="identity"):
        identity(None, None, None)


@given(st.text(alphabet="htps:/.aA0-_~%?v=2_0&#@8 é", max_size=30))
def test_an_address_that_is_spelled_well_already_is_not_taken_apart(text):
    for url in (text, f"https://a.example/{text}", f"http://{text}"):
        quick = canonical_url(url)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(identity_module, "_CANONICAL", re.compile(r"(?!)"))
            assert canonical_url(url) == quick

"""What a document refers to is what has to be asked next."""

from __future__ import annotations

import pytest

from migrator.openbadges.address import host_of, is_on, is_place
from migrator.verify.hosts.references import references


def test_an_assertion_leads_to_class_picture_and_vocabularies(make):
    document = make.assertion(1) | {
        "@context": ["https://w3id.org/openbadges/v1", "https://ext.example/context.json"],
        "image": {"id": "https://issuer.example/1.png"},
    }
    assert list(references(document, "assertion")) == [
        (make.url(1), "assertion"),
        ("https://issuer.example/classes/1.json", "badge_class"),
        ("https://issuer.example/1.png", "image"),
        ("https://ext.example/context.json", "page"),
    ]


def test_what_is_embedded_is_looked_into(make):
    document = make.assertion(1) | {
        "badge": make.badge_class(1)
        | {"issuer": make.issuer(image="https://issuer.example/logo.png")}
    }
    found = list(references(document, "assertion"))
    assert ("https://issuer.example/classes/1.json", "badge_class") in found
    assert ("https://issuer.example/issuer.json", "issuer") in found
    assert ("https://issuer.example/logo.png", "image") in found


def test_keys_and_revocation_lists_of_signed_badges(make):
    issuer = make.issuer(
        revocationList="https://issuer.example/revoked.json",
        publicKey=["https://issuer.example/key", {"id": "https://issuer.example/key2"}],
    )
    assert set(references(issuer, "issuer")) == {
        ("https://issuer.example/revoked.json", "revocation_list"),
        ("https://issuer.example/key", "key"),
        ("https://issuer.example/key2", "key"),
    }
    old = {"badge": "b", "verify": {"type": "signed", "url": "https://issuer.example/pem"}}
    assert list(references(old, "assertion")) == [("https://issuer.example/pem", "key")]
    new = {"verification": {"type": "SignedBadge", "creator": "https://issuer.example/key"}}
    assert list(references(new, "assertion")) == [("https://issuer.example/key", "key")]
    hosted = {"verify": {"type": "hosted", "url": "https://issuer.example/1"}}
    assert list(references(hosted, "assertion")) == []


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

"""What a document refers to is what has to be asked next."""

from __future__ import annotations

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

"""Where documents lead."""

from __future__ import annotations

import json

from migrator.openbadges.links import Link
from migrator.recover.link import link, links_in


def urls(kind, document):
    return {(one.kind, one.url) for one in links_in(kind, json.dumps(document).encode())}


def test_an_assertion_leads_to_its_badge_class_and_picture(make):
    document = make.assertion(1, image="https://issuer.example/1.png")
    assert urls("assertion", document) == {
        ("badge_class", "https://issuer.example/classes/1.json"),
        ("image", "https://issuer.example/1.png"),
    }


def test_a_signed_assertion_leads_to_its_key(make):
    document = make.assertion(1, verify={"type": "signed", "url": "https://issuer.example/key.pem"})
    assert ("key", "https://issuer.example/key.pem") in urls("assertion", document)


def test_a_badge_class_leads_to_issuer_picture_and_criteria(make):
    assert urls("badge_class", make.badge_class(1)) == {
        ("issuer", "https://issuer.example/issuer.json"),
        ("image", "https://issuer.example/classes/1.png"),
        ("page", "https://issuer.example/classes/1.html"),
    }


def test_an_issuer_leads_to_picture_revocation_list_and_keys(make):
    document = make.issuer(
        image="https://issuer.example/logo.png",
        revocationList="https://issuer.example/revoked.json",
        publicKey=["https://issuer.example/key.json", {"id": "embedded"}],
    )
    assert urls("issuer", document) == {
        ("image", "https://issuer.example/logo.png"),
        ("revocation_list", "https://issuer.example/revoked.json"),
        ("key", "https://issuer.example/key.json"),
    }


def test_embedded_documents_are_followed(make):
    nested = make.badge_class(1, issuer=make.issuer(image="https://issuer.example/logo.png"))
    found = urls("assertion", make.assertion(1, badge=nested))
    assert ("image", "https://issuer.example/logo.png") in found
    assert ("page", "https://issuer.example/classes/1.html") in found


def test_pictures_in_addresses_and_half_addresses_lead_nowhere(make):
    document = make.badge_class(1, image="data:image/png;base64,AAAA", criteria="/criteria.html")
    assert urls("badge_class", document) == {("issuer", "https://issuer.example/issuer.json")}


def test_what_cannot_be_read_leads_nowhere():
    assert links_in("assertion", b"<html>") == links_in("badge_class", b"[]") == []
    assert links_in("page", b"{}") == []
    assert link("page", "  http://e.org/x ") == [Link("page", "http://e.org/x")]

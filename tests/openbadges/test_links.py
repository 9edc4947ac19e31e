"""Where badge documents lead, of every version."""

from __future__ import annotations

import pytest

from migrator.openbadges.links import Link, links

HOST = "https://issuer.example/"
ISSUER = {"name": "School", "url": HOST, "id": HOST + "issuer.json", "image": HOST + "logo.png"}
CLASS = {
    "name": "Reader",
    "id": HOST + "class.json",
    "image": HOST + "class.png",
    "criteria": HOST + "read.html",
    "issuer": HOST + "issuer.json",
}


def told(document, kind="assertion", **more):
    return [
        (link.kind, link.url.removeprefix(HOST), link.named_by, link.embedded)
        for link in links(document, kind, **more)
    ]


def test_documents_come_before_pictures():
    document = {"uid": "1", "recipient": "a@example.org", "image": HOST + "1.png"}
    assert told({**document, "badge": HOST + "class.json"}) == [
        ("badge_class", "class.json", "assertion", False),
        ("image", "1.png", "assertion", False),
    ]


def test_embedded_documents_are_followed_and_said_to_be_embedded():
    assert told({"uid": "1", "badge": {**CLASS, "issuer": ISSUER}}) == [
        ("badge_class", "class.json", "assertion", True),
        ("issuer", "issuer.json", "badge_class", True),
        ("image", "class.png", "badge_class", False),
        ("page", "read.html", "badge_class", False),
        ("image", "logo.png", "issuer", False),
    ]


def test_half_addresses_of_old_badges_follow_the_origin_of_their_issuer():
    badge = {"name": "Reader", "image": "/class.png", "criteria": "/read.html"}
    old = {"badge": {**badge, "issuer": {"origin": HOST[:-1], "name": "S"}}, "image": "/1.png"}
    assert [url for _, url, _, _ in told(old)] == ["1.png", "class.png", "read.html"]


def test_what_the_backpack_rewrote_leads_where_the_original_led():
    rewritten = {
        "uid": "1",
        "_originalRecipient": {"identity": "a@example.org", "type": "email", "hashed": False},
        "recipient": "a@example.org",
        "badge": {
            **CLASS,
            "_location": HOST + "class.json",
            "issuer": {**ISSUER, "_location": HOST + "issuer.json", "origin": HOST},
        },
    }
    assert told(rewritten)[:2] == [
        ("badge_class", "class.json", "assertion", False),
        ("issuer", "issuer.json", "badge_class", False),
    ]
    assert ("image", "logo.png", "issuer", False) in told(rewritten)


def test_a_credential_leads_to_its_achievement_and_pictures():
    achievement = {"id": HOST + "class.json", "name": "Reader", "criteria": {"id": HOST + "read"}}
    subject = {"achievement": achievement, "image": {"id": HOST + "1.png"}}
    assert told({"credentialSubject": subject, "issuer": ISSUER}) == [
        ("badge_class", "class.json", "assertion", True),
        ("image", "1.png", "assertion", False),
        ("issuer", "issuer.json", "badge_class", True),
        ("page", "read", "badge_class", False),
        ("image", "logo.png", "issuer", False),
    ]


@pytest.mark.parametrize(
    ("verify", "signed", "key"),
    [
        ({"type": "signed", "url": HOST + "pem"}, False, True),
        ({"type": ["SignedBadge"], "creator": HOST + "pem"}, False, True),
        ({"type": "hosted", "url": HOST + "pem"}, False, False),
        ({"url": HOST + "pem"}, True, True),
        (HOST + "pem", True, False),
    ],
)
def test_keys_are_those_of_signed_assertions(verify, signed, key):
    found = told({"badge": "b", "verify": verify}, signed=signed)
    assert (("key", "pem", "assertion", False) in found) is key


def test_an_issuer_leads_to_all_its_lists_and_keys():
    lists = {"revocationList": [HOST + "1", HOST + "2"], "publicKey": [HOST + "k", {"id": "k2"}]}
    assert told({**ISSUER, **lists}, "issuer") == [
        ("image", "logo.png", "issuer", False),
        ("revocation_list", "1", "issuer", False),
        ("revocation_list", "2", "issuer", False),
        ("key", "k", "issuer", False),
        ("key", "k2", "issuer", False),
    ]


def test_other_things_lead_nowhere():
    assert told({"image": HOST + "x"}, "page") == told({}) == told({}, "badge_class") == []


def test_a_link_is_the_same_whoever_names_it():
    assert Link("image", HOST, "issuer") == Link("image", HOST, "assertion", embedded=True)

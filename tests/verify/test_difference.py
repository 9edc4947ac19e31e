"""What changed is named field by field; what is only spelled otherwise is no change."""

from __future__ import annotations

import json

import pytest

from migrator.openbadges.baking import bake
from migrator.verify.hosts.difference import SPELLING, changed_fields, same_picture, same_words


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, ()),
        ({"issuedOn": "2016-01-01"}, ("issued_on",)),
        ({"issuedOn": "2015-04-30T12:00:00+02:00"}, ()),
        (
            {"recipient": {"type": "email", "hashed": False, "identity": "b@example.org"}},
            ("recipient",),
        ),
        ({"expires": "2020-01-01", "narrative": "n"}, ("expires", "narrative")),
        ({"evidence": "https://e.example/1"}, ("evidence",)),
        ({"badge": "https://other.example/classes/1.json"}, ("badge_class_id",)),
        ({"badge": "HTTPS://ISSUER.example:443/classes/1.json"}, ()),
        ({"image": "https://issuer.example/i.png"}, ("image",)),
        ({"@context": "https://w3id.org/openbadges/v2", "unread": 1}, ()),
    ],
)
def test_the_fields_of_an_assertion_that_differ(make, change, fields):
    kept = make.assertion(1)
    assert changed_fields(kept, kept | change, "assertion") == fields


def test_embedded_parts_are_compared_field_by_field(make):
    kept = make.assertion(1) | {"badge": make.badge_class(1) | {"issuer": make.issuer()}}
    live = json.loads(json.dumps(kept))
    live["badge"]["name"] = "Other"
    live["badge"]["issuer"]["email"] = "a@example.org"
    assert changed_fields(kept, live, "assertion") == (
        "badge_class.name",
        "badge_class.issuer.email",
    )
    alone = make.assertion(1) | {"badge": make.badge_class(1)["id"]}
    assert changed_fields(kept, alone, "assertion") == ()


@pytest.mark.parametrize(
    ("kind", "change", "fields"),
    [
        ("badge_class", {"name": "B", "tags": ["x"]}, ("name", "tags")),
        ("issuer", {"name": "I2", "url": "https://new.example"}, ("name", "url")),
        ("key", {"publicKeyPem": "x"}, ("publicKeyPem",)),
    ],
)
def test_classes_issuers_and_keys_are_compared_too(make, kind, change, fields):
    kept = {"badge_class": make.badge_class(1), "issuer": make.issuer()}.get(kind, {"id": "k"})
    assert changed_fields(kept, kept | change, kind) == fields


def test_how_equal_documents_differ_is_said(make):
    document = make.assertion(1)
    kept = json.dumps(document).encode()
    assert same_words(kept, kept, "assertion") == ""
    assert same_words(kept, json.dumps(document, indent=1).encode(), "assertion") == SPELLING
    newer = document | {"@context": "https://w3id.org/openbadges/v2"}
    words = same_words(kept, json.dumps(newer).encode(), "assertion")
    assert words == "the same badge, written as Open Badges 2.0 instead of 1.1"
    more = json.dumps(document | {"x": 1}).encode()
    assert same_words(kept, more, "assertion") == "only what no badge rule reads differs: x"


def test_a_picture_is_the_same_whatever_is_baked_into_it(make):
    plain = make.png()
    assert same_picture(plain, make.baked(1))
    assert same_picture(make.baked(1), make.baked(2))
    assert not same_picture(plain, make.png(2))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
    assert same_picture(bake(svg, '{"a": 1}'), bake(svg, '{"a": 2}'))
    assert not same_picture(b"no picture", b"another")

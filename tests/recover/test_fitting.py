"""Error pages and other documents in the place of what stood there."""

from __future__ import annotations

import json
import time

import pytest

from migrator.recover.fitting import unfit


@pytest.fixture
def fitting(make):
    return {
        "assertion": make.json(make.assertion(1)),
        "badge_class": make.json(make.badge_class(1)),
        "issuer": make.json(make.issuer()),
        "image": make.png(),
        "revocation_list": b'{"1": "by mistake"}',
        "key": b"-----BEGIN PUBLIC KEY-----\nMFk\n-----END PUBLIC KEY-----\n",
        "page": b"<html>Criteria</html>",
    }


def test_what_should_stand_there_fits(fitting):
    assert {kind: unfit(kind, body) for kind, body in fitting.items()} == dict.fromkeys(fitting, "")


def test_only_a_page_may_be_a_web_page(fitting, html):
    told = {kind for kind in fitting if "web page" in unfit(kind, html)}
    assert told == set(fitting) - {"page"}


def test_nothing_fits_nowhere(fitting):
    assert all(unfit(kind, b" \n") == "it is empty" for kind in fitting)


def test_one_document_is_not_another(fitting):
    wrong = [
        ("assertion", "issuer"),
        ("badge_class", "assertion"),
        ("issuer", "assertion"),
        ("image", "issuer"),
        ("key", "issuer"),
        ("revocation_list", "image"),
        ("issuer", "revocation_list"),
    ]
    for kind, other in wrong:
        assert unfit(kind, fitting[other]).strip(), (kind, other)


def test_a_note_of_revocation_is_no_assertion():
    assert "revoked" in unfit("assertion", b'{"revoked": true, "id": "https://e.org/1"}')


@pytest.mark.parametrize("body", [b"GIF89a....", b"\xff\xd8\xff\xe0", b"RIFF1234WEBPVP8 "])
def test_pictures_a_backpack_would_refuse_are_kept_all_the_same(body):
    assert unfit("image", body) == ""


def test_an_issuer_may_say_little():
    assert unfit("issuer", b'{"name": "School"}') == ""


def test_keys_may_be_documents():
    assert unfit("key", json.dumps({"publicKeyPem": "-----BEGIN"}).encode()) == ""


def test_a_page_made_to_take_time_takes_none():
    began = time.perf_counter()
    unfit("assertion", b"<!---->" * 100_000 + b"x")
    assert time.perf_counter() - began < 1

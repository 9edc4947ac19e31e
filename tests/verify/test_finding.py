"""What an answer means: one fate for each, by pure rules."""

from __future__ import annotations

import json

import pytest

from migrator.verify.hosts.fate import FATES, most_telling
from migrator.verify.hosts.finding import Finding, judge
from migrator.verify.hosts.heard import Heard

URL = "https://issuer.example/assertions/1.json"


def said(body=b"", status=200, content_type="application/json", **more):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Heard(URL, status, content_type=content_type, body=body, **more)


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        ("dns", "no_such_host"),
        ("refused", "host_silent"),
        ("tls", "host_insecure"),
        ("timeout", "no_answer"),
        ("endless", "endless"),
        ("reset", "down"),
        ("too_large", "too_large"),
        ("blocked", "blocked"),
        ("redirects", "circles"),
        ("something new", "down"),
    ],
)
def test_no_answer_has_a_fate_of_its_own(error, fate):
    assert judge(Heard(URL, error=error, detail="why"), "assertion", ()) == Finding(fate, "why")
    if error in ("dns", "refused", "tls", "reset", "too_large", "blocked", "redirects"):
        assert FATES[fate].error == error


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (404, "gone"),
        (410, "gone"),
        (401, "forbidden"),
        (403, "forbidden"),
        (418, "forbidden"),
        (408, "down"),
        (425, "down"),
        (429, "limited"),
        (500, "down"),
        (503, "down"),
        (599, "down"),
    ],
)
@pytest.mark.parametrize("kind", ["assertion", "badge_class", "issuer", "image", "key", "page"])
def test_an_error_status_is_told_by_its_number(status, fate, kind):
    assert judge(said(b"<html>sorry</html>", status), kind, ()).fate == fate
    assert judge(said({"error": "x"}, status), kind, ()).fate == fate


def test_a_document_is_compared_with_every_kept_one(make):
    live = make.assertion(1)
    other = json.dumps(live | {"narrative": "x"}).encode()
    same = json.dumps(live).encode()
    assert judge(said(live), "assertion", (other, same)) == Finding("alive")
    assert judge(said(live), "assertion", (other,)) == Finding("changed", "narrative")
    unread = (b"no json", b'{"name": "no assertion"}')
    found = judge(said(live), "assertion", unread)
    assert found == Finding("alive", "nothing was kept to compare it with")
    assert found.served


def test_a_badge_document_counts_whatever_its_status(make):
    found = judge(said(make.assertion(1), 404), "assertion", ())
    assert found.fate == "alive"
    assert found.detail.endswith("although the host calls it 404")


def test_a_redirect_to_the_same_is_moved_to_another_changed(make):
    live = make.assertion(1)
    kept = (json.dumps(live).encode(),)
    there = "https://new.example/1"
    moved = judge(said(live, final_url=there), "assertion", kept)
    assert moved == Finding("moved", f"leads to {there}")
    changed = judge(said(live | {"narrative": "x"}, final_url=there), "assertion", kept)
    assert changed == Finding("changed", f"narrative; leads to {there}")


@pytest.mark.parametrize("status", [200, 404, 410])
def test_a_revoked_assertion(status):
    body = {"revoked": True, "revocationReason": "late"}
    assert judge(said(body, status), "assertion", ()) == Finding("revoked", "late")


@pytest.mark.parametrize(
    ("kind", "body", "fate"),
    [
        ("assertion", {"error": "no"}, "not_a_badge"),
        ("assertion", {}, "not_a_badge"),
        (
            "assertion",
            {"type": "BadgeClass", "@context": "https://w3id.org/openbadges/v2"},
            "not_a_badge",
        ),
        ("badge_class", {"error": "no"}, "not_a_badge"),
        ("badge_class", {"name": "B", "description": "d", "criteria": "c"}, "alive"),
        ("issuer", {"name": "I", "url": "https://i.example"}, "alive"),
        (
            "issuer",
            {"type": "Assertion", "@context": "https://w3id.org/openbadges/v2"},
            "not_a_badge",
        ),
        ("key", {"publicKeyPem": "x"}, "alive"),
        ("key", {"name": "x"}, "not_a_badge"),
        ("key", b"-----BEGIN PUBLIC KEY-----\nx", "alive"),
        ("key", b"no key", "not_a_document"),
        ("revocation_list", {"u1": "late"}, "alive"),
        ("revocation_list", {"a": [1]}, "not_a_badge"),
        ("page", {"@context": {}}, "alive"),
        ("page", b"<html></html>", "parked"),
        ("assertion", b"[1]", "not_a_document"),
        ("assertion", b"<html><title>Sale</title>", "parked"),
        ("image", b"<html></html>", "parked"),
        ("image", b"", "not_a_picture"),
        ("image", b"RIFF....WEBP", "not_a_picture"),
        ("image", b"GIF89a....", "alive"),
    ],
)
def test_what_stands_there_is_what_should(kind, body, fate):
    assert judge(said(body), kind, ()).fate == fate


def test_what_grows_is_not_changed():
    assert judge(said({"u1": "late"}), "revocation_list", (b"{}",)) == Finding("alive")


def test_keys_that_are_files_are_compared_as_they_are():
    pem = b"-----BEGIN PUBLIC KEY-----\nx"
    assert judge(said(pem), "key", (pem,)) == Finding("alive")
    assert judge(said(pem), "key", (b"other",)) == Finding("changed", "the key")


def test_pictures_are_compared_without_what_is_baked_in(make):
    assert judge(said(make.png()), "image", (make.baked(1),)) == Finding("alive")
    assert judge(said(make.png(2)), "image", (make.png(),)) == Finding("changed", "the picture")


def test_the_first_of_several_fates_tells_most():
    assert most_telling({"alive", "gone", "revoked"}) == "revoked"
    assert most_telling({"down", "gone", "changed"}) == "gone"
    assert most_telling({"changed", "alive"}) == "changed"
    assert most_telling(set()) is None

"""The rejection matrix of reference/badge-formats.md 0.1, row by row."""

from __future__ import annotations

import hashlib

import pytest

from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.verify.assess import Submission, assess

ME = Addresses(("me@example.org",))
HOST = "http://badges.example.net"
HTML = {"status": 200, "type": "text/html", "text": "<html><body>for sale</body></html>"}
GONE = {"status": 404, "type": "text/html", "text": "<html><body>not found</body></html>"}


def nothing(_badge):
    pass


def hashed_05(badge):
    digest = hashlib.sha256(b"me@example.orgpepper").hexdigest()
    badge.a |= {"recipient": f"sha256${digest}", "salt": "pepper"}


def relative_05(badge):
    badge.b |= {"image": "/image.png", "criteria": "/criteria"}
    badge.a["evidence"] = "/evidence"


def recipient(**changes):
    def change(badge):
        badge.a["recipient"] = badge.a["recipient"] | changes

    return change


def assertion(**changes):
    def change(badge):
        badge.a |= changes

    return change


def badge_class(**changes):
    def change(badge):
        badge.b |= changes

    return change


def without(document, prop):
    def change(badge):
        del getattr(badge, document)[prop]

    return change


def answers(name, page):
    def change(badge):
        badge.web.pages[f"{HOST}/{name}"] = page

    return change


def other_case():
    digest = hashlib.sha256(b"Me@Example.org").hexdigest()
    return recipient(hashed=True, identity=f"sha256${digest}")


def declares_another_id(badge):
    badge.a["id"] = f"{HOST}/other.json"
    badge.web.serve(f"{HOST}/other.json", badge.a)


def revoked_tombstone(badge):
    badge.web.serve(f"{HOST}/a.json", {"revoked": True}, status=410)


def redirected(badge):
    badge.web.pages[f"{HOST}/moved.json"] = {"status": 302, "redirect": f"{HOST}/a.json"}
    badge.url = f"{HOST}/moved.json"


VP, TS, IMG = "VALIDATE_PROPERTY", "ASSERTION_TIMESTAMP_CHECKS", "IMAGE_VALIDATION"
DEAD, WHO = "FETCH_HTTP_NODE", "VERIFY_RECIPIENT_IDENTIFIER"
# version, what is changed, the error names, our reason
ROWS = {
    "0.5 hosted, plain": ("0.5", nothing, set(), None),
    "0.5 hosted, hashed with salt": ("0.5", hashed_05, set(), None),
    "0.5 relative urls": ("0.5", relative_05, {VP, IMG}, "relative_url"),
    "0.5 without issued_on": ("0.5", without("a", "issued_on"), {VP, TS}, "no_issue_date"),
    "1.0 hosted graph": ("1.0", nothing, set(), None),
    "epoch number": ("1.0", assertion(issuedOn=1359217910), set(), None),
    "epoch string": ("1.0", assertion(issuedOn="1359217910"), set(), None),
    "day": ("1.0", assertion(issuedOn="2013-01-26"), set(), None),
    "american date": (
        "1.0",
        assertion(issuedOn="06/01/2013"),
        {"UPGRADE_1_1_NODE", VP},
        "bad_date",
    ),
    "31 april": ("1.0", assertion(issuedOn="2015-04-31"), {"UPGRADE_1_1_NODE", VP}, "bad_date"),
    "2.0 without zone": ("2.0", assertion(issuedOn="2019-06-01T00:00:00"), {VP, TS}, "bad_date"),
    "2.0 unix time": ("2.0", assertion(issuedOn=1359217910), {VP, TS}, "bad_date"),
    "expired": ("2.0", assertion(expires="2018-01-01T00:00:00Z"), {TS}, "expired"),
    "1.0 expired": ("1.0", assertion(expires="2018-01-01"), {TS}, "expired"),
    "expires null": ("2.0", assertion(expires=None), set(), None),
    "evidence empty": ("1.0", assertion(evidence=""), {VP}, "badge_incomplete"),
    "badge image 404": ("2.0", answers("badge.png", GONE), {IMG}, "badge_image_missing"),
    "badge image data": ("2.0", badge_class(image="data:image/png;base64,iVBO"), set(), None),
    "criteria page 404": ("2.0", answers("criteria", GONE), set(), None),
    "badge class 404": ("2.0", answers("b.json", GONE), {DEAD}, "document_gone"),
    "badge class html": ("2.0", answers("b.json", HTML), {DEAD}, "not_a_badge_any_more"),
    "issuer 404": ("2.0", answers("i.json", GONE), {DEAD}, "document_gone"),
    "issuer html": ("1.0", answers("i.json", HTML), {DEAD}, "not_a_badge_any_more"),
    "no description": ("1.0", without("b", "description"), {VP}, "badge_class_incomplete"),
    "missing verify": ("1.0", without("a", "verify"), {VP}, "badge_incomplete"),
    "plain, other case": ("1.0", recipient(identity="Me@Example.org"), {WHO}, "wrong_recipient"),
    "hashed, other case": ("1.0", other_case(), {WHO}, "wrong_recipient"),
    "hashed:true but plain": (
        "1.0",
        recipient(hashed=True),
        {"IDENTITY_OBJECT_PROPERTY_DEPENDENCIES", WHO},
        "recipient_unreadable",
    ),
    "verify.url differs": (
        "1.0",
        assertion(verify={"type": "hosted", "url": "https://badges.example.net/a.json"}),
        set(),
        None,
    ),
    "2.0 declares another id": ("2.0", declares_another_id, set(), None),
    "redirect": ("1.0", redirected, set(), None),
    "1.0 body revoked, HTTP 200": ("1.0", assertion(revoked=True), set(), None),
    "410 revoked": ("1.0", revoked_tombstone, {"DETECT_AND_VALIDATE_NODE_CLASS"}, "revoked"),
    "404": ("1.0", answers("a.json", GONE), {DEAD}, "document_gone"),
}


@pytest.mark.parametrize("row", ROWS)
def test_hosted_badge_by_url(row, issued, now):
    version, change, names, reason = ROWS[row]
    badge = issued(version)
    change(badge)
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert {message.name for message in verdict.messages} == names, verdict.messages
    assert verdict.reason == reason
    assert verdict.accepted is (not names)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_json_handed_over_is_thrown_away_and_fetched_again(version, issued, now):
    badge = issued(version)
    handed = badge.a | {"issuedOn": "nonsense", "recipient": None}
    assert assess(Submission(assertion=handed), badge.served(), ME, now).accepted


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_json_of_a_dead_host_is_refused(version, issued, now):
    badge = issued(version)
    dead = "http://dead.example.org/a.json"
    badge.a |= {"id": dead} if version == "2.0" else {"verify": {"type": "hosted", "url": dead}}
    verdict = assess(Submission(assertion=badge.a), badge.served(), ME, now)
    assert [message.name for message in verdict.messages] == [DEAD]
    assert verdict.reason == "host_dead"


def test_json_of_05_has_no_address(issued, now):
    badge = issued("0.5")
    verdict = assess(Submission(assertion=badge.a), badge.served(), ME, now)
    assert [(m.name, m.success) for m in verdict.messages] == [("REPORT_MESSAGE", True)]
    assert verdict.reason == "no_web_address"


def test_baked_image_never_rescues_a_dead_badge(issued, now):
    badge = issued("2.0")
    image = bake(badge.web.images["badge.png"], "http://dead.example.org/a.json")
    verdict = assess(Submission(image=image), badge.served(), ME, now)
    assert verdict.reason == "host_dead"
    alive = bake(badge.web.images["badge.png"], badge.url)
    assert assess(Submission(image=alive), badge.served(), ME, now).accepted

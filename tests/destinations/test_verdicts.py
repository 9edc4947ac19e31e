"""Every answer a real server gave to an import, and what we make of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from migrator.destinations.badgr.verdicts import LONGEST, no_answer, outcome, plain, wait_of
from migrator.destinations.base import OutcomeState
from migrator.net import Unreachable
from migrator.reasons import REASONS

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "badgr" / "recordings"
IMPORTS = re.compile(r"https://badgr\.example/(v2/backpack/import|v1/earner/badges)(\?.*)?")
ALREADY_THERE = frozenset(
    (
        "2-import-02-url-duplicate",
        "2-import-03-assertion-duplicate",
        "2-import-04-image-duplicate",
        "3-dead-13-redirect",
        "3-dead-24-ob11-json",
        "3-dead-26-ob10-json",
        "3-dead-27-ob10-baked-json",
        "3-dead-34-ob05-again",
        "3-dead-42-signed-baked-again",
        "3-dead-52-v1-signed-as-assertion",
        "4-backpack-53-v1-dup",
        "4-backpack-57-v1-form-url",
        "5-issuer-53-alice-import-again",
        "5-issuer-54-alice-import-image",
        "5-issuer-55-alice-import-image-v1",
        "7-extra-09-http-vs-https",
        "8-misc-05-one-dup",
    )
)
REFUSED = {
    "1-auth-39-ro-import": "account_unverified",
    "1-auth-40-ro-import-v1": "account_unverified",
    "1-auth-48-expired-import": "sign_in_failed",
    "2-import-11-wrong-recipient": "wrong_recipient",
    "2-import-13-plain-upper-recipient": "wrong_recipient",
    "2-import-14-hash-upper-recipient": "wrong_recipient",
    "2-import-15-expired": "expired",
    "2-import-16-future": "issued_in_future",
    "2-import-18-issuer-without-url": "issuer_incomplete",
    "2-import-21-issuedOn-no-tz": "bad_date",
    "2-import-22-badgeclass-no-image": "badge_class_incomplete",
    "2-import-23-no-criteria": "badge_class_incomplete",
    "2-import-24-no-description": "badge_class_incomplete",
    "2-import-30-issuer-other-origin": "issuer_elsewhere",
    "2-import-31-issuer-policy-allows": "issuer_elsewhere",
    "2-import-32-revoked-410-json": "revoked",
    "2-import-33-revoked10-410": "not_a_badge_any_more",
    "2-import-34-empty-body": "no_badge_data",
    "2-import-35-two-inputs": "no_badge_data",
    "2-import-36-bad-url": "no_web_address",
    "2-import-37-assertion-as-string": "refused",
    "2-import-38-assertion-empty": "no_badge_data",
    "2-import-39-assertion-no-id": "no_web_address",
    "2-import-40-image-not-badge": "server_error",
    "2-import-41-image-gif": "no_badge_data",
    "2-import-42-image-garbage": "no_badge_data",
    "2-import-43-image-no-datauri": "no_badge_data",
    "2-import-44-image-http-url": "no_badge_data",
    "2-import-45-image-svg": "badge_incomplete",
    "2-import-46-image-multipart": "server_error",
    "2-import-47-form-url": "server_error",
    "2-import-48-malformed-json": "refused",
    "3-dead-01-dead-url": "host_dead",
    "3-dead-02-dead-assertion-json": "host_dead",
    "3-dead-03-dead-baked-json": "host_dead",
    "3-dead-04-dead-baked-url": "host_dead",
    "3-dead-05-dead-all-embedded": "host_dead",
    "3-dead-06-dead-urn-id": "no_web_address",
    "3-dead-07-dead-no-id": "no_web_address",
    "3-dead-08-host-404-html": "document_gone",
    "3-dead-09-host-404-json": "not_a_badge_any_more",
    "3-dead-10-host-500-html": "document_gone",
    "3-dead-11-host-410-html": "document_gone",
    "3-dead-12-host-parked": "document_gone",
    "3-dead-14-dead-issuer-only": "host_dead",
    "3-dead-15-dead-badgeclass-only": "host_dead",
    "3-dead-16-dead-badge-image": "badge_image_missing",
    "3-dead-17-badge-image-404": "badge_image_missing",
    "3-dead-18-dead-issuer-image": "server_error",
    "3-dead-20-dead-assertion-image": "badge_image_missing",
    "3-dead-22-dead-context": "context_dead",
    "3-dead-30-ob10-dead": "host_dead",
    "3-dead-31-ob10-rehost-verbatim": "host_dead",
    "3-dead-35-ob05-json": "no_web_address",
    "3-dead-36-ob05-baked-url": "no_issue_date",
    "3-dead-39-ob05-relative": "relative_url",
    "3-dead-40-ob05-no-date": "no_issue_date",
    "3-dead-43-signed-bad-key": "signature_invalid",
    "3-dead-44-signed-dead": "host_dead",
    "3-dead-45-signed-dead-embedded": "host_dead",
    "3-dead-46-signed-dead-blank": "host_dead",
    "3-dead-47-signed-alive-embedded": "signing_key_missing",
    "3-dead-48-signed-url-of-jws": "document_gone",
    "3-dead-49-signed-json-not-jws": "no_web_address",
    "3-dead-51-signed10": "signed_1_x",
    "4-backpack-55-v1-assertion-obj": "server_error",
    "4-backpack-58-v1-two": "server_error",
    "4-backpack-59-v1-empty": "server_error",
    "4-backpack-60-v1-wrong-recipient": "wrong_recipient",
    "4-backpack-61-v1-dead": "host_dead",
    "4-backpack-62-v1-expired": "expired",
    "4-backpack-63-v1-plain-png": "server_error",
    "4-backpack-66-img-jpegbadge": "badge_image_unsupported",
    "4-backpack-67-img-gifbadge": "badge_image_unsupported",
    "4-backpack-72-baked-svgverify": "badge_incomplete",
    "5-issuer-65-revoked-import": "revoked",
    "6-badgeconnect-44-unverified-import": "account_unverified",
    "6-badgeconnect-45-unverified-import-v1": "account_unverified",
    "7-extra-01-rehost05-verbatim": "badge_image_missing",
    "7-extra-05-rehost20-untouched": "host_dead",
    "7-extra-17-recipient-url": "recipient_type_unsupported",
    "7-extra-21-unix-date-20": "bad_date",
    "7-extra-23-ob3": "version_unsupported",
    "8-misc-14-bob-claims-badge": "wrong_recipient",
    "9-domain-restored-03-dup-after-host-died-again": "host_dead",
}
IMPORTED = [
    exchange
    for file in sorted(RECORDINGS.glob("*.json"))
    for exchange in json.loads(file.read_text(encoding="utf-8"))
    if exchange["request"]["method"] == "POST" and IMPORTS.fullmatch(exchange["request"]["url"])
]


def named(exchange):
    return exchange["name"]


@pytest.mark.parametrize("exchange", IMPORTED, ids=named)
def test_each_recorded_answer_is_understood(exchange, reply_of):
    name, answer = exchange["name"], exchange["response"]
    result = outcome(reply_of(name))
    if name in ALREADY_THERE:
        assert (result.state, result.reason) == (OutcomeState.ALREADY_THERE, None)
    elif answer["status"] == 201:
        body = answer["body"]
        row = body["result"][0] if "result" in body else body
        assert result.state is OutcomeState.DONE
        assert result.remote_id == row.get("entityId", row.get("id"))
        assert result.pending is row.get("pending", False)
    else:
        assert (result.state, result.reason) == (OutcomeState.REFUSED, REFUSED[name])
        assert result.detail


def test_the_tables_name_only_what_was_recorded():
    names = {exchange["name"] for exchange in IMPORTED}
    assert names >= ALREADY_THERE
    assert REFUSED.keys() <= names
    assert set(REFUSED.values()) <= REASONS.keys()
    assert len(IMPORTED) > 140


@pytest.mark.parametrize("exchange", IMPORTED, ids=named)
def test_no_address_of_the_account_comes_through_in_the_words_of_the_server(exchange, reply_of):
    detail = outcome(reply_of(exchange["name"])).detail
    assert "alice" not in detail.lower()
    assert "bob@" not in detail
    assert "@" not in detail
    assert len(detail) <= LONGEST
    assert detail.isprintable()


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (401, OutcomeState.REFUSED, "sign_in_failed"),
        (403, OutcomeState.REFUSED, "account_unverified"),
        (413, OutcomeState.REFUSED, "too_large"),
        (429, OutcomeState.TRY_AGAIN, "rate_limited"),
        (500, OutcomeState.REFUSED, "server_error"),
        (502, OutcomeState.TRY_AGAIN, "destination_unreachable"),
        (503, OutcomeState.TRY_AGAIN, "destination_unreachable"),
        (504, OutcomeState.UNKNOWN, "answer_lost"),
        (404, OutcomeState.TRY_AGAIN, "destination_unreachable"),
        (418, OutcomeState.REFUSED, "refused"),
        (302, OutcomeState.REFUSED, "refused"),
        (200, OutcomeState.UNKNOWN, "answer_lost"),
    ],
)
def test_a_page_instead_of_json_is_told_by_its_status(reply, status, state, reason):
    result = outcome(reply(status, "<html><h1>nginx</h1></html>"))
    assert (result.state, result.reason, result.http_status) == (state, reason, status)
    assert result.detail == f"HTTP {status}"


def test_an_old_server_that_chokes_on_a_picture_is_understood(reply):
    assert outcome(reply(400, "<h1>Bad Request (400)</h1>")).reason == "badge_image_unsupported"


def test_an_answer_without_an_id_is_as_good_as_lost(reply):
    body = {"status": {"success": True}, "result": []}
    assert outcome(reply(201, body)).state is OutcomeState.UNKNOWN


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry_After": "17"}, "", 17),
        ({"Retry_After": "17"}, {"expires": 4}, 17),
        ({}, {"error": "login attempts throttled", "expires": 8}, 8),
        ({}, {"expires": 9e9}, 3600),
        ({}, {"expires": -3}, 0),
        ({}, {"expires": True}, None),
        ({}, {"expires": "soon"}, None),
        ({}, "<html>", None),
        ({}, ["no object"], None),
        ({"Retry_After": "whenever"}, "", None),
    ],
)
def test_the_wait_a_server_asks_for_is_found_in_header_or_body(reply, headers, body, seconds):
    answer = reply(429, body, Content_Type="text/html", **headers)
    assert wait_of(answer) == seconds
    assert outcome(answer).after == seconds


def test_a_wait_given_as_a_date_is_counted_from_now(reply):
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 90 < wait_of(reply(429, "", Retry_After=then)) <= 100


def test_a_host_that_is_slow_is_tried_again_and_a_circle_of_redirects_is_not(reply):
    def fetch(text):
        return {"validationErrors": ["FETCH_HTTP_NODE", "False", text, "ERROR"]}

    slow = outcome(reply(400, fetch("requests.exceptions.ReadTimeout: read timeout=10")))
    assert (slow.state, slow.reason) == (OutcomeState.TRY_AGAIN, "host_slow")
    circle = outcome(reply(400, fetch("requests.exceptions.TooManyRedirects: 30")))
    assert (circle.state, circle.reason) == (OutcomeState.REFUSED, "document_gone")


def test_a_request_that_never_left_is_not_one_whose_answer_was_lost():
    never = no_answer(Unreachable("refused", "https://badgr.example", sent=False))
    assert (never.state, never.reason) == (OutcomeState.TRY_AGAIN, "destination_unreachable")
    lost = no_answer(Unreachable("reset", "https://badgr.example", sent=True))
    assert (lost.state, lost.reason) == (OutcomeState.UNKNOWN, "answer_lost")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see ann.lee+x@mail.example.org, please", "see (not shown), please"),
        ("at https://x.org/?q=ann%40example.org now", "at https:(not shown) now"),
        (
            "identifier(s) a@b.org, carol.... of type email",
            "identifier(s) (not shown) of type email",
        ),
        ("recipient value +49 30 123", "recipient value (not shown)"),
        ("a\n\tb\x1b[31m", "a b [31m"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [hidden]"),
        ("x" * 400, "x" * 297 + "..."),
        ("", ""),
    ],
)
def test_words_are_shown_in_one_line_without_addresses_and_secrets(text, shown):
    assert plain(text) == shown


def test_a_long_hostile_text_is_read_in_no_time():
    assert len(plain("a" * 2_000_000 + "@")) <= LONGEST

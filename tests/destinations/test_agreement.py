"""What is predicted before a push and what is read from its answer: the same reason."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.destinations.badgr.verdicts import outcome
from migrator.destinations.base import OutcomeState
from migrator.openbadges.model import Addresses
from migrator.verify.agreement import RecordedPages
from migrator.verify.assess import Submission, assess

BADGR = Path(__file__).parents[2] / "fixtures" / "badgr"
WEB = json.loads((BADGR / "web.json").read_text(encoding="utf-8"))
ALICE = Addresses(("alice@example.org", "alice.old@example.net"), ("alice.pending@example.com",))
BOB = Addresses(("bob@example.org",))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

# The server says the same words for several causes; who asks the web oneself knows more. What we
# read is then the broader of the two (left: read from the answer, right: predicted).
BROADER = {
    "2-import-33-revoked10-410": ("not_a_badge_any_more", "revoked"),
    "3-dead-09-host-404-json": ("not_a_badge_any_more", "document_gone"),
    "3-dead-12-host-parked": ("document_gone", "not_a_badge_any_more"),
    "3-dead-46-signed-dead-blank": ("host_dead", "signing_key_missing"),
    "3-dead-48-signed-url-of-jws": ("document_gone", "no_web_address"),
}
# Refused before anything is verified: the request itself, or the one who made it.
NOT_ABOUT_BADGES = (
    "1-auth",
    "6-badgeconnect-44",
    "6-badgeconnect-45",
    "2-import-37",
    "2-import-48",
)


def submitted(exchange):
    """What was handed over; None for what is no input of ours."""
    name, body = exchange["name"], exchange["request"]["body"]
    if name in WEB["submitted"]:
        data = base64.b64decode(WEB["submitted"][name])
        return Submission(jws=data.decode()) if "as-assertion" in name else Submission(image=data)
    if not isinstance(body, dict) or len(body) != 1:
        return None
    if isinstance(body.get("assertion"), dict):
        return Submission(assertion=body["assertion"])
    if "," in body.get("image", ""):
        return Submission(image=base64.b64decode(body["image"].partition("base64,")[2]))
    return Submission(url=body["url"]) if "url" in body else None


def refused():
    for file in sorted((BADGR / "recordings").glob("*.json")):
        for exchange in json.loads(file.read_text(encoding="utf-8")):
            request, status = exchange["request"], exchange["response"]["status"]
            path = request["url"].removeprefix("https://badgr.example").partition("?")[0]
            if path not in ("/v2/backpack/import", "/v1/earner/badges") or status in (
                200,
                201,
                500,
            ):
                continue
            if not exchange["name"].startswith(NOT_ABOUT_BADGES) and submitted(exchange):
                yield exchange


list_of_refused = list(refused())


@pytest.mark.parametrize("exchange", list_of_refused, ids=lambda exchange: exchange["name"])
def test_plan_and_push_give_the_same_reason(exchange, reply_of):
    name = exchange["name"]
    heard = outcome(reply_of(name))
    account = BOB if "bob-claims" in name else ALICE
    predicted = assess(submitted(exchange), RecordedPages(WEB), account, NOW)
    if heard.state is OutcomeState.ALREADY_THERE:
        assert predicted.accepted
        return
    read, said = BROADER.get(name, (heard.reason, heard.reason))
    assert (heard.reason, predicted.reason) == (read, said)


def test_enough_was_compared():
    assert len(list_of_refused) > 60
    assert BROADER.keys() <= {exchange["name"] for exchange in list_of_refused}

"""The engine against every import a real server answered: same verdict, same error names."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses
from migrator.verify.assess import Submission, assess
from migrator.verify.verdict import FRIENDLY

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "badgr" / "recordings"
IMPORTS = ("/v2/backpack/import", "/v1/earner/badges", "/bcv1/assertions")
# Answers to the request itself, given before anything is verified; the transport's tests have them.
NOT_ABOUT_BADGES = frozenset(
    {
        "1-auth-39-ro-import",
        "1-auth-40-ro-import-v1",
        "1-auth-41-ro-bc",
        "1-auth-48-expired-import",
        "2-import-35-two-inputs",
        "2-import-37-assertion-as-string",
        "2-import-43-image-no-datauri",
        "2-import-44-image-http-url",
        "2-import-46-image-multipart",
        "2-import-47-form-url",
        "2-import-48-malformed-json",
        "4-backpack-55-v1-assertion-obj",
        "4-backpack-58-v1-two",
        "4-backpack-59-v1-empty",
        "6-badgeconnect-22-import-noid",
        "6-badgeconnect-23-import-noassertion",
        "6-badgeconnect-44-unverified-import",
        "6-badgeconnect-45-unverified-import-v1",
    }
)
UPPER_CASE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
BLANK_NODE = re.compile(r"_:[\w-]+")


def exchanges():
    for path in sorted(RECORDINGS.glob("*.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))


def imports():
    for exchange in exchanges():
        request = exchange["request"]
        path = request["url"].removeprefix("https://badgr.example").partition("?")[0]
        is_import = request["method"] == "POST" and path in IMPORTS
        if is_import and exchange["name"] not in NOT_ABOUT_BADGES:
            yield exchange


def submission_of(exchange, submitted):
    """What was handed over, with cut images put back."""
    name, body = exchange["name"], exchange["request"]["body"]
    if name in submitted:
        data = base64.b64decode(submitted[name])
        return Submission(jws=data.decode()) if "as-assertion" in name else Submission(image=data)
    if isinstance(body, str):
        return Submission(
            url=re.search(r"url=(.*)", body)[1].replace("%3A", ":").replace("%2F", "/")
        )
    if "image" in body:
        return Submission(image=base64.b64decode(body["image"].partition("base64,")[2]))
    if "assertion" not in body:
        return Submission(url=body.get("url"))
    assertion = body["assertion"]
    if "/bcv1/" in exchange["request"]["url"]:
        return Submission(url=assertion["id"])
    return Submission(assertion=json.loads(assertion) if isinstance(assertion, str) else assertion)


def recorded_names(body):
    """The error names of an answer, whatever the shape of the API's generation."""
    if isinstance(body, dict) and body.get("fieldErrors"):
        return set(body["fieldErrors"])
    if isinstance(body, dict) and "validationErrors" in body:
        body = body["validationErrors"]
    elif isinstance(body, dict):
        body = body["status"]["error"]
    names = {item["name"] if isinstance(item, dict) else item for item in body}
    if "Must provide only one of 'url', 'image' or 'assertion'." in names:
        return {"REQUEST"}
    return {name for name in names if UPPER_CASE.fullmatch(name)} - {
        "VERIFY_SIGNATURE",
        "ASSERTION_REVOKED",
    }


def account_of(name, alice):
    if name == "8-misc-14-bob-claims-badge":
        return Addresses(("bob@example.org",))
    if name.endswith("after-variant"):
        return Addresses(alice.verified, alice.unverified, ("Alice@Example.org",))
    return alice


def verdict_of(exchange, web_of, recorded_web, alice, now):
    restored = exchange["name"].startswith("9-") and "died-again" not in exchange["name"]
    submission = submission_of(exchange, recorded_web["submitted"])
    account = account_of(exchange["name"], alice)
    return assess(submission, web_of(restored=restored), account, now)


list_of_imports = list(imports())


@pytest.mark.parametrize("exchange", list_of_imports, ids=lambda exchange: exchange["name"])
def test_engine_and_server_say_the_same(exchange, web_of, recorded_web, alice, now):
    verdict = verdict_of(exchange, web_of, recorded_web, alice, now)
    status, body = exchange["response"]["status"], exchange["response"]["body"]
    said = [(message.name, message.text) for message in verdict.messages]
    assert verdict.crash is (status == 500), said
    if status == 500:
        assert verdict.reason in {"issuer_image_dead", "no_badge_data"}
        return
    if status == 201 or recorded_names(body) == {"DUPLICATE_BADGE"}:
        assert verdict.accepted, said
        return
    assert {message.name for message in verdict.messages} == recorded_names(body)
    assert verdict.reason is not None


def test_every_recorded_import_is_compared():
    assert len(list_of_imports) == 158


def refused_words():
    for exchange in list_of_imports:
        body = exchange["response"]["body"]
        words = body.get("validationErrors") if isinstance(body, dict) else None
        # Of a dead vocabulary the server shows its own stack; nobody reads it.
        if words and isinstance(words[0], str) and len(words) > 1 and "JsonLd" not in words[2]:
            yield exchange, words


def flattened(messages):
    """Messages as the v2 API writes them (reference/badgr-api.md 1)."""
    for message in messages:
        yield from FRIENDLY.get(message.name, ())
        yield from (message.name, str(message.success), message.text, "ERROR")
        yield from (part for part in (message.node, message.prop) if part)


def test_engine_uses_the_words_of_the_server(web_of, recorded_web, alice, now):
    compared = 0
    for exchange, words in refused_words():
        verdict = verdict_of(exchange, web_of, recorded_web, alice, now)
        said = [BLANK_NODE.sub("_:b", word) for word in flattened(verdict.messages)]
        heard = [BLANK_NODE.sub("_:b", word.replace("offline_web: ", "")) for word in words]
        assert said == heard, exchange["name"]
        compared += 1
    assert compared > 40


def test_accepted_badges_are_stored_as_recorded_and_duplicates_are_known_by_id(
    web_of, recorded_web, alice, now
):
    held: set[str] = set()
    ids: dict[str, str] = {}
    agreed = 0
    for exchange in exchanges():
        if exchange["name"] == "8-misc-01-use-token-1h-left":
            held.clear()  # another server with an empty database
        if exchange["request"]["method"] == "DELETE":
            entity = exchange["request"]["url"].rpartition("/")[2]
            held.discard(ids.get(entity, ""))
        if exchange not in list_of_imports or exchange["response"]["status"] == 500:
            continue
        verdict = verdict_of(exchange, web_of, recorded_web, alice, now)
        if not verdict.accepted:
            continue
        key = canonical_url(verdict.open_badge_id)
        body = exchange["response"]["body"]
        if exchange["response"]["status"] != 201:
            assert key in held, exchange["name"]
        elif "result" in body:
            row = body["result"][0]
            assert verdict.open_badge_id == row["openBadgeId"], exchange["name"]
            assert verdict.pending is row["pending"], exchange["name"]
            assert verdict.recipient_address == row["recipient"]["plaintextIdentity"]
            assert verdict.assertion.issued_on == row["issuedOn"], exchange["name"]
            ids[row["entityId"]] = key
        agreed += 1
        held.add(key)
    assert agreed > 60

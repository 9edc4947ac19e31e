import pytest

from migrator.openbadges.franken import Originals, invert, is_franken

RECIPIENT = {"type": "email", "hashed": True, "identity": "sha256$1", "salt": "s"}
ASSERTION = {
    "uid": "1",
    "recipient": RECIPIENT,
    "badge": "http://a/b",
    "verify": {"type": "hosted", "url": "http://a/1"},
    "issuedOn": 5,
}
CLASS = {"name": "n", "issuer": "http://a/i", "criteria": "http://a/c"}
ISSUER = {"name": "i", "url": "http://a"}


def normalised(assertion=ASSERTION):
    """What the Backpack made of three documents (reference 1.2)."""
    issuer = {**ISSUER, "_location": "http://a/i", "origin": "http://a"}
    badge = {**CLASS, "issuer": issuer, "_location": "http://a/b"}
    recipient = assertion["recipient"]
    body = {**assertion, "recipient": recipient["identity"], "badge": badge}
    body["_originalRecipient"] = recipient
    if "salt" in recipient:
        body["salt"] = recipient["salt"]
    if "issuedOn" in assertion:
        body["issued_on"] = assertion["issuedOn"]
    return body


@pytest.mark.parametrize(
    "assertion",
    [
        ASSERTION,
        {**ASSERTION, "recipient": {"type": "email", "hashed": False, "identity": "me@a"}},
        {"@context": "https://w3id.org/openbadges/v1", "extensions:x": {"a": [1]}, **ASSERTION},
        {key: value for key, value in ASSERTION.items() if key != "issuedOn"},
    ],
)
def test_the_three_documents_come_back_with_their_keys_in_order(assertion):
    originals = invert(normalised(assertion))
    assert list(originals.assertion.items()) == list(assertion.items())
    assert list(originals.badge_class.items()) == list(CLASS.items())
    assert list(originals.issuer.items()) == list(ISSUER.items())
    urls = (originals.assertion_url, originals.badge_class_url, originals.issuer_url)
    assert urls == ("http://a/1", "http://a/b", "http://a/i")
    assert is_franken(normalised(assertion))


def test_keys_of_the_issuers_own_stay():
    own = {**normalised(), "salt": "own", "issued_on": "own"}
    assert invert(own).assertion == {**ASSERTION, "salt": "own", "issued_on": "own"}


def test_a_signed_body_has_no_address_of_its_own():
    signed = {**ASSERTION, "verify": {"type": "signed", "url": "http://a/key"}}
    assert invert(normalised(signed)).assertion_url is None


def test_an_old_assertion_loses_the_verify_that_was_added():
    old = {"recipient": "me@a", "badge": {"issuer": {"origin": "http://a"}}}
    baked = {**old, "verify": {"type": "hosted", "url": "http://a/1"}}
    assert is_franken(baked)
    assert invert(baked) == Originals(old, assertion_url="http://a/1")


@pytest.mark.parametrize(
    "document",
    [
        ASSERTION,
        {"recipient": "me@a", "badge": {"issuer": {"origin": "http://a"}}},
        {"uid": "1", "recipient": "me@a", "badge": {"issuer": {"origin": "a"}}, "verify": {}},
        {"_originalRecipient": "x", "badge": "y"},
        {},
    ],
)
def test_what_the_backpack_did_not_rewrite_stays(document):
    assert not is_franken(document)
    assert invert(document) == Originals(document)
    assert invert(document).assertion is document


def test_missing_addresses_leave_their_documents_embedded():
    body = {"_originalRecipient": RECIPIENT, "badge": {"name": "n", "issuer": {"name": "i"}}}
    assert invert(body).assertion["badge"] == body["badge"]
    body["badge"] = {**body["badge"], "_location": "http://a/b"}
    originals = invert(body)
    assert originals.badge_class == {"name": "n", "issuer": {"name": "i"}}
    assert originals.issuer is None

"""The shapes in which a Badgr server complains, and the causes found in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.destinations.badgr.cause import cause
from migrator.destinations.badgr.complaint import Complaint, complaints
from migrator.reasons import REASONS

NODE = "https://issuer.example/badge.json"


def v2(*errors, fields=None):
    return {"status": {"success": False}, "validationErrors": list(errors), "fieldErrors": fields}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (v2(), ()),
        (v2({"name": "DUPLICATE_BADGE", "description": "there"}), ("DUPLICATE_BADGE",)),
        (v2("A sentence.", "Another."), ("", "")),
        (
            v2("FETCH_HTTP_NODE", "Unable", "VERIFY_JWS", "False", "no"),
            ("FETCH_HTTP_NODE", "VERIFY_JWS"),
        ),
        (v2("FETCH_HTTP_NODE"), ("FETCH_HTTP_NODE",)),
        (v2("FETCH_HTTP_NODE", "False"), ("FETCH_HTTP_NODE",)),
        (v2("A.", {"name": "X_Y", "result": "r"}, "B."), ("", "X_Y", "")),
        (v2(None, 3, ["x"]), ()),
        (v2(fields={"url": ["Bad.", "Worse."]}), ("url", "url")),
        (v2(fields={"url": "Bad."}), ("url",)),
        (v2(fields=[{}, {"recipient": {"type": ["x"]}}]), ("type",)),
        (v2(fields="Method not allowed."), ("",)),
        ({"validationErrors": "A sentence."}, ("",)),
        ([{"name": "X_Y", "success": "False", "result": "r", "node_id": NODE}], ("X_Y",)),
        ([{"url": ["Bad."]}], ("url",)),
        (["Could not register email address."], ("",)),
        ({"detail": "No permission."}, ("",)),
        ({"email": ["Enter a valid email address."]}, ("email",)),
        ({"error": "invalid_grant", "error_description": "No."}, ("",)),
        ({"status": {"error": [{"name": "X_Y", "description": "d"}], "statusCode": 400}}, ("X_Y",)),
        ({"status": {"error": "A sentence."}}, ("",)),
        ({"name": "X_Y", "description": "d"}, ("X_Y",)),
        ("A sentence.", ("",)),
        (None, ()),
        (7, ()),
    ],
)
def test_every_shape_of_complaint_is_read(body, found):
    assert tuple(one.name for one in complaints(body)) == found


def test_a_flattened_list_gives_back_message_node_and_property():
    words = ["VALIDATE_PROPERTY", "False", "t1", "ERROR", NODE, "issuedOn"]
    words += ["VALIDATE_PROPERTY", "False", "t2", "ERROR", "owner"]
    words += ["REPORT_MESSAGE", "True", "t3", "ERROR", "_:b5", "VERIFY_SIGNATURE", "for people"]
    assert complaints(v2(*words)) == (
        Complaint("VALIDATE_PROPERTY", "t1", NODE, "issuedOn"),
        Complaint("VALIDATE_PROPERTY", "t2", None, "owner"),
        Complaint("REPORT_MESSAGE", "t3", "_:b5"),
        Complaint("VERIFY_SIGNATURE", "for people", summary=True),
    )


def test_complaints_without_end_are_cut():
    assert len(complaints(v2(*["A sentence."] * 5000))) == 200


def deep(levels):
    value = "x"
    for _ in range(levels):
        value = {"a": [value]}
    return value


def test_complaints_nested_without_end_are_not_followed():
    assert complaints(v2(fields=deep(300))) == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["X_Y", "False", "ERROR"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["validationErrors", "fieldErrors", "name", "result", "status", "error"]
            )
            | st.text(),
            inner,
        )
    ),
    max_leaves=12,
)


@pytest.mark.no_cover  # dozens of examples of what other tests measure
@settings(max_examples=60, deadline=None)
@given(JSON)
def test_whatever_a_server_says_is_read_without_a_fall(body):
    found = cause(complaints(body))
    assert found is None or found in REASONS


def said(name, text, node=NODE, prop=None):
    return Complaint(name, text, node, prop)


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        (
            said("VALIDATE_PROPERTY", "Required property name not present in"),
            "badge_class_incomplete",
        ),
        (
            said("VALIDATE_PROPERTY", "Required property name not present in", "http://x/issuer"),
            "issuer_incomplete",
        ),
        (
            said("VALIDATE_PROPERTY", "Required property publicKeyPem not present"),
            "signing_key_missing",
        ),
        (said("VALIDATE_PROPERTY", "URL property url value x not valid in"), "issuer_incomplete"),
        (
            said("VALIDATE_PROPERTY", "ID-type property image had value `{...}` that isn't URI"),
            "badge_class_incomplete",
        ),
        (
            said("VALIDATE_PROPERTY", "ID-type property evidence had value `x` not embedded"),
            "badge_incomplete",
        ),
        (said("VALIDATE_PROPERTY", "IRI property id value abc not valid in"), "badge_incomplete"),
        (
            said("VALIDATE_PROPERTY", "DATETIME property issuedOn value None not valid"),
            "no_issue_date",
        ),
        (said("VALIDATE_PROPERTY", "something new", prop="criteria"), "badge_class_incomplete"),
        (said("VALIDATE_PROPERTY", "something new"), "badge_incomplete"),
        (
            said("IMAGE_VALIDATION", "image of type 'text/html .html' is unsupported"),
            "badge_image_missing",
        ),
        (said("IMAGE_VALIDATION", "something new"), "badge_image_missing"),
        (said("UPGRADE_1_1_NODE", "Could not upgrade the date"), "bad_date"),
        (said("IDENTITY_OBJECT_PROPERTY_DEPENDENCIES", "must match"), "recipient_unreadable"),
        (said("VERIFY_SIGNED_ASSERTION_NOT_REVOKED", "revoked"), "revoked"),
        (said("VERIFY_RECIPIENT_IDENTIFIER", "something new"), "wrong_recipient"),
        (said("DETECT_AND_VALIDATE_NODE_CLASS", "{'revoked': True}"), "revoked"),
        (
            said("JSONLD_COMPACT_DATA", "JsonLdError https://purl/spec/ob/v3p0"),
            "version_unsupported",
        ),
        (said("NEWS_TO_US", "something new"), None),
        (said("", "something new"), None),
    ],
)
def test_each_complaint_has_its_cause(complaint, reason):
    assert cause([complaint]) == reason


def test_the_validator_s_own_words_outweigh_the_sentence_for_people():
    friendly = Complaint("VERIFY_SIGNATURE", "Could not verify signature", summary=True)
    own = said("VERIFY_KEY_OWNERSHIP", "signed by another key")
    assert cause([friendly, own]) == "signing_key_missing"
    assert cause([friendly]) == "signature_invalid"


def test_of_several_causes_the_most_telling_is_named():
    expired = said("ASSERTION_TIMESTAMP_CHECKS", "Assertion x expired on 2018")
    stranger = said("VERIFY_RECIPIENT_IDENTIFIER", "of type email did not match")
    dead = said("FETCH_HTTP_NODE", "ConnectionError")
    assert cause([stranger, dead]) == "host_dead"
    assert cause([stranger, expired, dead]) == "expired"


def test_two_incomplete_documents_are_not_taken_for_a_revoked_one():
    missing = [("recipient", "a:1"), ("badge", "a:1"), ("verification", "a:2"), ("issuedOn", "a:2")]
    found = [
        said("VALIDATE_PROPERTY", f"Required property {prop} not present in x", node)
        for prop, node in missing
    ]
    assert cause(found) == "no_issue_date"

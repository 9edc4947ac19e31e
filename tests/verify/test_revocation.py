"""Revocation lists of 1.x and 2.0, and documents that say it of themselves."""

from __future__ import annotations

import pytest

from migrator.verify.hosts.revocation import NO_REASON, is_list, is_revoked, listed, own_reason

URL = "https://issuer.example/a/1"


def of_20(*entries):
    return {"@context": "https://w3id.org/openbadges/v2", "revokedAssertions": list(entries)}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"u1": "cheated"}, "cheated"),
        ({"u1": None}, NO_REASON),
        ({"u2": "cheated"}, None),
        (of_20(URL), NO_REASON),
        (of_20({"id": "HTTPS://issuer.example:443/a/1", "revocationReason": " late "}), "late"),
        (of_20({"uid": "u1", "revocationReason": "late"}), "late"),
        (of_20("https://issuer.example/a/2", {"id": 7}, 3, None), None),
        (of_20(), None),
        ({"revokedAssertions": URL}, NO_REASON),
        ({"type": "RevocationList", "u1": "x"}, None),
    ],
)
def test_a_badge_is_found_in_either_kind_of_list(document, reason):
    assert listed(document, {URL}, "u1") == reason


def test_a_uid_that_is_not_known_is_nobodys():
    assert listed({"u1": "cheated"}, {URL}, None) is None
    assert listed(of_20({"uid": None}), set(), None) is None


def test_what_can_be_a_list():
    assert is_list({"u1": "reason", "u2": None})
    assert is_list(of_20())
    assert is_list({})
    assert not is_list({"name": "x", "more": [1]})


@pytest.mark.parametrize("value", [True, "true", 1])
def test_a_document_that_says_it_was_revoked(value):
    document = {"revoked": value, "revocationReason": "late"}
    assert is_revoked(document)
    assert own_reason(document) == "late"
    assert not is_revoked({"revoked": False})
    assert not is_revoked({})

"""Open Educational Badges: Open Badges 3.0 kept apart, and sign-ins that cannot be refreshed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from migrator.destinations import presets
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, Held, Input, OutcomeState, Parcel
from migrator.errors import SignInFailed
from migrator.net import Client

SELF = {"result": [{"emails": [{"email": "ann@example.org", "verified": True}]}]}
PATH = "/v1/earner/imported-badges"
DOCUMENT = json.dumps({"id": "urn:uuid:1", "name": "Räume"}, indent=1, ensure_ascii=False)
PARCEL = Parcel("Art", frozenset({"urn:uuid:1"}), document=DOCUMENT.encode())


@pytest.fixture
def oeb(httpserver, monkeypatch):
    (known,) = (one for one in presets.PRESETS if one.name == "oeb")
    monkeypatch.setattr(presets, "at", lambda url: replace(known, url=url))
    client = Client(allow_private=True, read_timeout=2)
    yield Badgr(httpserver.url_for("").rstrip("/"), client=client)
    client.close()


@pytest.fixture
def session(httpserver, oeb):
    httpserver.expect_oneshot_request("/v2/users/self").respond_with_json(SELF)
    signed_in = oeb.sign_in(Credentials("ann@example.org", "s3cret-Pass", access_token="t0ken"))
    httpserver.clear_log()
    return signed_in


def test_only_where_there_is_a_place_for_them_are_documents_taken_as_they_are(oeb):
    assert oeb.capabilities.inputs == {Input.URL, Input.IMAGE, Input.ASSERTION, Input.DOCUMENT}


def test_a_credential_goes_to_its_own_place_as_the_text_it_was_found_as(httpserver, session):
    made = {"id": "abc", "original_json": {}}
    httpserver.expect_request(PATH, method="POST").respond_with_json(made, 201)
    outcome = session.send(PARCEL)
    assert (outcome.state, outcome.remote_id) == (OutcomeState.DONE, "imported-badges/abc")
    ((request, _),) = httpserver.log
    assert request.get_json() == {"assertion": DOCUMENT}


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        ("DUPLICATE_BADGE", OutcomeState.ALREADY_THERE, None),
        ("VERIFY_RECIPIENT_IDENTIFIER", OutcomeState.REFUSED, "wrong_recipient"),
        ("INVALID_BADGE", OutcomeState.REFUSED, "badge_incomplete"),
        ("INVALID_INPUT_TYPE", OutcomeState.REFUSED, "badge_incomplete"),
    ],
)
def test_its_refusals_are_understood(httpserver, session, error, state, reason):
    said = [{"name": error, "description": "..."}]
    httpserver.expect_request(PATH, method="POST").respond_with_json(said, 400)
    outcome = session.send(PARCEL)
    assert (outcome.state, outcome.reason, outcome.remote_id) == (state, reason, None)


def test_both_places_are_listed_and_an_id_is_found_wherever_it_stands(httpserver, session):
    mine = {"result": [{"entityId": "1", "openBadgeId": "https://x.example/1"}]}
    httpserver.expect_request("/v2/backpack/assertions").respond_with_json(mine)
    rows = [
        {"id": "a", "original_json": {"id": "urn:uuid:1"}, "json": {"id": None}},
        {"id": "b", "original_json": {"assertion": {"id": "HTTPS://X.example/2"}}},
        {"id": "c", "json": {"id": "https://x.example/3"}},
        {"id": "d", "original_json": {}},
        {"original_json": {"id": "urn:uuid:5"}},
        7,
    ]
    httpserver.expect_request(PATH, method="GET").respond_with_json(rows)
    assert list(session.held()) == [
        Held("1", "https://x.example/1"),
        Held("imported-badges/a", "urn:uuid:1"),
        Held("imported-badges/b", "https://x.example/2"),
        Held("imported-badges/c", "https://x.example/3"),
    ]
    assert session.find(PARCEL).remote_id == "imported-badges/a"


def test_what_is_no_list_is_not_taken_for_an_empty_one(httpserver, session):
    httpserver.expect_request("/v2/backpack/assertions").respond_with_json({"result": []})
    httpserver.expect_request(PATH, method="GET").respond_with_json({"result": []})
    with pytest.raises(SignInFailed):
        list(session.held())


def test_a_collection_is_filled_with_what_can_be_in_one(httpserver, session):
    path = "/v2/backpack/collections/c1"
    httpserver.expect_request(path, method="PUT").respond_with_json({"result": []})
    session.fill_collection("c1", "Art", ("1", "imported-badges/a"))
    ((request, _),) = httpserver.log
    assert request.get_json() == {"name": "Art", "assertions": ["1"]}


def test_a_403_is_answered_with_the_password_because_nothing_is_refreshed_there(httpserver, oeb):
    tokens = {"access_token": "t0ken-2", "refresh_token": "r3fresh-2"}
    httpserver.expect_ordered_request("/v2/users/self").respond_with_json({}, 403)
    httpserver.expect_ordered_request("/o/token").respond_with_json(tokens)
    httpserver.expect_ordered_request("/v2/users/self").respond_with_json(SELF)
    known = Credentials("ann@example.org", "s3cret-Pass", "r3fresh-1", "t0ken-1")
    assert oeb.sign_in(known).credentials.access_token == "t0ken-2"
    assert httpserver.log[1][0].form["grant_type"] == "password"


def test_without_a_password_a_refresh_is_tried_all_the_same(httpserver, oeb):
    httpserver.expect_ordered_request("/v2/users/self").respond_with_json({}, 403)
    httpserver.expect_ordered_request("/o/token").respond_with_json({"error": "invalid_grant"}, 400)
    known = Credentials("ann@example.org", None, "r3fresh-1", "t0ken-1")
    with pytest.raises(SignInFailed, match="run out") as error:
        oeb.sign_in(known)
    assert error.value.next_step == "Run `login` again."
    assert httpserver.log[1][0].form["grant_type"] == "refresh_token"

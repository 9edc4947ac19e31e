"""Adding addresses to an account, held to the recorded traps and to the rehearsal."""

from __future__ import annotations

import json

import pytest

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, NotAccepted, OutcomeState
from migrator.destinations.wrapper import Wrapper
from migrator.openbadges.model import Addresses

ALICE, OLD, PENDING = "alice@example.org", "alice.old@example.net", "alice.pending@example.com"
VARIANT = "Alice@Example.org"


def enter(running, credentials):
    return Badgr(running.url).sign_in(credentials)


def user(*emails):
    return {"status": {"success": True}, "result": [{"emails": list(emails)}]}


def entry(email, *, primary=False, verified=True, variants=()):
    known = {"email": email, "verified": verified, "primary": primary}
    return known | {"caseVariants": list(variants)}


@pytest.fixture
def session(httpserver, at):
    """Alice signed in at a server of the test; at sign-in she has one address."""
    known = user(entry(ALICE, primary=True))
    httpserver.expect_oneshot_request("/v2/users/self").respond_with_json(known)
    signed_in = at().sign_in(Credentials(ALICE, access_token="token"))
    httpserver.clear_log()
    return signed_in


def sent(httpserver):
    return [request.json for request, _ in httpserver.log if request.method == "PUT"]


def test_a_spelling_is_saved_and_no_address_is_lost(fresh, alice):
    session = enter(fresh, alice)
    before = session.addresses
    outcome = Wrapper(session).add_spelling(VARIANT)
    assert outcome.state is OutcomeState.DONE
    assert not outcome.pending
    assert session.addresses == Addresses(before.verified, before.unverified, (VARIANT,))
    assert enter(fresh, alice).addresses == session.addresses
    assert session.add_spelling(VARIANT).state is OutcomeState.ALREADY_THERE
    assert fresh.state.requests["PUT /v2/users/self", 200] == 1


def test_a_spelling_of_an_unconfirmed_or_strange_address_is_not_saved(fresh, alice):
    session = enter(fresh, alice)
    for spelling in (PENDING.upper(), "Bob@Example.org"):
        outcome = session.add_spelling(spelling)
        assert outcome.state is OutcomeState.REFUSED
        assert "no confirmed address" in outcome.detail
    assert not [one for one in fresh.state.requests if one[0].startswith("PUT")]


def test_the_whole_list_goes_back_with_what_came_since_the_sign_in(httpserver, session):
    listed = (
        entry(ALICE, primary=True, variants=("ALICE@example.org",)),
        entry(OLD),
        entry(PENDING, verified=False),
    )
    saved = (entry(ALICE, primary=True, variants=("ALICE@example.org", VARIANT)), *listed[1:])
    path = "/v2/users/self"
    httpserver.expect_request(path, method="GET").respond_with_json(user(*listed))
    httpserver.expect_request(path, method="PUT").respond_with_json(user(*saved))
    assert session.add_spelling(VARIANT).state is OutcomeState.DONE
    assert sent(httpserver) == [{"emails": list(saved)}]
    assert session.addresses == Addresses((ALICE, OLD), (PENDING,), ("ALICE@example.org", VARIANT))


@pytest.mark.parametrize("primaries", [0, 2])
def test_a_list_over_which_the_server_would_fail_is_never_sent(httpserver, session, primaries):
    listed = (entry(ALICE, primary=primaries > 0), entry(OLD, primary=primaries > 1))
    httpserver.expect_request("/v2/users/self").respond_with_json(user(*listed))
    outcome = session.add_spelling(VARIANT)
    assert outcome.state is OutcomeState.REFUSED
    assert "primary" in outcome.detail
    assert sent(httpserver) == []


def test_a_spelling_the_server_drops_in_silence_is_no_success(httpserver, session):
    answer = user(entry(ALICE, primary=True))
    httpserver.expect_request("/v2/users/self").respond_with_json(answer)
    assert session.add_spelling(VARIANT).state is OutcomeState.REFUSED
    assert session.addresses == Addresses((ALICE,))


def test_a_refused_list_is_told_in_the_servers_words(httpserver, session):
    path = "/v2/users/self"
    httpserver.expect_request(path, method="GET").respond_with_json(
        user(entry(ALICE, primary=True))
    )
    refused = {"status": {"success": False}, "validationErrors": ["Not today."]}
    httpserver.expect_request(path, method="PUT").respond_with_data(
        json.dumps(refused), 400, content_type="application/json"
    )
    with pytest.raises(NotAccepted, match="Not today"):
        session.add_spelling(VARIANT)


def test_an_address_goes_through_every_wrapper(fresh, alice):
    session = Wrapper(enter(fresh, alice))
    assert session.add_email("alice.new@example.org").pending
    assert "alice.new@example.org" in session.addresses.unverified
    assert fresh.state.requests["POST /v1/user/emails", 201] == 1

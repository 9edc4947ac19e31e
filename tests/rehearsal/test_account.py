from __future__ import annotations

import pytest
import requests

SIGN_UP = {"first_name": "Eve", "last_name": "N", "email": "eve@example.org", "password": "pw"}
SELF = "/v2/users/self"
EMAILS = "/v1/user/emails"


def post(rehearsal, path, body):
    return requests.post(rehearsal.url + path, json=body, timeout=5)


def mine(visitor):
    return visitor.ask("GET", SELF).json()["result"][0]["emails"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "eve"}, "email"),
        ({"password": ""}, "password"),
        ({"first_name": 1}, "first_name"),
    ],
)
def test_sign_up_names_the_field_that_is_wrong_and_backs_off(start, clock, change, field):
    rehearsal = start()
    answer = post(rehearsal, "/v1/user/profile", SIGN_UP | change)
    assert answer.status_code == 400
    assert field in answer.json()
    assert post(rehearsal, "/v1/user/profile", SIGN_UP).status_code == 429
    clock.advance(2)
    assert post(rehearsal, "/v1/user/profile", SIGN_UP).status_code == 201


def test_sign_up_with_a_known_address_is_refused(start):
    body = SIGN_UP | {"email": "BOB@example.org"}
    assert post(start(), "/v1/user/profile", body).status_code == 400


def test_profile_can_be_renamed_without_touching_the_addresses(start, visit):
    visitor = visit(start())
    before = mine(visitor)
    changed = visitor.ask("PUT", SELF, {"firstName": "Alicia"}).json()["result"][0]
    assert (changed["firstName"], changed["emails"]) == ("Alicia", before)


@pytest.mark.parametrize(
    "emails",
    [
        "alice@example.org",
        [{"email": "alice", "primary": True}],
        [{"email": "alice@example.org", "primary": True, "caseVariants": "x"}],
        [{"email": "alice@example.org", "primary": True}, {"email": "bob@example.org"}],
    ],
)
def test_list_of_addresses_that_cannot_be_is_refused_and_nothing_changes(start, visit, emails):
    visitor = visit(start())
    before = mine(visitor)
    assert visitor.ask("PUT", SELF, {"emails": emails}).status_code == 400
    assert mine(visitor) == before


def test_spelling_is_saved_for_confirmed_addresses_and_for_true_variants_only(start, visit):
    visitor = visit(start())
    emails = [
        {
            "email": "alice@example.org",
            "primary": True,
            "caseVariants": ["ALICE@example.org", "alice@example.org", "bob@x.org", 3],
        },
        {"email": "alice.pending@example.com", "caseVariants": ["Alice.Pending@example.com"]},
    ]
    assert visitor.ask("PUT", SELF, {"emails": emails}).status_code == 200
    saved = {each["email"]: each["caseVariants"] for each in mine(visitor)}
    assert saved == {"alice@example.org": ["ALICE@example.org"], "alice.pending@example.com": []}


def test_removed_address_is_free_for_somebody_else(start, visit, clock):
    rehearsal = start()
    visitor = visit(rehearsal)
    visitor.ask("PUT", SELF, {"emails": [{"email": "alice@example.org", "primary": True}]})
    body = SIGN_UP | {"email": "alice.old@example.net"}
    assert post(rehearsal, "/v1/user/profile", body).status_code == 201


def test_unconfirmed_address_can_be_taken_over_but_a_confirmed_one_cannot(start, visit):
    rehearsal = start()
    alice = visit(rehearsal)
    bob = rehearsal.state.owner("bob@example.org")
    rehearsal.state.add_email(bob, "shared@example.org")
    assert alice.ask("POST", EMAILS, {"email": "Shared@example.org"}).status_code == 201
    assert [each.email for each in bob.emails] == ["bob@example.org"]


def test_address_is_looked_at_made_primary_and_deleted(start, visit):
    visitor = visit(start())
    first, second, third = visitor.ask("GET", EMAILS).json()
    path = f"{EMAILS}/{second['id']}"
    assert visitor.ask("GET", path).json() == second
    assert visitor.ask("PUT", path, {"primary": True}).json()["primary"] is True
    assert visitor.ask("DELETE", path).status_code == 400
    assert visitor.ask("DELETE", f"{EMAILS}/{first['id']}").status_code == 200
    assert [each["email"] for each in mine(visitor)] == [second["email"], third["email"]]
    assert visitor.ask("GET", f"{EMAILS}/{first['id']}").status_code == 404


def test_unconfirmed_address_cannot_be_primary(start, visit):
    visitor = visit(start())
    third = visitor.ask("GET", EMAILS).json()[2]
    assert visitor.ask("PUT", f"{EMAILS}/{third['id']}", {"primary": True}).json() == third


@pytest.mark.parametrize("address", ["x", 7, None])
def test_address_that_is_none_is_refused(start, visit, address):
    answer = visit(start()).ask("POST", EMAILS, {"email": address})
    assert answer.json() == {"email": ["Enter a valid email address."]}


def test_confirmation_mail_can_be_asked_for_again_after_five_minutes(start, visit, clock):
    visitor = visit(start())
    path = f"{EMAILS}/{visitor.ask('GET', EMAILS).json()[2]['id']}"
    assert visitor.ask("PUT", path, {"resend": True}).status_code == 200
    clock.advance(61)
    waiting = visitor.ask("PUT", path, {"resend": True})
    assert (waiting.status_code, "3 minutes and 59" in waiting.json()) == (429, True)
    clock.advance(240)
    assert visitor.ask("PUT", path, {"resend": True}).status_code == 200


def test_forgotten_password_of_nobody_looks_like_anybodys(start):
    rehearsal = start()
    for _ in range(2):
        answer = post(rehearsal, "/v1/user/forgot-password", {"email": "nobody@example.org"})
        assert (answer.status_code, answer.json()) == (200, {})

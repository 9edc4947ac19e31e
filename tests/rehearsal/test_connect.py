"""Badge Connect of the rehearsal, where no exchange was recorded; those are in test_contract."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from migrator.rehearsal.connect import SCOPES
from migrator.rehearsal.tokens import PUBLIC, Application

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().strip("=")
BACK = "https://client.example.org/done"
CLIENT = {
    "client_name": "A program",
    "client_uri": "https://client.example.org/",
    "logo_uri": "https://client.example.org/logo.png",
    "tos_uri": "https://client.example.org/tos",
    "policy_uri": "https://client.example.org/policy",
    "software_id": "program",
    "software_version": "1",
    "redirect_uris": [BACK],
}
DESK = Application("desk", "A desk", SCOPES, redirect_uris=(BACK,))
WISH = {
    "client_id": "desk",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": " ".join(SCOPES),
    "state": "s1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
SAYS_YES = {"username": "alice@example.org", "password": "Al1ce-passw0rd", "allow": "yes"}


@pytest.fixture
def backpack(start):
    return start(applications=(PUBLIC, DESK))


def page(backpack, form, **wish):
    url = f"{backpack.url}/auth/oauth2/authorize"
    return requests.post(url, params=WISH | wish, data=form, timeout=5)


def address(answer):
    return html.unescape(re.search(r'id="address">([^<]+)<', answer.text)[1])


def code(backpack, **wish):
    return parse_qs(urlsplit(address(page(backpack, SAYS_YES, **wish))).query)["code"][0]


def exchange(backpack, value, **fields):
    form = {
        "grant_type": "authorization_code",
        "client_id": "desk",
        "code": value,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    return requests.post(f"{backpack.url}/o/token", data=form | fields, timeout=5)


def register(backpack, **changes):
    return requests.post(f"{backpack.url}/o/register", json=CLIENT | changes, timeout=5)


def test_person_who_says_yes_on_the_page_gets_the_address_that_the_program_waits_for(backpack):
    shown = requests.get(f"{backpack.url}/auth/oauth2/authorize", params=WISH, timeout=5)
    assert "A desk" in shown.text
    assert "Add badges into" in shown.text
    found = urlsplit(address(page(backpack, SAYS_YES)))
    assert f"{found.scheme}://{found.netloc}{found.path}" == BACK
    assert parse_qs(found.query)["state"] == ["s1"]
    granted = exchange(backpack, parse_qs(found.query)["code"][0])
    assert granted.json()["scope"] == " ".join(SCOPES)


def test_person_who_says_no_gives_no_code(backpack):
    found = parse_qs(urlsplit(address(page(backpack, SAYS_YES | {"allow": "no"}))).query)
    assert found == {"error": ["access_denied"], "state": ["s1"]}
    headers = {
        "Authorization": f"Bearer {exchange(backpack, code(backpack)).json()['access_token']}"
    }
    url = f"{backpack.url}/o/authorize"
    said = requests.post(url, json=WISH | {"allow": False}, headers=headers, timeout=5).json()
    assert "error=access_denied" in said["success_url"]


def test_wrong_password_on_the_page_gives_no_code_and_opens_the_window_of_the_back_off(backpack):
    wrong = page(backpack, SAYS_YES | {"password": "guessed"})
    assert wrong.status_code == 401
    assert "code=" not in wrong.text
    assert page(backpack, SAYS_YES).status_code == 429


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        ({}, {"code_verifier": "another"}),
        ({}, {"redirect_uri": "https://elsewhere.example.org/"}),
        ({}, {"client_id": "public"}),
        ({}, {"code": "no-such-code"}),
    ],
)
def test_code_that_does_not_fit_is_an_invalid_grant(backpack, wish, fields):
    answer = exchange(backpack, code(backpack, **wish), **fields)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_code_is_good_for_a_minute(backpack, clock):
    value = code(backpack)
    clock.advance(61)
    assert exchange(backpack, value).json() == {"error": "invalid_grant"}


def test_program_that_gave_no_challenge_needs_no_verifier(backpack):
    value = code(backpack, code_challenge="")
    assert exchange(backpack, value, code_verifier="").ok


@pytest.mark.parametrize(
    "wish",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example.org/"},
        {"scope": "rw:issuer"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_program_that_asks_for_what_it_may_not_is_refused(backpack, wish):
    answer = requests.get(f"{backpack.url}/o/authorize", params=WISH | wish, timeout=5)
    assert answer.status_code == 400
    assert "error" in answer.json()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"redirect_uris": ["https://other.example.org/"]}, "one domain"),
        ({"logo_uri": "https://other.example.org/logo.png"}, "one domain"),
        ({"tos_uri": "https://[broken"}, "tos_uri: Must be a valid HTTPS URI"),
        ({"redirect_uris": BACK + "/"}, ""),
        ({"scope": "rw:backpack"}, "No supported Badge Connect scopes"),
        ({"token_endpoint_auth_method": "none"}, "not supported"),
    ],
)
def test_registration_says_what_is_wrong(backpack, changes, said):
    answer = register(backpack, **changes)
    assert answer.ok is (not said)
    assert said in answer.json().get("error", "")


def test_unknown_scopes_are_dropped_in_silence(backpack):
    assert register(backpack, scope=f"rw:backpack {SCOPES[0]}").json()["scope"] == SCOPES[0]


class Learner:
    """Alice with a token for Badge Connect."""

    def __init__(self, backpack):
        self.url = backpack.url
        token = exchange(backpack, code(backpack)).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def ask(self, method, path, **more):
        return requests.request(method, self.url + path, headers=self.headers, timeout=20, **more)

    def bring(self, name):
        body = {"assertion": {"id": f"http://localhost:8099/{name}/assertion.json"}}
        assert self.ask("POST", "/bcv1/assertions", json=body).status_code == 201


def test_pages_follow_each_other_and_what_came_last_is_first(backpack):
    alice = Learner(backpack)
    for name in ("ob2a", "ob2b", "pending"):
        alice.bring(name)
    found, path = [], "/bcv1/assertions?limit=2"
    while path:
        answer = alice.ask("GET", path)
        found += [one["id"] for one in answer.json()["results"]]
        path = answer.links.get("next", {}).get("url", "").removeprefix(backpack.url)
    assert [one.split("/")[3] for one in found] == ["pending", "ob2b", "ob2a"]
    assert answer.links["prev"]["url"].endswith("limit=2&offset=0")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?limit=0", 200),
        ("?limit=nonsense&offset=-3", 200),
        ("?since=2026-01-01T00:00:00Z", 200),
        ("?since=2030-01-01T00:00:00Z", 200),
        ("?since=yesterday", 400),
    ],
)
def test_odd_queries_of_the_list_are_answered(backpack, query, expected):
    answer = Learner(backpack).ask("GET", f"/bcv1/assertions{query}")
    assert answer.status_code == expected
    assert answer.json()["status"]["statusCode"] == expected


@pytest.mark.parametrize("assertion", ["http://localhost:8099/ob2a/assertion.json", {"id": 7}, []])
def test_assertion_without_an_address_is_a_bad_request(backpack, assertion):
    answer = Learner(backpack).ask("POST", "/bcv1/assertions", json={"assertion": assertion})
    assert answer.json()["status"]["statusText"] == "BAD_REQUEST"

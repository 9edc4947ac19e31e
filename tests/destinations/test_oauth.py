"""The address to open, and what a person pastes: all of it without a server."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Capabilities, Input
from migrator.destinations.oauth import (
    App,
    NotTheCode,
    challenge_of,
    code_in,
    in_browser,
    invitation,
    proof_of,
)
from migrator.errors import SignInFailed, Usage

PAGE = "https://backpack.example.org/auth/oauth2/authorize"
TOKEN = "https://api.example.org/o/token"
BACK = "https://school.example.org/done"
APP = App("an-app", BACK, "s3cret")
CODE = "CIZko1HfvtxdATqUF6qaLwowjNTg6Y"


@pytest.fixture
def invited():
    return invitation(PAGE, TOKEN, APP, ("rw:profile", "rw:backpack"))


def back(invited, **more):
    query = {"code": CODE, "state": invited.state} | more
    return f"{BACK}?{'&'.join(f'{name}={quote(value)}' for name, value in query.items())}"


def test_challenge_is_that_of_the_recorded_exchange():
    verifier = "4ktURpWKXBvUTJj1LY6WMFKtCaqn47LlomUZmi9VDBFDfB81nHw9ztkW72h-hcqt"
    assert challenge_of(verifier) == "iXoE2vAYOCxpXDIT2oEW3t817WrUAh4bocRDu3kjmiI"


def test_address_to_open_asks_for_a_code_and_shows_no_secret(invited):
    query = parse_qs(urlsplit(invited.url).query)
    assert query["response_type"] == ["code"]
    assert query["redirect_uri"] == [BACK]
    assert query["scope"] == ["rw:profile rw:backpack"]
    assert query["code_challenge"] == [challenge_of(invited.verifier)]
    assert "s3cret" not in invited.url
    assert invited.verifier not in invited.url


def test_each_sign_in_has_secrets_of_its_own_that_do_not_show(invited):
    other = invitation(PAGE, TOKEN, APP, ())
    assert other.state != invited.state
    assert other.verifier != invited.verifier
    shown = repr(invited)
    assert not any(one in shown for one in (invited.verifier, "s3cret", f"state='{invited.state}"))


def test_address_of_a_page_that_has_a_query_already_keeps_it():
    url = invitation(f"{PAGE}?lang=de", TOKEN, APP, ()).url
    assert url.startswith(f"{PAGE}?lang=de&response_type=code")


@pytest.mark.parametrize(
    "pasted",
    [
        "{whole}",
        "  {whole}\n",
        "{broken}",
        "{query}",
        "?{query}",
        "{fragment}",
        "{source}",
        CODE,
        f"'{CODE}'".strip("'"),
    ],
)
def test_code_is_found_in_whatever_of_the_address_was_copied(invited, pasted):
    whole = back(invited)
    forms = {
        "whole": whole,
        "broken": whole[:30] + "\n  " + whole[30:],
        "query": urlsplit(whole).query,
        "fragment": whole.replace("?", "#"),
        "source": whole.replace("&", "&amp;"),
    }
    assert code_in(pasted.format(**forms), invited) == CODE


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Nothing was pasted"),
        ("x" * 20_000, "Nothing was pasted"),
        ("https://school.example.org/done", "no code in what was pasted"),
        ("rubbish", "no code in what was pasted"),
        ("https://[::1", "no code in what was pasted"),
        ("{opened}", "the address to open"),
        ("{stale}", "another sign-in"),
        ("https://school.example.org/done?code=" + CODE, "another sign-in"),
    ],
)
def test_anything_else_is_told_from_it_without_asking_the_server(invited, pasted, said):
    forms = {"opened": invited.url, "stale": back(invited, state="of-yesterday")}
    with pytest.raises(NotTheCode, match=said):
        code_in(pasted.format(**forms) if "{" in pasted else pasted, invited)


def test_a_no_is_not_asked_for_again(invited):
    with pytest.raises(SignInFailed, match="The answer was no") as no:
        code_in(f"{BACK}?error=access_denied&state={invited.state}", invited)
    assert not isinstance(no.value, NotTheCode)
    with pytest.raises(SignInFailed, match=r"invalid_scope.*--client-id"):
        code_in(f"{BACK}?error=invalid_scope", invited)


@given(st.text(max_size=80))
def test_whatever_is_pasted_is_a_code_or_refused_in_words(text):
    invited = invitation(PAGE, TOKEN, APP, ())
    try:
        assert code_in(text, invited)
    except SignInFailed as error:
        assert error.next_step  # noqa: PT017 -- either end is right


def test_program_with_a_secret_says_so_in_a_header_and_one_without_in_the_form():
    assert proof_of(App("public", BACK)) == ({"client_id": "public"}, {})
    form, headers = proof_of(App("a:b", BACK, "c&d"))
    assert form == {}
    sent = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert sent == "a%3Ab:c%26d"


def test_destination_without_a_browser_says_to_use_the_password():
    plain = Badgr("https://badgr.example")
    assert in_browser(plain) is plain
    plain.capabilities = Capabilities(inputs=frozenset(Input))
    with pytest.raises(Usage, match="leave out --browser"):
        in_browser(plain)

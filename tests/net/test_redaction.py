"""Planted secrets are never found again."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.net import redact

SECRET = "Pl4nted-s3cret_value.x"
PLANTED = {
    "header": f"Authorization: Bearer {SECRET}",
    "small header": f"authorization: bearer {SECRET}",
    "repr of headers": f"{{'Authorization': 'Bearer {SECRET}', 'Accept': 'x'}}",
    "basic": f"Authorization: Basic {SECRET}",
    "legacy token": f"Authorization: Token {SECRET}",
    "form": f"grant_type=password&username=a%40b.c&password={SECRET}&scope=x",
    "refresh form": f"grant_type=refresh_token&refresh_token={SECRET}",
    "secret form": f"client_id=public&client_secret={SECRET}",
    "json": json.dumps({"access_token": SECRET, "token_type": "Bearer"}),
    "json refresh": json.dumps({"refresh_token": SECRET}),
    "json with spaces": f'{{"password" : "{SECRET}"}}',
    "json cut off": f'{{"password": "{SECRET}',
    "python": f"{{'password': '{SECRET}'}}",
    "userinfo": f"https://alice:{SECRET}@badgr.example/v2",
    "userinfo without name": f"https://{SECRET}@badgr.example/v2",
    "query": f"GET https://badgr.example/v2/users/self?access_token={SECRET}&x=1",
    "sentence": f"the password: {SECRET} was refused",
    "cookie": f"Set-Cookie: {SECRET}",
    "keyword": f"token={SECRET}",
    "api key": f"api_key={SECRET}",
    "repr of credentials": f"Credentials(username='a', password='{SECRET}', other=1)",
}


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_a_planted_secret_is_hidden(text):
    shown = redact(text)
    assert SECRET not in shown
    assert "[hidden]" in shown


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_hiding_twice_changes_nothing_more(text):
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "The badge Token of Thanks was awarded to Alice.",
        "https://badgr.example/v2/backpack/assertions?include_pending=1",
        "Ask the issuer to restore its key at the old address, then run `retry`.",
        "mail to alice@example.org",
        "VERIFY_RECIPIENT_IDENTIFIER: recipient hash sha256$5f62a26b",
        "",
    ],
)
def test_plain_words_stay(text):
    assert redact(text) == text


def test_what_stands_beside_a_secret_stays():
    shown = redact(f"POST /o/token?x=1 password={SECRET}&scope=rw:backpack answered 400")
    assert shown == "POST /o/token?x=1 password=[hidden]&scope=rw:backpack answered 400"


def test_a_known_secret_is_hidden_wherever_it_stands():
    shown = redact("you said: tell me, friend", ["", "me", "tell me"])
    assert shown == "you said: [hidden], friend"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8))
def test_any_token_is_hidden_in_any_dress(token):
    token = f"x1{token}"
    for dress in (
        f"Bearer {token}",
        json.dumps({"refresh_token": token}),
        urlencode({"password": token}),
        f"https://u:{token}@host/",
    ):
        assert token not in redact(dress)


def test_the_code_of_a_sign_in_is_hidden_in_an_address():
    assert "s3cret" not in redact("https://backpack.example/back?state=1&code=s3cret#x")

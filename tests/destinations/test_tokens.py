"""Signing in and staying signed in, against recorded answers: every trap of the real one."""

from __future__ import annotations

import json
import socket

import pytest
from werkzeug import Request, Response

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.badgr.tokens import Tokens
from migrator.destinations.base import Credentials, TryLater
from migrator.errors import SignInFailed
from migrator.net import Client

PASSWORD = "Al1ce-passw0rd"
ALICE = Credentials("alice@example.org", password=PASSWORD)


@pytest.fixture
def play(httpserver, recorded):
    """Answer a path once with a recorded answer, or with what is given."""

    def add(path, answer, *, method="GET", **expected):
        if isinstance(answer, str):
            answer = recorded[answer]["response"]
            answer = (answer["status"], answer["body"], answer["headers"]["Content-Type"])
        status, body, kind = (*answer, "application/json")[:3]
        data = body if isinstance(body, str) else json.dumps(body)
        handler = httpserver.expect_ordered_request(path, method=method, **expected)
        handler.respond_with_data(data, status, content_type=kind)

    yield add
    httpserver.check_assertions()


def granted(access, refresh):
    return 200, {"access_token": access, "refresh_token": refresh, "token_type": "Bearer"}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def forms(httpserver):
    return [request.form.to_dict() for request, _ in httpserver.log if request.path == "/o/token"]


def test_a_password_is_sent_as_a_form_with_client_and_scope(httpserver, play, at):
    play("/o/token", "1-auth-01-token-ok", method="POST")
    play("/v2/users/self", "1-auth-17-self", headers=bearer("YRnc5JjEcFhZdxZ9R4nA4dGhOtpvwi"))
    session = at().sign_in(ALICE)
    (request, _), _ = httpserver.log
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not request.query_string
    assert forms(httpserver) == [
        {
            "grant_type": "password",
            "client_id": "public",
            "username": "alice@example.org",
            "password": PASSWORD,
            "scope": "rw:profile rw:backpack",
        }
    ]
    assert session.credentials.access_token == "YRnc5JjEcFhZdxZ9R4nA4dGhOtpvwi"
    assert session.credentials.refresh_token == "tgXQHfvTkIsD1wmLJEgiuWQlVisrRF"
    assert session.addresses.verified == ("alice@example.org", "alice.old@example.net")
    assert session.addresses.unverified == ("alice.pending@example.com",)


def test_saved_spellings_of_an_address_are_known(play, at):
    play("/o/token", "1-auth-01-token-ok", method="POST")
    play("/v2/users/self", "6-badgeconnect-39-self-put-variant")
    assert at().sign_in(ALICE).addresses.variants == ("Alice@Example.org",)


def test_a_token_that_still_works_is_used_without_asking_for_another(httpserver, play, at):
    play("/v2/users/self", "1-auth-17-self", headers=bearer("old"))
    at().sign_in(Credentials("alice@example.org", access_token="old", refresh_token="r"))
    assert forms(httpserver) == []


def test_a_token_that_has_run_out_is_renewed_once_and_handed_on_at_once(httpserver, play, at):
    play("/v2/users/self", "1-auth-47-expired-v2", headers=bearer("old"))
    play("/o/token", granted("new", "next"), method="POST")
    play("/v2/users/self", "1-auth-17-self", headers=bearer("new"))
    told = []
    used_up = Credentials("alice@example.org", access_token="old", refresh_token="r1")
    session = at().sign_in(used_up, told.append)
    (form,) = forms(httpserver)
    assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "r1")
    assert form["scope"] == "rw:profile rw:backpack"
    assert told == [session.credentials]
    assert (session.credentials.access_token, session.credentials.refresh_token) == ("new", "next")


def test_the_password_helps_when_the_refresh_token_is_used_up(httpserver, play, at):
    play("/o/token", "1-auth-16-refresh-garbage", method="POST")
    play("/o/token", "1-auth-01-token-ok", method="POST")
    play("/v2/users/self", "1-auth-17-self")
    at().sign_in(Credentials("alice@example.org", password=PASSWORD, refresh_token="used"))
    assert [form["grant_type"] for form in forms(httpserver)] == ["refresh_token", "password"]


def test_without_a_password_a_used_up_token_asks_for_login(play, at):
    play("/o/token", "1-auth-16-refresh-garbage", method="POST")
    with pytest.raises(SignInFailed, match=r"has run out\. Run `login` again"):
        at().sign_in(Credentials("alice@example.org", refresh_token="used"))


def test_a_refresh_token_survives_a_server_that_is_busy(httpserver, play):
    play("/o/token", (503, "<html>"), method="POST")
    play("/o/token", granted("new", "next"), method="POST")
    tokens = Tokens(
        Client(allow_private=True),
        httpserver.url_for("").rstrip("/"),
        Credentials("alice@example.org", refresh_token="r1"),
    )
    with pytest.raises(TryLater, match="cannot answer now"):
        tokens.renew()
    tokens.renew()
    assert [form["refresh_token"] for form in forms(httpserver)] == ["r1", "r1"]


def test_a_refresh_token_whose_answer_was_lost_is_not_used_again(httpserver):
    def hang_up(request: Request) -> Response:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response()

    httpserver.expect_oneshot_request("/o/token").respond_with_handler(hang_up)
    url = httpserver.url_for("").rstrip("/")
    credentials = Credentials("alice@example.org", refresh_token="r1")
    tokens = Tokens(Client(allow_private=True), url, credentials)
    with pytest.raises(TryLater) as lost:
        tokens.renew()
    assert lost.value.sent
    assert tokens.credentials.refresh_token is None
    with pytest.raises(SignInFailed, match="run out"):
        tokens.renew()


def test_a_refresh_token_that_never_left_is_kept():
    credentials = Credentials("alice@example.org", refresh_token="r1")
    tokens = Tokens(Client(allow_private=True), "http://127.0.0.1:9", credentials)
    with pytest.raises(TryLater) as lost:
        tokens.renew()
    assert not lost.value.sent
    assert tokens.credentials.refresh_token == "r1"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("1-auth-13-token-bad-password", "does not know alice@example.org with this password"),
        ("1-auth-13-token-bad-password", "Do not try again at once"),
        ("1-auth-14-token-right-after-bad", "Wait 2 seconds"),
        ("1-auth-06-token-ro-scope", "does not let programs use a backpack"),
        ("1-auth-09-token-bad-client", "does not know this program"),
        ("1-auth-07-token-json-body", "refused the sign-in"),
        ("1-auth-46-unknown-path", "There is no Badgr server at"),
        ((429, "<html>"), "Wait an hour"),
        ((401, {"detail": "no"}), "with this password"),
        ((200, "<html>welcome</html>"), "There is no Badgr server at"),
        ((200, {"access_token": ""}), "There is no Badgr server at"),
        ((301, ""), "There is no Badgr server at"),
    ],
)
def test_a_refused_sign_in_says_what_to_do_next_and_is_tried_once(
    httpserver, play, at, answer, words
):
    play("/o/token", answer, method="POST")
    with pytest.raises(SignInFailed) as failed:
        at().sign_in(ALICE)
    assert words in str(failed.value)
    assert failed.value.next_step
    assert PASSWORD not in repr(failed.value) + str(failed.value)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("1-auth-42-profile-only-backpack", "no confirmed e-mail address, or the sign-in lacks"),
        ("1-auth-46-unknown-path", "There is no Badgr server at"),
        ((200, {"hello": "world"}), "There is no Badgr server at"),
        ((200, {"result": []}), "There is no Badgr server at"),
        ((200, {"result": [{"emails": [{"email": "a@b.org", "verified": False}]}]}), "confirmed"),
        ((200, {"result": [{"emails": [None, {"email": 3}, "x"]}]}), "no confirmed address"),
        ((418, {"detail": "a teapot"}), "a teapot"),
        ((302, ""), "There is no Badgr server at"),
    ],
)
def test_an_account_that_cannot_use_its_backpack_is_told_why(play, at, answer, words):
    play("/o/token", "1-auth-01-token-ok", method="POST")
    play("/v2/users/self", answer)
    with pytest.raises(SignInFailed) as failed:
        at().sign_in(ALICE)
    assert words in str(failed.value)
    assert failed.value.next_step


@pytest.mark.parametrize(
    ("path", "answer", "words", "after"),
    [
        ("/v2/users/self", (502, "<html>"), "cannot answer now", None),
        ("/v2/users/self", (429, {"expires": 30}), "in 30 seconds", 30),
        ("/o/token", (500, "<html>"), "cannot answer now", None),
    ],
)
def test_a_server_in_trouble_is_no_fault_of_the_account(play, at, path, answer, words, after):
    play("/o/token", answer if path == "/o/token" else "1-auth-01-token-ok", method="POST")
    play("/v2/users/self", answer)
    with pytest.raises(TryLater, match=words) as failed:
        at().sign_in(ALICE)
    assert failed.value.after == after


def test_a_token_refused_again_right_after_the_sign_in_is_no_matter_of_tokens(httpserver, play, at):
    play("/o/token", granted("a", "b"), method="POST")
    play("/v2/users/self", "1-auth-22-self-garbage")
    play("/o/token", granted("c", "d"), method="POST")
    play("/v2/users/self", "1-auth-22-self-garbage")
    with pytest.raises(SignInFailed, match="does not honour the sign-in"):
        at().sign_in(ALICE)
    assert len(httpserver.log) == 4


def test_a_server_that_is_not_there_is_said_so():
    with pytest.raises(TryLater, match="could not be reached") as failed:
        Badgr("http://127.0.0.1:9").sign_in(ALICE)
    assert "Check the network" in failed.value.next_step


def test_no_secret_is_in_any_text_an_object_gives_of_itself(play, at):
    play("/o/token", granted("acc3ss-tok", "r3fresh-tok"), method="POST")
    play("/v2/users/self", "1-auth-17-self")
    session = at().sign_in(ALICE)
    tokens = session._calls.tokens
    shown = (
        f"{session!r} {session} {tokens!r} {tokens} {session.credentials!r} {session.credentials}"
    )
    for secret in ("acc3ss-tok", "r3fresh-tok", PASSWORD):
        assert secret not in shown
    assert "alice@example.org" in shown

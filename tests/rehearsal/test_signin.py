from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from migrator.rehearsal.tokens import BackOff, basic

ALICE = {"username": "alice@example.org", "password": "Al1ce-passw0rd"}


def token(rehearsal, **form):
    return requests.post(f"{rehearsal.url}/o/token", data=form, timeout=5)


def whoami(rehearsal, value):
    headers = {"Authorization": f"Bearer {value}"}
    return requests.get(f"{rehearsal.url}/v2/users/self", headers=headers, timeout=5).status_code


def refresh(rehearsal, value, **more):
    return token(rehearsal, grant_type="refresh_token", refresh_token=value, **more)


def test_refused_wider_scope_leaves_the_tokens_as_they_were(start):
    rehearsal = start()
    old = token(rehearsal, client_id="public", **ALICE).json()
    assert old["scope"] == "r:profile"
    wide = refresh(rehearsal, old["refresh_token"], client_id="public", scope="rw:backpack")
    assert wide.json() == {"error": "invalid_scope"}
    assert whoami(rehearsal, old["access_token"]) == 200


def test_refreshed_token_is_dead_and_its_refresh_token_is_spent(start, clock):
    rehearsal = start()
    old = token(rehearsal, **ALICE).json()
    new = refresh(rehearsal, old["refresh_token"]).json()
    assert whoami(rehearsal, old["access_token"]) == 401
    assert whoami(rehearsal, new["access_token"]) == 200
    assert refresh(rehearsal, old["refresh_token"]).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoked_token_opens_nothing(start, which):
    rehearsal = start()
    granted = token(rehearsal, **ALICE).json()
    form = {"token": granted[which]}
    assert requests.post(f"{rehearsal.url}/o/revoke_token/", data=form, timeout=5).ok
    assert whoami(rehearsal, granted["access_token"]) == 401
    assert requests.post(f"{rehearsal.url}/o/revoke_token/", data=form, timeout=5).ok


def test_used_token_lives_on_and_idle_token_expires(start, clock):
    rehearsal = start()
    used, idle = (token(rehearsal, **ALICE).json()["access_token"] for _ in range(2))
    for _ in range(3):
        clock.advance(timedelta(hours=13).total_seconds())
        assert whoami(rehearsal, used) == 200
    assert whoami(rehearsal, idle) == 401


def test_token_in_its_first_half_is_not_prolonged(start, clock):
    rehearsal = start()
    value = token(rehearsal, **ALICE).json()["access_token"]
    clock.advance(timedelta(hours=11).total_seconds())
    assert whoami(rehearsal, value) == 200
    clock.advance(timedelta(hours=13, seconds=1).total_seconds())
    assert whoami(rehearsal, value) == 401


def test_token_can_be_deleted_by_its_owner_only_once(start, visit):
    visitor = visit(start())
    listed = visitor.ask("GET", "/v2/auth/tokens").json()["result"]
    assert len(listed) == 1
    path = f"/v2/auth/tokens/{listed[0]['entityId']}"
    other = visitor.ask("DELETE", "/v2/auth/tokens/nope")
    assert other.status_code == 404
    assert visitor.ask("DELETE", path).status_code == 204
    assert visitor.ask("GET", "/v2/auth/tokens").status_code == 401


def test_password_that_is_missing_is_an_invalid_request(start):
    answer = token(start(), username="alice@example.org")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


def test_legacy_token_never_expires(start, visit, clock):
    visitor = visit(start())
    legacy = visitor.ask("GET", "/v1/user/auth-token").json()["token"]
    clock.advance(timedelta(days=400).total_seconds())
    headers = {"Authorization": f"Token {legacy}"}
    assert visitor.ask("GET", "/v2/backpack/assertions", headers=headers).status_code == 200
    headers = {"Authorization": "Token nope"}
    assert visitor.ask("GET", "/v2/backpack/assertions", headers=headers).status_code == 401


def test_window_doubles_with_each_failure_up_to_an_hour(clock):
    back_off = BackOff(clock)
    windows = []
    for _ in range(14):
        back_off.failed("a")
        windows.append(back_off.wait("a"))
        clock.advance(windows[-1])
    assert windows == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]
    assert back_off.wait("a") == 0
    assert back_off.wait("b") == 0


def test_success_clears_the_window(clock):
    back_off = BackOff(clock)
    back_off.failed("a")
    back_off.succeeded("a")
    back_off.failed("a")
    assert back_off.wait("a") == 2


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic YTpiOmM=", ("a", "b:c")),
        ("Basic not base64", None),
        ("Basic /w==", None),
        ("Bearer YTpi", None),
    ],
)
def test_basic_header_is_read_or_ignored(header, expected):
    class Request:
        headers = {"Authorization": header}  # noqa: RUF012 -- stands for a request

    assert basic(Request()) == expected

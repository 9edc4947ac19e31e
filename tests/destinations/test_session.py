"""One session against a server that plays answers, and against the rehearsal backpack."""

from __future__ import annotations

import base64
import json
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug import Request, Response

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import (
    Credentials,
    Held,
    NotAccepted,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.wrappers import Pace, Retrying
from migrator.errors import SignInFailed
from migrator.net import Client
from migrator.openbadges.baking import unbake
from migrator.openbadges.model import Addresses

BADGR = Path(__file__).parents[2] / "fixtures" / "badgr"
WEB = json.loads((BADGR / "web.json").read_text(encoding="utf-8"))
PAGES = {page["url"]: page for page in WEB["pages"]}
SUBMITTED = {name: base64.b64decode(data) for name, data in WEB["submitted"].items()}
HOST = "http://localhost:8099"
IMPORT = "/v2/backpack/import"
TOKENS = Credentials("alice@example.org", access_token="t0ken-1", refresh_token="r3fresh-1")
SELF = {"result": [{"emails": [{"email": "alice@example.org", "verified": True}]}]}


@pytest.fixture
def session(httpserver, at):
    httpserver.expect_oneshot_request("/v2/users/self").respond_with_json(SELF)
    signed_in = at().sign_in(TOKENS)
    httpserver.clear_log()
    return signed_in


def hang_up(request: Request) -> Response:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def bodies(httpserver):
    return [request.get_json() for request, _ in httpserver.log if request.method != "GET"]


IMPORTED = {"result": [{"entityId": "new1", "pending": False}]}


@pytest.mark.parametrize(
    ("form", "path", "body"),
    [
        ({"url": "https://i.example/a"}, IMPORT, {"url": "https://i.example/a"}),
        ({"assertion": {"id": "x"}}, IMPORT, {"assertion": {"id": "x"}}),
        ({"image": b"\x89PNG\r\n\x1a\n"}, IMPORT, {"image": "data:image/png;base64,iVBORw0KGgo="}),
        (
            {"image": b"<svg xmlns='http://www.w3.org/2000/svg'/>"},
            IMPORT,
            {
                "image": "data:image/svg+xml;base64,"
                "PHN2ZyB4bWxucz0naHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmcnLz4="
            },
        ),
        ({"jws": "e30.e30.c2ln"}, "/v1/earner/badges", {"assertion": "e30.e30.c2ln"}),
    ],
)
def test_each_form_of_a_badge_goes_to_its_own_place_in_one_request(
    httpserver, session, form, path, body
):
    httpserver.expect_oneshot_request(path, method="POST").respond_with_json(IMPORTED, 201)
    outcome = session.send(Parcel("Maths", frozenset(), **form))
    assert (outcome.state, outcome.remote_id) == (OutcomeState.DONE, "new1")
    assert bodies(httpserver) == [body]
    (request, _) = httpserver.log[0]
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Authorization"] == "Bearer t0ken-1"


def test_a_token_that_runs_out_during_a_push_costs_no_badge(httpserver, session, parcel):
    httpserver.expect_ordered_request(IMPORT).respond_with_json({"result": []}, 401)
    renewed = {"access_token": "t0ken-2", "refresh_token": "r3fresh-2"}
    httpserver.expect_ordered_request("/o/token").respond_with_json(renewed)
    httpserver.expect_ordered_request(IMPORT).respond_with_json(IMPORTED, 201)
    assert session.send(parcel).state is OutcomeState.DONE
    assert httpserver.log[2][0].headers["Authorization"] == "Bearer t0ken-2"
    assert session.credentials.refresh_token == "r3fresh-2"


def test_a_403_for_a_token_that_ran_out_is_answered_with_a_new_one_once(
    httpserver, session, parcel
):
    renewed = {"access_token": "t0ken-2", "refresh_token": "r3fresh-2"}
    httpserver.expect_request("/o/token").respond_with_json(renewed)
    httpserver.expect_request(IMPORT).respond_with_json({"detail": "no"}, 403)
    for _ in range(3):
        outcome = session.send(parcel)
        assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, "account_unverified")
    paths = [request.path for request, _ in httpserver.log]
    assert paths.count("/o/token") == 1
    assert paths.count(IMPORT) == 4


def test_a_session_that_has_ended_for_good_is_an_outcome_too(httpserver, session, parcel):
    httpserver.expect_request(IMPORT).respond_with_json({"result": []}, 401)
    httpserver.expect_request("/o/token").respond_with_json({"error": "invalid_grant"}, 400)
    outcome = session.send(parcel)
    assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, "sign_in_failed")
    assert "alice" not in outcome.detail


def test_a_sign_in_that_cannot_be_renewed_now_leaves_the_badge_for_later(
    httpserver, session, parcel
):
    httpserver.expect_request(IMPORT).respond_with_json({"result": []}, 401)
    httpserver.expect_request("/o/token").respond_with_data(
        "busy", 503, headers={"Retry-After": "9"}
    )
    outcome = session.send(parcel)
    assert (outcome.state, outcome.reason) == (OutcomeState.TRY_AGAIN, "destination_unreachable")
    assert outcome.after == 9


def test_an_answer_that_was_lost_is_unknown_and_not_asked_for_again(httpserver, session, parcel):
    asked = []

    def answered_by_nobody(request: Request) -> Response:
        asked.append(request.path)  # noted before the line goes dead, unlike the server's own log
        return hang_up(request)

    httpserver.expect_request(IMPORT).respond_with_handler(answered_by_nobody)
    outcome = session.send(parcel)
    assert (outcome.state, outcome.reason) == (OutcomeState.UNKNOWN, "answer_lost")
    assert asked == [IMPORT]


def test_an_answer_that_takes_too_long_is_unknown(httpserver, parcel):
    httpserver.expect_request("/v2/users/self").respond_with_json(SELF)
    httpserver.expect_request(IMPORT).respond_with_handler(lambda _: time.sleep(0.6) or Response())
    client = Client(allow_private=True, read_timeout=0.2)
    session = Badgr(httpserver.url_for(""), client=client).sign_in(TOKENS)
    assert session.send(parcel).state is OutcomeState.UNKNOWN


def test_a_server_that_has_gone_was_surely_not_reached(parcel, alice, fresh):
    session = Badgr(fresh.url).sign_in(alice)
    fresh.stop()
    session.close()
    outcome = session.send(parcel)
    assert (outcome.state, outcome.reason) == (OutcomeState.TRY_AGAIN, "destination_unreachable")
    with pytest.raises(TryLater, match="could not be reached") as later:
        list(session.held())
    assert not later.value.sent
    fresh._backpack = fresh._web  # both are stopped; stopping again does no harm


def test_no_planted_secret_comes_back_in_an_outcome(httpserver, session, parcel):
    secrets = ("t0ken-1", "r3fresh-1", "alice.secret@example.org", "Al1ce-passw0rd")
    words = (
        "Authorization: Bearer t0ken-1 refused; refresh_token=r3fresh-1 password=Al1ce-passw0rd"
        " for alice.secret@example.org"
    )
    for status in (400, 401, 403, 404, 413, 429, 500, 502, 504):
        httpserver.expect_oneshot_request(IMPORT).respond_with_json({"detail": words}, status)
    httpserver.expect_request("/o/token").respond_with_json({"error": words}, 400)
    for _ in range(9):
        shown = repr(session.send(parcel))
        assert not [secret for secret in secrets if secret in shown]


def test_what_the_account_holds_is_listed_whole_and_in_canonical_form(httpserver, session):
    rows = [
        {"entityId": "1", "openBadgeId": "HTTPS://Issuer.example:443/a?v=1_1", "pending": True},
        {"entityId": "2", "openBadgeId": "https://issuer.example/b", "pending": False},
        {"entityId": None, "openBadgeId": "https://issuer.example/c"},
        {"entityId": "4"},
        "nonsense",
    ]
    asked = {"include_pending": "1", "include_expired": "1", "include_revoked": "1"}
    httpserver.expect_request("/v2/backpack/assertions", query_string=asked).respond_with_json(
        {"result": rows}
    )
    first = Held("1", "https://issuer.example/a", pending=True)
    assert list(session.held()) == [first, Held("2", "https://issuer.example/b")]
    twin = Parcel("A", frozenset({"https://issuer.example/a?v=2_0"}), url="x")
    assert session.find(twin) == first
    assert session.find(Parcel("C", frozenset({"https://issuer.example/c"}), url="x")) is None


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, "<html>", TryLater),
        (429, {"expires": 3}, TryLater),
        (404, "<html>", SignInFailed),
        (404, {"result": []}, SignInFailed),
        (403, {"detail": "no"}, SignInFailed),
        (400, {"validationErrors": ["Bad."]}, NotAccepted),
        (200, {"result": "?"}, SignInFailed),
        (200, ["?"], SignInFailed),
    ],
)
def test_a_list_that_cannot_be_had_says_why(httpserver, session, status, body, error):
    data = body if isinstance(body, str) else json.dumps(body)
    httpserver.expect_request("/v2/backpack/assertions").respond_with_data(data, status)
    httpserver.expect_request("/o/token").respond_with_json({"error": "invalid_grant"}, 400)
    with pytest.raises(error) as raised:
        list(session.held())
    assert raised.value.next_step


def test_a_collection_is_made_empty_and_within_the_server_s_limits(httpserver, session):
    made = {"result": [{"entityId": "c1"}]}
    path = "/v2/backpack/collections"
    httpserver.expect_request(path, method="POST").respond_with_json(made, 201)
    assert session.create_collection(" Science ", "", published=False) == "c1"
    assert session.create_collection("n" * 200, "d" * 300, published=True) == "c1"
    assert session.create_collection("![!![x](y)", "  ", published=False) == "c1"
    assert session.create_collection(" ", None, published=False) == "c1"
    assert bodies(httpserver) == [
        {"name": "Science", "published": False},
        {"name": "n" * 128, "description": "d" * 255, "published": True},
        {"name": "[![x](y)".replace("![", "["), "published": False},
        {"name": "Badges", "published": False},
    ]


def test_a_collection_without_an_id_is_asked_for_again(httpserver, session):
    path = "/v2/backpack/collections"
    httpserver.expect_request(path, method="POST").respond_with_json({"result": []}, 201)
    with pytest.raises(TryLater):
        session.create_collection("Science", None, published=False)


def test_an_address_somebody_else_has_is_refused_and_one_that_must_wait_is_not(
    httpserver, session, recorded
):
    path = "/v1/user/emails"
    for name in ("6-badgeconnect-33-email-add-taken", "6-badgeconnect-34-email-add-bad"):
        answer = recorded[name]["response"]
        httpserver.expect_ordered_request(path).respond_with_data(
            json.dumps(answer["body"]), answer["status"], content_type="text/html"
        )
    taken = session.add_email("bob@example.org")
    assert taken.state is OutcomeState.REFUSED
    assert taken.detail == "Could not register email address."
    waiting = session.add_email("x@example.org")
    assert (waiting.state, waiting.after) == (OutcomeState.TRY_AGAIN, 2)
    assert session.addresses == Addresses(("alice@example.org",))


def test_an_address_that_may_have_arrived_raises_try_later(httpserver, session):
    httpserver.expect_request("/v1/user/emails").respond_with_handler(hang_up)
    with pytest.raises(TryLater) as lost:
        session.add_email("x@example.org")
    assert lost.value.sent


# Against the rehearsal, which follows the recordings of a real server


def at_rehearsal(running, credentials):
    return Badgr(running.url).sign_in(credentials)


def hosted(name, **more):
    url = f"{HOST}/{name}/assertion.json"
    return Parcel(name, frozenset({url}), **(more or {"url": url}))


def test_a_badge_goes_over_once_whatever_form_it_is_sent_in(fresh, alice):
    session = at_rehearsal(fresh, alice)
    page = PAGES[f"{HOST}/ob2a/assertion.json"]
    assertion = page["json"] if "json" in page else json.loads(page["text"])
    first = session.send(hosted("ob2a"))
    again = session.send(hosted("ob2a", assertion=assertion))
    assert first.state is OutcomeState.DONE
    assert again.state is OutcomeState.ALREADY_THERE
    (held,) = session.held()
    assert (held.remote_id, held.open_badge_id) == (first.remote_id, f"{HOST}/ob2a/assertion.json")
    assert session.find(hosted("ob2a")) == held
    assert session.find(hosted("ob2b")) is None


def test_a_signed_badge_goes_over_as_picture_and_as_bare_signature(fresh, alice):
    session = at_rehearsal(fresh, alice)
    image = SUBMITTED["3-dead-41-signed-baked"]
    jws = unbake(image).baked[0].text
    assert session.send(Parcel("s", frozenset(), image=image)).state is OutcomeState.DONE
    assert session.send(Parcel("s", frozenset(), jws=jws)).state is OutcomeState.ALREADY_THERE


def test_a_badge_for_an_address_not_confirmed_yet_is_there_but_pending(fresh, alice):
    session = at_rehearsal(fresh, alice)
    outcome = session.send(hosted("pending"))
    assert (outcome.state, outcome.pending) == (OutcomeState.DONE, True)
    assert [held.pending for held in session.held()] == [True]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wrongrcpt", "wrong_recipient"),
        ("expired", "expired"),
        ("future", "issued_in_future"),
        ("deadbadgeimg", "badge_image_missing"),
        ("nodesc", "badge_class_incomplete"),
        ("jpegbadge", "badge_image_unsupported"),
        ("issuerother", "issuer_elsewhere"),
        ("deadissimg", "server_error"),
    ],
)
def test_a_refusal_is_told_by_its_reason(rehearsal, alice, name, reason):
    outcome = at_rehearsal(rehearsal, alice).send(hosted(name))
    assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, reason), outcome.detail
    assert "alice" not in outcome.detail


def test_a_dead_host_is_told_by_its_reason(rehearsal, alice):
    parcel = Parcel("x", frozenset(), url="http://dead.example.org/a.json")
    assert at_rehearsal(rehearsal, alice).send(parcel).reason == "host_dead"


def test_an_account_without_a_confirmed_address_is_not_let_in(rehearsal, dan):
    with pytest.raises(SignInFailed, match="no confirmed address"):
        at_rehearsal(rehearsal, dan)


def test_a_wrong_password_is_tried_once_and_the_wait_is_told(fresh):
    wrong = Credentials("alice@example.org", password="wr0ng")
    with pytest.raises(SignInFailed, match="does not know alice"):
        at_rehearsal(fresh, wrong)
    with pytest.raises(SignInFailed, match=r"shut alice@example\.org out"):
        at_rehearsal(fresh, wrong)
    assert fresh.state.requests["POST /o/token", 400] == 1


def test_tokens_of_one_session_open_the_next_and_are_rotated(fresh, alice):
    first = at_rehearsal(fresh, alice).credentials
    again = at_rehearsal(fresh, Credentials("alice@example.org", access_token=first.access_token))
    assert again.credentials.access_token == first.access_token
    renewed = at_rehearsal(
        fresh, Credentials("alice@example.org", refresh_token=first.refresh_token)
    ).credentials
    assert renewed.access_token != first.access_token
    with pytest.raises(SignInFailed, match="run out"):
        at_rehearsal(fresh, first_without_password(first))


def first_without_password(credentials):
    return Credentials(
        "alice@example.org", None, credentials.refresh_token, credentials.access_token
    )


def test_a_collection_is_made_filled_and_found_again(fresh, alice):
    session = at_rehearsal(fresh, alice)
    badges = tuple(session.send(hosted(name)).remote_id for name in ("ob2a", "ob2b"))
    remote_id = session.create_collection("Science", "![x] my badges", published=True)
    session.fill_collection(remote_id, "Science", badges)
    (held,) = session.collections()
    assert (held.remote_id, held.name, held.badges) == (remote_id, "Science", badges)
    assert held.description == "[x] my badges"
    with pytest.raises(NotAccepted, match="does not exist"):
        session.fill_collection(remote_id, "Science", ("nope",))


def test_an_address_is_added_once_and_waits_for_its_owner(fresh, alice):
    session = at_rehearsal(fresh, alice)
    added = session.add_email("alice.new@example.org")
    assert (added.state, added.pending) == (OutcomeState.DONE, True)
    assert "alice.new@example.org" in session.addresses.unverified
    again = session.add_email("alice.new@example.org")
    assert again.state is OutcomeState.ALREADY_THERE
    assert at_rehearsal(fresh, alice).addresses == session.addresses


def test_nothing_is_imported_twice_though_answers_are_lost_and_the_server_fails(fresh, alice):
    fresh.app.faults = replace(fresh.app.faults, lose=30.0, fail=20.0, seed=5)
    session = Retrying(
        at_rehearsal(fresh, alice), Pace(attempts=12, first=0.0), sleep=lambda _: None
    )
    names = ("ob2a", "ob2b", "ob2c", "ob2d", "bc1", "bc2", "v1a", "v1b", "v1c", "second")
    outcomes = [session.send(hosted(name)) for name in names]
    settled = {outcome.state for outcome in outcomes} - {OutcomeState.REFUSED}
    assert settled == {OutcomeState.DONE}
    assert all(outcome.remote_id for outcome in outcomes if outcome.state is OutcomeState.DONE)
    assert {outcome.reason for outcome in outcomes} <= {None, "server_error"}
    assert fresh.app.happened["lost"]
    assert fresh.app.happened["failed"]
    assert not [badge for badge, times in fresh.state.imports.items() if times > 1]

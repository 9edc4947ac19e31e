"""Open Badges 3.0 hosts: what they say of themselves, what they answer, what is made of it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from migrator.destinations.base import (
    Credentials,
    Held,
    NotAccepted,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.oauth import App
from migrator.destinations.open_badges.credentials import body_for, is_of, listed
from migrator.destinations.open_badges.destination import OpenBadges3
from migrator.destinations.open_badges.discovery import READ, UPSERT, NoApi, discover
from migrator.destinations.open_badges.verdicts import outcome, words_of
from migrator.destinations.wrappers import Pace, Retrying
from migrator.errors import SignInFailed
from migrator.net import Client

API = "/ims/ob/v3p0"
CREDENTIAL = {
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "id": "urn:uuid:1",
    "issuer": "https://school.example.org",
    "credentialSubject": {"achievement": {"name": "Art"}},
    "proof": {},
}
ANN = Credentials("ann@example.org", access_token="t0ken-1")
PARCEL = Parcel("Art", frozenset({"urn:uuid:1"}), document=json.dumps(CREDENTIAL).encode())


def token(document):
    encoded = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
        for one in ({"alg": "EdDSA"}, document, {"signature": 1})
    )
    return ".".join(encoded)


def description(base, **flow):
    urls = {"authorizationUrl": f"{base}/authorize", "tokenUrl": f"{base}/token"}
    return {
        "components": {
            "securitySchemes": {
                "OAuth2ACG": {
                    "x-imssf-name": "Host",
                    "x-imssf-registrationUrl": f"{base}/register",
                    "flows": {"authorizationCode": {**urls, **flow}},
                }
            }
        }
    }


@pytest.fixture
def client():
    one = Client(allow_private=True, read_timeout=2)
    yield one
    one.close()


@pytest.fixture
def base(httpserver):
    return httpserver.url_for("").rstrip("/")


@pytest.fixture
def session(httpserver, base, client):
    httpserver.expect_request(f"{API}/discovery").respond_with_json(description(base))
    profile = {"type": "Profile", "email": "ann@example.org"}
    httpserver.expect_oneshot_request(f"{API}/profile").respond_with_json(profile)
    signed_in = OpenBadges3(base, client=client, page=2).sign_in(ANN)
    httpserver.clear_log()
    return signed_in


# What a host says of itself


def test_a_description_names_the_addresses_of_a_sign_in(httpserver, base, client):
    flow = {"scopes": {UPSERT: "...", READ: "...", "other": "..."}}
    body = {**description(base, **flow), "servers": [{"url": f"{base}/elsewhere{API}/"}]}
    httpserver.expect_request(f"{API}/discovery").respond_with_json(body)
    found = discover(client, base)
    assert (found.name, found.api) == ("Host", f"{base}/elsewhere{API}")
    assert found.authorization_url == f"{base}/authorize"
    assert found.token_url == f"{base}/token"
    assert found.registration_url == f"{base}/register"
    assert found.scopes == (READ, UPSERT)


def test_addresses_without_their_scheme_or_host_are_made_whole(httpserver, base, client):
    flow = {"authorizationUrl": "school.example.org/authorize", "tokenUrl": "/token"}
    body = description(base, **flow)
    body["components"]["securitySchemes"] = {
        "other": {"type": "http"},
        "mine": body["components"]["securitySchemes"]["OAuth2ACG"],
    }
    body["servers"] = [{"url": "http://stranger.example.org/ims/ob/v3p0"}, "nonsense"]
    httpserver.expect_request(f"{API}/discovery").respond_with_json(body)
    found = discover(client, base)
    assert found.authorization_url == "https://school.example.org/authorize"
    assert (found.token_url, found.api) == (f"{base}/token", f"{base}{API}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 200),
        ({}, 200),
        ({"components": {"securitySchemes": {"OAuth2ACG": {"flows": 7}}}}, 200),
        (description("http://stranger.example.org"), 200),
        (description("ftp://school.example.org"), 200),
        (description("https://ann:s3cret@school.example.org"), 200),
        ("<html>", 404),
    ],
)
def test_what_is_no_description_says_what_to_check(httpserver, base, client, body, status):
    httpserver.expect_request(f"{API}/discovery").respond_with_json(body, status)
    with pytest.raises(NoApi, match=r"no Open Badges 3\.0 API") as error:
        discover(client, base)
    assert f"{base}{API}/discovery" in error.value.next_step


def test_a_host_that_is_busy_is_asked_later(httpserver, base, client):
    httpserver.expect_request(f"{API}/discovery").respond_with_data("", 503)
    with pytest.raises(TryLater):
        discover(client, base)


def test_nobody_is_let_in_with_a_password(base):
    with pytest.raises(SignInFailed, match="by the browser only") as error:
        OpenBadges3(base).sign_in(Credentials("ann@example.org", "s3cret-passw0rd"))
    assert f"login open-badges-3:{base} --as ann@example.org" in error.value.next_step


def test_a_host_that_lets_no_program_add_badges_is_told_before_anybody_signs_in(
    httpserver, base, client
):
    body = description(base, scopes={READ: "..."})
    httpserver.expect_request(f"{API}/discovery").respond_with_json(body)
    with pytest.raises(SignInFailed, match="does not let programs add badges"):
        OpenBadges3(base, client=client).invite(None)


def test_a_program_that_is_known_already_need_not_register(httpserver, base, client):
    httpserver.expect_request(f"{API}/discovery").respond_with_json(description(base))
    app = App("my-id", "https://school.example.org/back")
    invited = OpenBadges3(base, client=client).invite(app)
    assert invited.url.startswith(f"{base}/authorize?response_type=code&client_id=my-id&")
    assert len(httpserver.log) == 1


def test_another_persons_account_is_not_taken(rehearsal, says_yes):
    class Ann:
        emails = ("ann@example.org",)

    class Alice:
        emails, password = ("alice@example.org",), "Al1ce-passw0rd"

    destination = OpenBadges3(rehearsal.url)
    with pytest.raises(SignInFailed, match=r"as alice@example\.org, not as ann"):
        destination.admit(Ann.emails[0], *_said_yes(destination, Alice, says_yes))


def _said_yes(destination, account, says_yes):
    caught = []
    admit = destination.admit
    destination.admit = lambda _, invited, code: caught.append((invited, code))
    try:
        says_yes(destination, account)
    finally:
        destination.admit = admit
    return caught[0]


@pytest.mark.parametrize("body", [[], {"name": "Ann"}, "ok"])
def test_what_answers_but_has_no_profile_is_no_host(httpserver, base, client, body):
    httpserver.expect_request(f"{API}/discovery").respond_with_json(description(base))
    httpserver.expect_request(f"{API}/profile").respond_with_json(body)
    with pytest.raises(SignInFailed, match="not as an Open Badges 3"):
        OpenBadges3(base, client=client).sign_in(ANN)


def test_nothing_arrives_twice_though_answers_are_lost_and_the_host_fails(fresh, says_yes):
    class Alice:
        emails, password = ("alice@example.org",), "Al1ce-passw0rd"

    destination = OpenBadges3(fresh.url)
    signed_in = destination.sign_in(says_yes(destination, Alice))
    fresh.app.faults = replace(fresh.app.faults, lose=30.0, fail=20.0, busy=10.0, seed=3)
    session = Retrying(signed_in, Pace(attempts=12, first=0.0), sleep=lambda _: None)
    parcels = [
        Parcel(
            "Art",
            frozenset({f"urn:{n}"}),
            document=json.dumps({**CREDENTIAL, "id": f"urn:{n}"}).encode(),
        )
        for n in range(20)
    ]
    outcomes = [session.send(one) for one in parcels]
    assert {one.state for one in outcomes} <= {OutcomeState.DONE, OutcomeState.REFUSED}
    assert {one.reason for one in outcomes} <= {None, "server_error"}
    assert all(fresh.app.happened[what] for what in ("lost", "failed", "limited"))
    there = [one.open_badge_id for one in session.held()]
    done = [one.remote_id for one in outcomes if one.state is OutcomeState.DONE]
    assert sorted(there) == sorted(done)
    assert set(fresh.state.imports.values()) == {1}
    session.close()


# What is sent, and what comes back


def test_a_document_goes_as_it_was_found_and_a_signature_as_text(httpserver, session):
    document = json.dumps(CREDENTIAL, indent=7).encode()
    signed = token({**CREDENTIAL, "id": "urn:uuid:2"})
    httpserver.expect_ordered_request(f"{API}/credentials", method="POST").respond_with_data(
        document, 201, content_type="application/vc+ld+json"
    )
    httpserver.expect_ordered_request(f"{API}/credentials", method="POST").respond_with_data(
        signed, 200, content_type="text/plain"
    )
    first = session.send(Parcel("Art", frozenset(), document=document))
    second = session.send(Parcel("Art", frozenset(), jws=f"{signed}\n"))
    assert (first.state, first.remote_id) == (OutcomeState.DONE, "urn:uuid:1")
    assert (second.state, second.remote_id) == (OutcomeState.ALREADY_THERE, "urn:uuid:2")
    (one, two) = (request for request, _ in httpserver.log)
    assert (one.data, one.content_type) == (document, "application/json")
    assert (two.data.decode(), two.content_type) == (signed, "text/plain")
    assert one.headers["Authorization"] == "Bearer t0ken-1"


@pytest.mark.parametrize(
    "form",
    [{"url": "https://x.example/1"}, {"jws": "no jws"}, {"document": b"["}, {"image": b"\x89PNG"}],
)
def test_what_this_api_does_not_take_is_refused_without_a_request(httpserver, session, form):
    outcome = session.send(Parcel("Old", frozenset(), **form))
    assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, "older_version")
    assert not httpserver.log


def status_info(words, code):
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": words,
        "imsx_CodeMinor": {"imsx_codeMinorField": [{"imsx_codeMinorFieldValue": code}]},
    }


@pytest.mark.parametrize(
    ("status", "body", "state", "reason"),
    [
        (201, CREDENTIAL, "done", None),
        (200, CREDENTIAL, "already_there", None),
        (200, token(CREDENTIAL), "already_there", None),
        (201, {"credential": [CREDENTIAL]}, "done", None),
        (304, "", "already_there", None),
        (201, {**CREDENTIAL, "id": "urn:uuid:9"}, "unknown", "answer_lost"),
        (201, {"id": "urn:uuid:1"}, "unknown", "answer_lost"),
        (202, status_info("later", "fullsuccess"), "unknown", "answer_lost"),
        (204, "", "unknown", "answer_lost"),
        (400, status_info("No.", "invalid_data"), "refused", "refused"),
        (400, status_info("Busy.", "server_busy"), "try_again", "rate_limited"),
        (401, status_info("Who?", "unauthorizedrequest"), "refused", "sign_in_failed"),
        (403, status_info("No.", "forbidden"), "refused", "account_unverified"),
        (404, "<html>", "try_again", "destination_unreachable"),
        (405, status_info("No.", "not_allowed"), "refused", "refused"),
        (413, "", "refused", "too_large"),
        (429, "", "try_again", "rate_limited"),
        (500, status_info("Oops.", "internal_server_error"), "refused", "server_error"),
        (503, "", "try_again", "destination_unreachable"),
        (504, "", "unknown", "answer_lost"),
    ],
)
def test_each_answer_has_one_meaning(reply, status, body, state, reason):
    found = outcome(reply(status, body), "urn:uuid:1")
    assert (found.state, found.reason, found.http_status) == (state, reason, status)
    assert (found.remote_id == "urn:uuid:1") is (reason is None)


def test_a_host_s_own_words_are_shown_without_addresses(reply):
    said = status_info("Not for ann@example.org.", "invalid_data")
    assert words_of(reply(400, said)) == "Not for (not shown) (invalid_data)"
    said["imsx_codeMinor"] = {"imsx_codeMinorFieldValue": "unknown"}
    assert words_of(reply(400, {**said, "imsx_description": None})) == "unknown"
    assert words_of(reply(400, "<html>")) == "HTTP 400"


def test_a_page_lists_documents_and_signatures_however_its_lists_are_spelled(reply):
    signed = token({"vc": {**CREDENTIAL, "id": "HTTPS://Host.example/1?v=2_0"}})
    nameless = {"credentialSubject": {"achievement": {}}}
    body = {"credentials": [CREDENTIAL, 7, nameless], "compactJwsStrings": [signed, "x"]}
    names = listed(reply(200, body))
    assert names[:2] == ["https://host.example/1", None]
    assert names[2:4] == ["urn:uuid:1", None]
    assert names[4].startswith("doc:")
    assert listed(reply(200, {})) == []
    assert listed(reply(200, {"result": []})) is None


def test_a_credential_without_an_id_is_known_by_its_bytes(reply):
    signed = token({"credentialSubject": {"achievement": {}}})
    name = body_for(Parcel("x", frozenset(), jws=signed)).name
    assert name.startswith("jws:")
    assert is_of(reply(200, json.dumps(signed)), name)
    assert listed(reply(200, {"compactJwsString": [signed]})) == [name]


def test_pages_are_asked_for_one_after_the_other(httpserver, session):
    pages = [["urn:1", "urn:2"], ["urn:2", "urn:3"], ["urn:4"]]
    for number, names in enumerate(pages):
        query = {"limit": "2", "offset": str(number * 2)}
        body = {"credential": [{**CREDENTIAL, "id": name} for name in names]}
        httpserver.expect_request(f"{API}/credentials", query_string=query).respond_with_json(
            body, headers={"X-Total-Count": "5"}
        )
    assert list(session.held()) == [Held(f"urn:{n}", f"urn:{n}") for n in (1, 2, 3, 4)]
    assert session.find(Parcel("x", frozenset({"urn:4"}))).remote_id == "urn:4"


@pytest.mark.parametrize(
    ("status", "error"), [(401, SignInFailed), (403, SignInFailed), (400, NotAccepted)]
)
def test_a_list_that_cannot_be_had_says_why(httpserver, session, status, error):
    body = status_info("Not you.", "forbidden")
    httpserver.expect_request(f"{API}/credentials").respond_with_json(body, status)
    with pytest.raises(error) as raised:
        list(session.held())
    assert raised.value.next_step


def test_what_this_api_cannot_do_is_refused(session):
    for call in (
        lambda: session.create_collection("Art", None, published=False),
        lambda: session.fill_collection("1", "Art", ()),
        lambda: session.add_email("x@example.org"),
        lambda: session.add_spelling("X@example.org"),
    ):
        with pytest.raises(NotAccepted):
            call()
    assert "t0ken" not in repr(session)

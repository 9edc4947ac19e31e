"""The rehearsal's host of Open Badges 3.0: who may, what is taken, what is listed."""

from __future__ import annotations

import base64
import json

import pytest
import requests

from migrator.rehearsal.credentials import API, PROFILE, READ, SCOPES, UPDATE, UPSERT
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.rehearsal.tokens import Application

ANN = AccountOptions(("ann@example.org",), "Ann-passw0rd")
EVERYTHING = Application("test", "Test", tuple(SCOPES))


def credential(number, **more):
    return {
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": f"urn:uuid:{number}",
        "issuer": {"id": "https://school.example.org"},
        "validFrom": f"2024-01-0{number}T00:00:00Z",
        "credentialSubject": {"achievement": {"name": "Art"}},
        "proof": {"type": "DataIntegrityProof"},
        **more,
    }


def token(document):
    encoded = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
        for one in ({"alg": "EdDSA"}, document, {"signature": 1})
    )
    return ".".join(encoded)


@pytest.fixture(scope="module")
def running():
    with serve(RehearsalOptions(accounts=(ANN,), applications=(EVERYTHING,))) as one:
        yield one


@pytest.fixture
def ask(running):
    running.state.credentials.clear()
    running.state.profiles.clear()
    running.state.imports.clear()

    def asked(method, path, scopes=tuple(SCOPES), **more):
        form = {"client_id": "test", "username": ANN.emails[0], "password": ANN.password}
        form["scope"] = " ".join(scopes)
        bearer = requests.post(f"{running.url}/o/token", form, timeout=10).json()["access_token"]
        headers = {"Authorization": f"Bearer {bearer}", **more.pop("headers", {})}
        url = f"{running.url}{API}/{path}"
        return requests.request(method, url, headers=headers, timeout=10, **more)

    return asked


def test_the_description_says_where_everything_is(running):
    said = requests.get(f"{running.url}{API}/discovery", timeout=10).json()
    scheme = said["components"]["securitySchemes"]["OAuth2ACG"]
    assert scheme["x-imssf-registrationUrl"] == f"{running.url}{API}/register"
    assert set(scheme["flows"]["authorizationCode"]["scopes"]) == {READ, UPSERT, PROFILE, UPDATE}
    assert said["servers"] == [{"url": f"{running.url}{API}"}]


def test_a_credential_is_created_replaced_and_left_as_it_is(ask):
    sent = json.dumps(credential(1), indent=2).encode()
    other = json.dumps(credential(1, name="Renamed")).encode()
    json_type = {"Content-Type": "application/vc+ld+json"}
    answers = [ask("POST", "credentials", data=d, headers=json_type) for d in (sent, sent, other)]
    assert [one.status_code for one in answers] == [201, 304, 200]
    assert (answers[0].content, answers[1].content) == (sent, b"")
    assert len(ask("GET", "credentials").json()["credential"]) == 1


def test_signatures_and_documents_are_listed_apart_page_by_page(ask):
    for number in (1, 2, 3):
        ask("POST", "credentials", json=credential(number))
    signed = token(credential(4))
    answer = ask("POST", "credentials", data=signed, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.text) == (201, signed)
    first = ask("GET", "credentials?limit=3")
    assert [one["id"] for one in first.json()["credential"]] == [f"urn:uuid:{n}" for n in (1, 2, 3)]
    assert first.headers["X-Total-Count"] == "4"
    last = requests.get(first.links["next"]["url"], headers=first.request.headers, timeout=10)
    assert last.json() == {"credential": [], "compactJwsString": [signed]}
    since = ask("GET", "credentials?since=2024-01-02T12:00:00Z").json()
    assert [one["id"] for one in since["credential"]] == ["urn:uuid:3"]
    assert ask("GET", "credentials?since=yesterday").status_code == 400


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (b"[", "application/json", 400),
        (b'{"id": "x"}', "application/json", 400),
        (json.dumps(credential(1, id=None)).encode(), "application/json", 400),
        (json.dumps(credential(1, issuer=None)).encode(), "application/json", 400),
        (json.dumps(credential(1, proof=None)).encode(), "application/json", 400),
        (b"no.jws", "text/plain", 400),
        (b"<xml/>", "application/xml", 415),
    ],
)
def test_what_is_no_credential_is_refused_with_a_status_info(ask, data, media_type, status):
    answer = ask("POST", "credentials", data=data, headers={"Content-Type": media_type})
    assert answer.status_code == status
    said = answer.json()
    assert (said["imsx_codeMajor"], said["imsx_severity"]) == ("failure", "error")
    assert said["imsx_description"]
    assert said["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]


def test_nobody_gets_in_without_a_token_or_past_its_scopes(running, ask):
    nobody = requests.get(f"{running.url}{API}/credentials", timeout=10)
    assert nobody.status_code == 401
    assert nobody.json()["imsx_codeMajor"] == "failure"
    assert ask("POST", "credentials", scopes=(READ,), json=credential(1)).status_code == 403
    assert ask("GET", "profile", scopes=(READ,)).status_code == 403
    assert ask("DELETE", "credentials").status_code == 405


def test_a_profile_is_read_and_replaced_but_its_address_stays(ask):
    found = ask("GET", "profile").json()
    assert (found["type"], found["email"]) == ("Profile", "ann@example.org")
    changed = {"type": ["Profile"], "name": "Ann S.", "email": "bob@example.org", "id": "x"}
    put = ask("PUT", "profile", json=changed).json()
    assert (put["name"], put["email"], put["id"]) == ("Ann S.", "ann@example.org", found["id"])
    assert ask("GET", "profile").json() == put
    assert ask("PUT", "profile", json={"name": "Ann"}).status_code == 400


def test_a_program_registers_for_these_scopes_and_no_others(running):
    home = "https://school.example.org"
    form = {
        "client_name": "School",
        **dict.fromkeys(("client_uri", "logo_uri", "tos_uri", "policy_uri"), f"{home}/x"),
        "software_id": "school",
        "software_version": "1",
        "redirect_uris": [f"{home}/back"],
        "scope": f"{READ} rw:issuer",
    }
    answer = requests.post(f"{running.url}{API}/register", json=form, timeout=10)
    assert answer.status_code == 201
    assert answer.json()["scope"] == READ


def test_what_arrived_is_shown_beside_the_badges(running, ask):
    ask("POST", "credentials", json=credential(1))
    shown = requests.get(f"{running.url}/__rehearsal__/", timeout=10).json()
    assert [one["credentials"] for one in shown["accounts"]] == [1]
    assert shown["imported_twice"] == []

"""Badge Connect: manifest, registration, codes and answers, recorded, rehearsed and made up."""

from __future__ import annotations

import json

import pytest

from migrator.destinations.badge_connect import verdicts
from migrator.destinations.badge_connect.destination import BadgeConnect
from migrator.destinations.badge_connect.manifest import (
    CREATE,
    READ,
    SCOPES,
    NoManifest,
    discover,
)
from migrator.destinations.base import (
    Credentials,
    NotAccepted,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.invited.manifest import Manifest
from migrator.destinations.invited.registration import register, registration_of
from migrator.destinations.oauth import App, AppUnknown, code_in, invitation
from migrator.errors import SignInFailed
from migrator.net import Client
from migrator.rehearsal.state import AccountOptions

ALICE = AccountOptions(("alice@example.org",), "Al1ce-passw0rd")
SECRET = "Jiy8nsx34yIYmo4WXYeuFT9k6dO1pRtk9XRwwFkcwHt9JvxsILXCIUCtLdp05tRydyTgHjSeYGqPx14"
BADGE = "http://localhost:8099/ob2a/assertion.json"


@pytest.fixture
def client():
    one = Client(allow_private=True, read_timeout=2)
    yield one
    one.close()


@pytest.fixture
def url(httpserver):
    return httpserver.url_for("").rstrip("/")


def api(url, **changes):
    found = {
        "name": "Backpack",
        "apiBase": f"{url}/bcv1/",
        "authorizationUrl": f"{url}/authorize",
        "tokenUrl": f"{url}/token",
        "registrationUrl": f"{url}/register",
        "scopesOffered": list(SCOPES),
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


def play_manifest(httpserver, *apis):
    httpserver.expect_request("/.well-known/badgeconnect.json").respond_with_json(
        {"badgeConnectAPI": list(apis)}
    )


# The manifest


def test_manifest_is_found_where_the_well_known_address_leads_to(rehearsal, client):
    found = discover(client, rehearsal.url)
    assert found.api == f"{rehearsal.url}/bcv1"
    assert found.token_url == f"{rehearsal.url}/o/token"
    assert found.scopes == SCOPES


def test_manifest_is_at_the_root_of_the_host_whatever_the_path(rehearsal, client):
    assert discover(client, f"{rehearsal.url}/backpack/me").name == "Local Badgr"


def test_first_api_that_has_what_a_sign_in_needs_is_taken(httpserver, client, url):
    play_manifest(httpserver, "no object", api(url, tokenUrl=None), api(url, name="Second"))
    assert discover(client, url).name == "Second"


@pytest.mark.parametrize(
    "changes",
    [
        {"tokenUrl": "http://tokens.example.org/token"},
        {"tokenUrl": "https://ann@tokens.example.org/token"},
        {"apiBase": "ftp://127.0.0.1/"},
        {"apiBase": 7},
        {"authorizationUrl": "https://[broken"},
        {"authorizationUrl": None},
    ],
)
def test_secrets_are_sent_to_no_address_that_is_open_or_odd(httpserver, client, url, changes):
    play_manifest(httpserver, api(url, **changes))
    with pytest.raises(NoManifest, match="no Badge Connect"):
        discover(client, url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_plain_http_is_for_this_computer_only(httpserver, client, url, host):
    play_manifest(httpserver, api(url, tokenUrl=f"http://{host}:1/token"))
    assert discover(client, url).token_url == f"http://{host}:1/token"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_host_that_is_away_is_asked_later(httpserver, client, url, status):
    httpserver.expect_request("/.well-known/badgeconnect.json").respond_with_data("", status)
    with pytest.raises(TryLater):
        discover(client, url)


# Registration


MANIFEST = Manifest(
    *("Backpack", "https://api.example.org/bcv1", "https://example.org/authorize"),
    *("https://api.example.org/o/token", "https://api.example.org/o/register"),
    SCOPES,
    image="https://api.example.org/static/logo.png",
)


def test_every_address_registered_is_https_on_one_domain_the_backpacks_own():
    sent = registration_of(MANIFEST)
    named = [sent[name] for name in ("client_uri", "logo_uri", "tos_uri", "policy_uri")]
    assert all(one.startswith("https://api.example.org/") for one in named + sent["redirect_uris"])
    assert sent["logo_uri"] == "https://api.example.org/static/logo.png"


def test_backpack_without_a_picture_is_named_by_its_api():
    bare = Manifest(
        *("x", "https://api.example.org/bcv1", "https://a.example", "https://t.example", None),
        SCOPES,
    )
    assert registration_of(bare)["logo_uri"] == "https://api.example.org/favicon.svg"


def test_registration_is_accepted_as_it_was_recorded(rehearsal, client):
    found = register(client, rehearsal.url, discover(client, rehearsal.url))
    assert len(found.client_id) == 40
    assert found.redirect_uri.startswith("https://127.0.0.1")
    assert found.client_secret not in repr(found)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"error": "redirect_uris: Must be a valid HTTPS URI"}, "Must be a valid HTTPS URI"),
        (404, "<html>", "HTTP 404"),
        (200, [], "HTTP 200"),
        (201, {"client_id": 7}, "HTTP 201"),
    ],
)
def test_refused_registration_asks_for_a_client_id(httpserver, client, url, status, body, said):
    play_manifest(httpserver, api(url))
    httpserver.expect_request("/register").respond_with_data(json.dumps(body), status)
    with pytest.raises(SignInFailed, match=f"{said}.*--client-id"):
        BadgeConnect(url, client).invite(None)


def test_host_without_registration_asks_for_a_client_id(httpserver, client, url):
    play_manifest(httpserver, api(url, registrationUrl=None))
    with pytest.raises(SignInFailed, match=r"takes no registration.*--client-id"):
        BadgeConnect(url, client).invite(None)
    assert (
        BadgeConnect(url, client).invite(App("mine", "https://x.example/")).app.client_id == "mine"
    )


def test_registration_is_tried_later_where_nobody_answers(httpserver, client, url):
    play_manifest(httpserver, api(url, registrationUrl=f"{url}/busy"))
    httpserver.expect_request("/busy").respond_with_data("", 503)
    with pytest.raises(TryLater):
        BadgeConnect(url, client).invite(None)
    httpserver.clear()
    play_manifest(httpserver, api(url, registrationUrl="http://127.0.0.1:9/register"))
    with pytest.raises(TryLater):
        BadgeConnect(url, client).invite(None)


def test_only_what_the_host_offers_is_asked_for_and_adding_must_be_offered(httpserver, client, url):
    play_manifest(httpserver, api(url, scopesOffered=[CREATE, READ, "something:else"]))
    asked = BadgeConnect(url, client).invite(App("mine", "https://x.example/"))
    assert "profile.readonly" not in asked.url
    assert "something" not in asked.url
    httpserver.clear()
    play_manifest(httpserver, api(url, scopesOffered=[READ]))
    with pytest.raises(SignInFailed, match="does not let programs add badges"):
        BadgeConnect(url, client).invite(None)


# Codes


def test_code_opens_the_account_whose_it_is_once(fresh, browse):
    backpack = BadgeConnect(fresh.url)
    invited = backpack.invite(None)
    code = code_in(browse(invited, ALICE), invited)
    found = backpack.admit("Alice@Example.org", invited, code)
    assert found.client_id == invited.app.client_id
    assert found.refresh_token
    with pytest.raises(SignInFailed, match="no good any more"):
        backpack.admit("alice@example.org", invited, code)
    with pytest.raises(SignInFailed, match=r"lets this program wait.*2 seconds"):
        backpack.admit("alice@example.org", invited, code)


def test_code_of_somebody_else_is_told_from_the_accounts_own(rehearsal, browse):
    backpack = BadgeConnect(rehearsal.url)
    invited = backpack.invite(None)
    code = code_in(browse(invited, ALICE), invited)
    with pytest.raises(SignInFailed, match=r"as alice@example.org, not as ann@example.org"):
        backpack.admit("ann@example.org", invited, code)


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (400, {"error": "invalid client_id"}, AppUnknown, "register anew"),
        (401, {"error": "invalid_client"}, AppUnknown, "BADGE_MIGRATOR_CLIENT_SECRET"),
        (400, {"error": "sorry ann@example.org"}, SignInFailed, "not shown"),
        (302, "", SignInFailed, "HTTP 302"),
        (200, {"token": 1}, SignInFailed, "refused the code"),
        (503, "", TryLater, "later"),
    ],
)
def test_refused_code_says_what_to_do(httpserver, client, url, status, body, error, said):
    play_manifest(httpserver, api(url))
    httpserver.expect_request("/token").respond_with_data(json.dumps(body), status)
    invited = invitation(f"{url}/page", f"{url}/token", App("a", "https://x.example/", "s"), ())
    with pytest.raises(error, match=said):
        BadgeConnect(url, client).admit("ann@example.org", invited, "a-code")


def test_code_is_not_lost_in_silence_where_nobody_answers(client):
    invited = invitation("http://127.0.0.1:9/", "http://127.0.0.1:9/t", App("a", "https://x/"), ())
    with pytest.raises(TryLater):
        BadgeConnect("http://127.0.0.1:9", client).admit("ann@example.org", invited, "a-code")


# Tokens


def test_password_opens_nothing_and_is_sent_nowhere(httpserver, client, url):
    with pytest.raises(SignInFailed, match=r"by the browser only.*login badge-connect:"):
        BadgeConnect(url, client).sign_in(Credentials("ann@example.org", password="s3cret"))
    assert httpserver.log == []


def test_tokens_are_renewed_with_the_secret_of_the_program_and_told(rehearsal, says_yes):
    backpack = BadgeConnect(rehearsal.url)
    first = says_yes(backpack, ALICE)
    told = []
    spent = Credentials(
        *("alice@example.org", "never-sent", first.refresh_token, "run-out"),
        *(first.client_id, first.client_secret),
    )
    session = backpack.sign_in(spent, told.append)
    assert told == [session.credentials]
    assert session.credentials.client_secret == first.client_secret
    assert session.credentials.refresh_token != first.refresh_token
    assert list(session.held()) == []
    session.close()


def test_sign_in_that_has_run_out_asks_for_login(fresh):
    with pytest.raises(SignInFailed, match="Run `login` again"):
        BadgeConnect(fresh.url).sign_in(
            Credentials("alice@example.org", "never-sent", "used-up", "run-out", "gone")
        )


# Answers


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("6-badgeconnect-19-import", OutcomeState.DONE, None),
        ("6-badgeconnect-20-import-dup", OutcomeState.ALREADY_THERE, None),
        ("6-badgeconnect-22-import-noid", OutcomeState.REFUSED, "no_web_address"),
        ("6-badgeconnect-24-import-dead", OutcomeState.REFUSED, "host_dead"),
        ("6-badgeconnect-25-import-wrong", OutcomeState.REFUSED, "wrong_recipient"),
        ("6-badgeconnect-27-put", OutcomeState.REFUSED, "account_unverified"),
        ("1-auth-27-bc-garbage", OutcomeState.REFUSED, "sign_in_failed"),
        ("1-auth-41-ro-bc", OutcomeState.REFUSED, "account_unverified"),
        ("1-auth-50-expired-bc", OutcomeState.REFUSED, "sign_in_failed"),
    ],
)
def test_recorded_answer_means(reply_of, name, state, reason):
    outcome = verdicts.outcome(reply_of(name), BADGE)
    assert (outcome.state, outcome.reason) == (state, reason)
    assert "alice" not in outcome.detail


@pytest.mark.parametrize(
    ("http", "inner", "expected"),
    [
        (200, 401, 401),
        (201, 200, 201),
        (200, 503, 503),
        (400, 200, 400),
        (200, True, 200),
        (200, 99999, 200),
        (200, None, 200),
    ],
)
def test_status_of_the_answer_counts_where_http_says_success(reply, http, inner, expected):
    assert verdicts.status_of(reply(http, {"status": {"statusCode": inner}})) == expected


def test_plain_sentence_of_another_host_is_kept_for_people(reply):
    told = verdicts.outcome(reply(400, {"status": {"error": "We are full"}}), BADGE)
    assert (told.state, told.reason, told.detail) == (
        OutcomeState.REFUSED,
        "refused",
        "We are full",
    )


# Sessions at hosts that are not Badgr


@pytest.fixture
def host(httpserver, client, url):
    """A session at a host of the test, whose list is what `listed` answers."""
    play_manifest(httpserver, api(url))
    profile = {"status": {"statusCode": 200}, "results": [{"name": "Ann"}]}
    httpserver.expect_request("/bcv1/profile").respond_with_json(profile)
    made = Credentials("ann@example.org", access_token="t0ken")
    session = BadgeConnect(url, client, page=2).sign_in(made)
    yield session
    session.close()


def play_list(httpserver, pages, **headers):
    for offset, ids in pages.items():
        httpserver.expect_request(
            "/bcv1/assertions", query_string={"limit": "2", "offset": str(offset)}
        ).respond_with_json({"results": [{"id": one} for one in ids]}, headers=headers)


def ids(session):
    return [one.open_badge_id.rpartition("/")[2] for one in session.held()]


A, B, C = (f"https://issuer.example/{name}" for name in "abc")


def test_host_that_says_no_address_has_none(host):
    assert host.addresses.all == ()
    assert "t0ken" not in repr(host)


def test_pages_without_links_end_with_an_empty_one(httpserver, host):
    play_list(httpserver, {0: [A, B], 2: [C], 3: []})
    assert ids(host) == ["a", "b", "c"]


def test_pages_end_where_the_host_has_counted_to(httpserver, host):
    play_list(httpserver, {0: [A, B], 2: [C]}, **{"X-Total-Count": "3"})
    assert ids(host) == ["a", "b", "c"]


def test_link_to_another_place_is_followed_to_the_same_list_only(httpserver, host):
    away = '<https://elsewhere.example/steal?limit=9&offset=2>; rel="next"'
    play_list(httpserver, {0: [A, B]}, Link=away)
    play_list(httpserver, {2: [C]}, Link='<https://x.example/?offset=0>; rel="first"')
    assert ids(host) == ["a", "b", "c"]


@pytest.mark.parametrize("link", ['<https://[x>; rel="next"', '<?page=2>; rel="next"', "rubbish"])
def test_link_without_a_place_is_the_end(httpserver, host, link):
    play_list(httpserver, {0: [A]}, Link=link)
    assert ids(host) == ["a"]


def test_thing_without_an_id_is_passed_over(httpserver, host):
    httpserver.expect_request("/bcv1/assertions").respond_with_json(
        {"results": [{"id": 7}, "x", {"id": A}]}, headers={"X-Total-Count": "3"}
    )
    assert ids(host) == ["a"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"status": {"statusText": "PERMISSION_DENIED"}}, SignInFailed),
        (403, {}, SignInFailed),
        (401, {"status": {"statusText": "UNAUTHENTICATED"}}, SignInFailed),
        (503, {}, TryLater),
        (418, {"status": {"error": "teapot"}}, NotAccepted),
        (200, {"status": {"statusCode": 404}}, NotAccepted),
    ],
)
def test_list_that_is_refused_says_why(httpserver, host, status, body, error):
    httpserver.expect_request("/bcv1/assertions").respond_with_json(body, status=status)
    with pytest.raises(error) as raised:
        list(host.held())
    assert raised.value.next_step


def test_badge_without_an_address_is_not_sent(httpserver, host):
    asked = len(httpserver.log)
    told = host.send(Parcel("Signed", frozenset({"urn:x"}), jws="e30.e30.c2ln"))
    assert (told.state, told.reason) == (OutcomeState.REFUSED, "no_web_address")
    assert len(httpserver.log) == asked


@pytest.mark.parametrize(
    ("profile", "error"),
    [({"results": []}, None), ({}, SignInFailed), ({"results": 7}, SignInFailed)],
)
def test_profile_that_is_none_is_no_sign_in(httpserver, client, url, profile, error):
    play_manifest(httpserver, api(url))
    httpserver.expect_request("/bcv1/profile").respond_with_json(profile)
    destination = BadgeConnect(url, client)
    credentials = Credentials("ann@example.org", access_token="t0ken")
    if error is None:
        assert destination.sign_in(credentials).addresses.all == ()
    else:
        with pytest.raises(error, match="not as Badge Connect does"):
            destination.sign_in(credentials)


def test_collections_are_none_and_cannot_be_filled(host):
    assert host.collections() == []
    with pytest.raises(NotAccepted):
        host.fill_collection("c", "Science", ())


def test_manifest_that_names_no_web_site_asks_for_a_client_id():
    nowhere = Manifest("x", "https://[x", "https://a.example/", "https://t.example/", None, SCOPES)
    with pytest.raises(SignInFailed, match="--client-id"):
        registration_of(nowhere)


def test_badge_waits_where_the_sign_in_cannot_be_renewed_now(httpserver, client, url):
    play_manifest(httpserver, api(url))
    httpserver.expect_request("/bcv1/profile").respond_with_json({"results": []})
    made = Credentials("ann@example.org", refresh_token="r", access_token="t", client_id="mine")
    session = BadgeConnect(url, client).sign_in(made)
    httpserver.expect_request("/bcv1/assertions").respond_with_json({}, status=401)
    httpserver.expect_request("/token").respond_with_json({"expires": 9}, status=429)
    told = session.send(Parcel("Maths", frozenset({A}), url=A))
    assert (told.state, told.reason) == (OutcomeState.TRY_AGAIN, "destination_unreachable")
    assert told.after == 9


def test_badgr_server_without_a_manifest_is_asked_at_its_own_page(at, httpserver):
    httpserver.expect_request("/.well-known/badgeconnect.json").respond_with_data("", 404)
    app = App("mine", "https://x.example/")
    invited = at().invite(app)
    assert invited.url.startswith(httpserver.url_for("/o/authorize?response_type=code&"))
    assert "rw%3Abackpack" in invited.url
    assert "rw%3Aissuer" in at().invite_to_award(app).url
    with pytest.raises(SignInFailed, match="sign in at badge-connect:"):
        at().invite(None)

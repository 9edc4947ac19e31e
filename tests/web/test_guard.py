from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from datasette_auth_passwords.utils import hash_password

from migrator.web.rights import GUEST, STAFF

PASSWORD, OTHER = "a long password", "another long one"
ADDRESS = re.compile(r"(?:ann|Ann\.Smith|bob|bob\.old|p2\d)(?:@|%40)", re.IGNORECASE)
RAW = (
    *("/archive", "/archive.json", "/archive/identity", "/archive/identity.json"),
    *("/archive/identity.csv", "/archive/IDENTITY.json", "/archive/learner_status.json"),
    *("/archive/identity/1.json", "/archive.json?sql=select+*+from+identity"),
    *("/archive.csv?sql=select+*+from+identity", "/archive/where_is_my_badge.json?address=x"),
    "/archive/document.blob?_blob_column=content",
    "/archive/document/1.blob?_blob_column=digest",
    *("/archive.db", "/_internal", "/_internal/tables.json", "/archive/identity_fts.json"),
)


@pytest.fixture(scope="module")
def hashes():
    # Few rounds: a test need not wait.
    return {
        STAFF: hash_password(PASSWORD, iterations=1000),
        GUEST: hash_password(OTHER, iterations=1000),
    }


@pytest.fixture
def elsewhere(open_desk, hashes):
    """A desk as it is when others can reach it."""
    return open_desk(hashes=hashes, actions=True)


def sign_in(asking, name, password):
    return asking.form("/-/login", {"username": name, "password": password}, "/-/login")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8701", 200),
        ("localhost", 200),
        ("[::1]:8701", 200),
        ("192.168.1.7", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8701", 421),
        ("localhost.evil.example", 421),
        ("evil.example@127.0.0.1", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_computer_are_answered(asking, host, status):
    assert asking.get("/", headers={"Host": host}).status_code == status


def test_a_name_that_was_given_is_answered(open_desk):
    asking = open_desk(names=frozenset({"desk.example.org"}))
    assert asking.get("/", headers={"Host": "desk.example.org"}).status_code == 200
    assert asking.get("/", headers={"Host": "other.example.org"}).status_code == 421


def test_no_answer_may_load_anything_from_elsewhere_or_be_framed(asking):
    ours = ("/", "/learner/1", "/badge/1", "/badge/99", "/-/login")
    for path in (*ours, "/archive", "/archive/nope"):
        headers = asking.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert {source for one in policy.values() for source in one.split()} == {"'none'", "'self'"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "private, no-store"


def test_pages_name_no_foreign_resource_and_run_no_script_of_their_own(asking, masked):
    for path in ("/", "/learner/1", "/badge/1", "/find?q=smith", "/-/login"):
        page = BeautifulSoup(asking.get(path).text, "html.parser")
        for tag in page.select("[src], link[href]"):
            assert (tag.get("src") or tag.get("href")).startswith("/")
        assert not [one for one in page.select("script") if one.text.strip()]
        assert not page.select("style, [style]")


def test_datasettes_pages_about_itself_are_closed(asking):
    for name in (
        *("metadata", "versions", "plugins", "settings", "threads", "databases", "actor"),
        *("permissions", "messages", "allow-debug", "patterns", "auth-token", "password-tool"),
    ):
        for end in ("", ".json"):
            assert asking.get(f"/-/{name}{end}").status_code == 404


def test_a_form_of_another_site_changes_nothing(asking):
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ):
        answer = asking._run("POST", "/-/login", headers=headers, data={"username": "x"})
        assert answer.status_code == 403
    assert asking._run("DELETE", "/learner/1").status_code == 405


@pytest.mark.no_cover  # every page again; other tests measure them
def test_where_addresses_are_masked_no_page_and_no_table_shows_one(masked, filled):
    paths = [
        *("/", "/totals.json", "/totals.csv", "/find?q=smiht", "/find.json?q=smith"),
        *("/find.csv?q=smith", "/problems", "/problems.json", "/board/1/done.csv", "/by/issuer"),
        *("/board/1/held/no_account", "/board/1/held/no_account.json", "/board/1/done"),
        *(f"/learner/{n}{end}" for n in (1, 2, 3) for end in ("", ".json", ".csv")),
        *(
            f"/badge/{row['id']}{end}"
            for row in filled.all("select id from assertion")
            for end in ("", ".json", ".csv")
        ),
    ]
    seen = 0
    for path in paths:
        answer = masked.get(path)
        assert answer.status_code == 200, path
        assert not ADDRESS.search(answer.text), path
        seen += "a***@" in answer.text
    assert seen > 10
    for path in RAW:
        assert masked.get(path).status_code in (403, 404), path


def test_where_addresses_are_masked_no_original_is_handed_out(masked, asking, filled):
    row = filled.one("select assertion_id, image_id from sighting where image_id is not null")
    document = filled.one(
        "select document_id from sighting_document join sighting on sighting.id = sighting_id"
        " where assertion_id = ?",
        row["assertion_id"],
    )[0]
    for path in (
        f"/badge/{row['assertion_id']}/original/{row['image_id']}",
        f"/badge/{row['assertion_id']}/document/{document}",
    ):
        assert asking.get(path).status_code == 200
        assert masked.get(path).status_code == 403
    picture = masked.get(f"/badge/{row['assertion_id']}/picture")
    assert picture.status_code == 200
    assert b"example.org" not in picture.content


def test_elsewhere_nobody_sees_anything_before_signing_in(elsewhere):
    for path in ("/", "/totals.json", "/find?q=ann@example.org", "/learner/1", "/badge/1.csv"):
        answer = elsewhere.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/-/login?next=%2F")
    for path in (*RAW, "/badge/1/picture", "/badge/1/document/1"):
        assert elsewhere.get(path).status_code in (403, 404), path


def test_staff_signs_in_and_sees_addresses(elsewhere):
    answer = sign_in(elsewhere, STAFF, PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "ann@example.org" in elsewhere.get("/learner/1").text
    assert elsewhere.get("/archive/identity.json").status_code == 200
    out = elsewhere.form("/-/logout", {}, "/")
    assert out.status_code == 302
    elsewhere.cookies.pop("ds_actor", None)
    assert elsewhere.get("/").status_code == 302


def test_behind_tls_the_cookie_is_only_sent_so(open_desk, hashes, runner):
    desk = open_desk(hashes=hashes)
    for scheme in ("http", "https"):
        url = f"{scheme}://localhost/-/login"
        answer = runner.run(desk.site.client.request("GET", url, avoid_path_rewrites=True))
        assert ("secure" in answer.headers["set-cookie"].lower()) == (scheme == "https")


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/learner/1", "/learner/1"),
        ("/find?q=ann@example.org&x=1", "/find?q=ann@example.org&x=1"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/learner/1\r\nSet-Cookie: a=b", "/"),
        ("/-/logout", "/"),
        ("/learnerx", "/"),
    ],
)
def test_who_signs_in_comes_to_the_page_of_the_ticket(elsewhere, wanted, led):
    page = f"/-/login?{urlencode({'next': wanted})}"
    form = BeautifulSoup(elsewhere.get(page).text, "html.parser").select_one("main form")
    answer = elsewhere.form(form["action"], {"username": STAFF, "password": PASSWORD}, page)
    assert (answer.status_code, answer.headers["location"]) == (302, led)


def test_a_guest_sees_everything_but_addresses(elsewhere):
    sign_in(elsewhere, GUEST, OTHER)
    page = elsewhere.get("/learner/1")
    assert page.status_code == 200
    assert not ADDRESS.search(page.text)
    for path in RAW:
        assert elsewhere.get(path).status_code in (403, 404), path


def test_a_wrong_password_is_refused_and_soon_not_tried(elsewhere):
    answers = [sign_in(elsewhere, STAFF, "wrong") for _ in range(11)]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
    assert 'role="alert"' in answers[0].text
    assert sign_in(elsewhere, STAFF, PASSWORD).status_code == 429


def test_a_password_in_a_header_is_not_looked_at(elsewhere):
    for auth in ((STAFF, PASSWORD), ("\u00e4", "x")):
        assert elsewhere.get("/learner/1", auth=auth).status_code == 302
    broken = elsewhere.get("/learner/1", headers={"Authorization": "Basic !"})
    assert broken.status_code == 302


def test_a_forged_cookie_is_nobody(elsewhere):
    elsewhere.cookies["ds_actor"] = "eyJhIjp7ImlkIjoiZGVzayJ9fQ.AAAA"
    assert elsewhere.get("/").status_code == 302

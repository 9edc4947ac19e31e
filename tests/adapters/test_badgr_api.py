"""The Badgr API adapter: live against the rehearsal's Badgr server, and odd records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from migrator.adapters._badgr_known import Known
from migrator.adapters._badgr_records import badge_of
from migrator.adapters.badgr_api import BadgrApi
from typer.testing import CliRunner

from migrator.archive.archive import Archive
from migrator.archive.intake import read_sources
from migrator.cli.app import app
from migrator.errors import Incomplete, SignInFailed
from migrator.openbadges.badge import Pieces, read_badge
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.sources.found import Found, Problem
from migrator.sources.recorded import recorded_place

ROOT = Path(__file__).parents[2]
PASSWORD = "Al1ce-passw0rd"
ALICE = AccountOptions(("alice@example.org", "alice.old@example.net"), PASSWORD, (), "Alice", "L")
CAROL = AccountOptions(("issuer@example.org",), PASSWORD, (), "Carol", "School")
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mOwiVqAFTEMLQkA"
    "L4pNgYMvzWUAAAAASUVORK5CYII="
)


@pytest.fixture
def _no_network():
    """Lift the guard of this folder: the rehearsal is on the loopback."""


@pytest.fixture
def host():
    options = RehearsalOptions(accounts=(ALICE, CAROL), folder=ROOT / "fixtures" / "badgr")
    with serve(options) as running:
        yield running.url


def asked(host, account, method, path, **body):
    form = {"username": account.emails[0], "password": PASSWORD}
    token = requests.post(f"{host}/o/token", data=form, timeout=10).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    reply = requests.request(method, f"{host}{path}", json=body, headers=headers, timeout=10)
    assert reply.status_code < 300, reply.text
    return reply.json()["result"]


def archived(host, account, path, monkeypatch, password=PASSWORD):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", password)
    monkeypatch.setattr("migrator.cli.live.PatientWeb._pace", lambda self: None)  # tested there
    arguments = ["archive", f"badgr-api:{host}", "--as", account.emails[0], "-a", str(path)]
    result = CliRunner().invoke(app, arguments)
    assert password not in result.output
    return result


def test_a_live_backpack_is_archived_with_pictures_collections_and_addresses(
    host, tmp_path, monkeypatch
):
    for name in ("second", "ob2a"):
        url = f"http://localhost:8099/{name}/assertion.json"
        asked(host, ALICE, "POST", "/v2/backpack/import", url=url)
    badges = [one["entityId"] for one in asked(host, ALICE, "GET", "/v2/backpack/assertions")]
    (made,) = asked(host, ALICE, "POST", "/v2/backpack/collections", name="Web", published=True)
    path = f"/v2/backpack/collections/{made['entityId']}"
    asked(host, ALICE, "PUT", path, name="Web", assertions=badges[:1])
    result = archived(host, ALICE, tmp_path / "a.db", monkeypatch)
    assert result.exit_code == 0, result.output
    with Archive.read(tmp_path / "a.db") as archive:
        assert archive.all("select count(*) from assertion where image_id is not null")[0][0] == 2
        assert archive.all("select count(*) from collection_assertion")[0][0] == 1
        assert archive.all("select count(*) from identity")[0][0] == 2
        names = {row[0] for row in archive.all("select name from badge_class")}
    assert names == {"Badge second", "Badge ob2a"}
    again = archived(host, ALICE, tmp_path / "a.db", monkeypatch)
    assert "0 archived + 2 known" in again.output


def test_a_live_issuer_is_archived_page_by_page(host, tmp_path, monkeypatch):
    (issuer,) = asked(
        host,
        CAROL,
        "POST",
        "/v2/issuers",
        name="School",
        url="https://school.example.org",
        email="issuer@example.org",
        description="A school",
    )
    (welder,) = asked(
        host,
        CAROL,
        "POST",
        "/v2/badgeclasses",
        issuer=issuer["entityId"],
        name="Welder",
        description="Can weld",
        image=PICTURE,
        criteriaNarrative="Weld",
    )
    people = [{"recipient": {"identity": f"p{n}@example.org", "type": "email"}} for n in range(230)]
    awards = f"/v2/badgeclasses/{welder['entityId']}/issue"
    asked(host, CAROL, "POST", awards, assertions=people)
    result = archived(host, CAROL, tmp_path / "a.db", monkeypatch)
    assert result.exit_code == 0, result.output
    with Archive.read(tmp_path / "a.db") as archive:
        assert archive.all("select count(*) from assertion")[0][0] == 230
        assert archive.all("select count(*) from learner")[0][0] == 231
        assert [tuple(row) for row in archive.all("select name from issuer")] == [("School",)]


def test_a_wrong_password_says_what_to_check(host, tmp_path, monkeypatch):
    result = archived(host, ALICE, tmp_path / "a.db", monkeypatch, password="wrong-secret")
    assert isinstance(result.exception, SignInFailed)
    assert "does not let alice@example.org in" in str(result.exception)


def test_each_region_is_known_by_name():
    hosts = BadgrApi.live.hosts
    assert hosts["eu"] == hosts["api.eu.badgr.io"] == "https://api.badges.parchment.eu"
    assert hosts["us"] == hosts["badgr.io"] == "https://api.badges.parchment.com"
    assert {"au", "ca", "sg", "oeb"} <= hosts.keys()


def record(**more):
    badge = {"entityType": "Assertion", "entityId": "A1", "openBadgeId": "https://b.example.org/1"}
    return badge | more


def normal(found):
    assert isinstance(found, Found)
    return read_badge(Pieces(found.assertion, hosted_url=found.hosted_url)).assertion


def test_what_a_record_says_beside_the_badge_is_kept():
    found = badge_of("x", record(pending=True, extensions={"extensions:x": {"a": 1}}), b"", Known())
    kept = json.loads(found.assertion)["madeFromRows"]["unread"]
    assert kept["pending"] == "true"
    assert json.loads(kept["extensions"]) == {"extensions:x": {"a": 1}}


def test_a_badge_class_inside_a_record_is_told_with_its_issuer_from_beside():
    known = Known()
    issuer = {"entityType": "Issuer", "entityId": "I1", "openBadgeId": "https://b.example.org/i"}
    known.learn({**issuer, "name": "School", "url": "https://school.example.org"})
    inside = {"name": "Welder", "issuer": "https://b.example.org/i", "extensions:x": {}}
    found = badge_of("x", record(badgeclass=inside), b"", known)
    badge_class = normal(found).badge_class
    assert (badge_class.name, badge_class.issuer.name) == ("Welder", "School")
    assert "badgeclass" in json.loads(found.assertion)["madeFromRows"]["unread"]


def test_a_v1_definition_is_found_again_by_its_address():
    known = Known()
    own = "https://b.example.org/public/badges/B1"
    by = "https://b.example.org/public/issuers/I1"
    issuer = {"type": "Issuer", "id": f"{by}?v=1_1", "name": "School"}
    badge = {"type": "BadgeClass", "id": f"{own}?v=1_1", "name": "Welder", "issuer": f"{by}?v=1_1"}
    known.learn({"slug": "I1", "json": issuer})
    known.learn({"slug": "B1", "json": badge, "criteria_text": "Weld"})
    award = {"type": "Assertion", "id": "https://b.example.org/1?v=1_1", "badge": f"{own}?v=1_1"}
    found = badge_of("x", {"json": award, "recipient_identifier": "a@example.org"}, b"", known)
    read = normal(found)
    assert found.hosted_url == "https://b.example.org/1"
    assert (read.badge_class.issuer.name, read.badge_class.criteria_narrative) == ("School", "Weld")


@pytest.mark.parametrize("inside", [[], {}, {"id": 7}])
def test_a_v1_record_without_an_address_is_a_problem(inside):
    found = badge_of("x", {"json": inside, "recipient_identifier": "a"}, b"raw", Known())
    assert isinstance(found, Problem)
    assert found.raw == b"raw"


def test_a_reading_that_stops_at_a_page_goes_on_there_and_its_counts_with_it(tmp_path):
    recording = ROOT / "fixtures" / "badgr-api" / "good" / "live" / "live.json"
    place = recorded_place(recording)
    second = next(asked for asked in place.web.replies if "cursor" in asked)
    answer = place.web.replies.pop(second)
    place.web.replies[second] = {"status": 503}
    with Archive.open(tmp_path / "a.db") as archive:
        with pytest.raises(Incomplete):
            read_sources(archive, place, lambda counts: None, BadgrApi())
        assert archive.all("select found, state from source")[0][:] == (4, "interrupted")
        again = recorded_place(recording)
        again.web.replies[second] = answer
        (read,) = read_sources(archive, again, lambda counts: None, BadgrApi())
    assert (read.counts.found, read.counts.archived) == (5, 5)
    assert not [asked for asked in again.web.asked if "num=100" in asked and "cursor" not in asked]

"""From one backpack to another in one command, played between two rehearsals."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import requests

from migrator.cli.live import live_source, password
from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

pytestmark = pytest.mark.usefixtures("unhurried")
WEB = json.loads((Path(__file__).parents[2] / "fixtures/badgr/web.json").read_text())
PICTURE = f"data:image/png;base64,{WEB['images']['badge.png']}"
MARIA, JOERG, NEW = "maria@example.org", "joerg@example.net", "maria@new.example"


class Awarding:
    """Jörg's issuer at a backpack, who awards badges that the backpack itself hosts."""

    def __init__(self, url):
        self.url = url
        form = {"grant_type": "password", "client_id": "public", "scope": "rw:profile rw:issuer"}
        form |= {"username": JOERG, "password": "rehearsal"}
        answer = requests.post(f"{url}/o/token", data=form, timeout=10).json()
        self.headers = {"Authorization": f"Bearer {answer['access_token']}"}
        issuer = self.made("/v2/issuers", name="School", url="https://s.example")
        self.path = self.made("/v2/badgeclasses", issuer=issuer, name="Welder")

    def made(self, path, **body):
        body = {"description": "x", "email": JOERG, "image": PICTURE} | body
        return self.post(path, body)["entityId"]

    def award(self, email):
        recipient = {"identity": email, "type": "email"}
        return self.post(f"/v2/badgeclasses/{self.path}/assertions", {"recipient": recipient})

    def post(self, path, body):
        answer = requests.post(self.url + path, json=body, headers=self.headers, timeout=10)
        return answer.json()["result"][0]


@pytest.fixture
def old(run, rehearsal, demo_data, tmp_path):
    """A backpack with six badges from elsewhere in two collections, and one it hosts itself."""
    run(
        *("migrate", demo_data / "mozilla-export.zip", demo_data / "backpack.sql"),
        *("--to", f"badgr:{rehearsal.url}", "--as", MARIA, "--archive", tmp_path / "seed.db"),
        expected=3,
    )
    Awarding(rehearsal.url).award(MARIA)
    return f"badgr:{rehearsal.url}"


@pytest.fixture
def new(demo_data):
    accounts = (AccountOptions((NEW, MARIA), "another"),)
    with serve(RehearsalOptions(accounts=accounts, folder=demo_data)) as running:
        yield running


@pytest.fixture
def words(old, new, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_SOURCE_PASSWORD", "rehearsal")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "another")
    return ("migrate", old, "--to", f"badgr:{new.url}", "--source-as", MARIA, "--as", NEW)


def test_badges_and_collections_move_from_backpack_to_backpack_once(
    run, rehearsal, new, words, old
):
    ran = run(*words)
    assert "7 badges found = 7 archived + 0 known + 0 with problems; missing: 0." in ran.out
    host = rehearsal.url.removeprefix("http://")
    assert f"1 badge is hosted by {host} itself, the old backpack" in ran.out
    assert "7 badges = 7 moved; missing: 0." in ran.out
    assert set(new.state.imports.values()) == {1}
    assert len(new.state.held) == 7
    assert {one.name for one in new.state.collections.values()} == {
        one.name for one in rehearsal.state.collections.values()
    }
    again = run(*words)
    assert "7 badges found = 0 archived + 7 known" in again.out
    assert "hosted by" not in again.out
    assert set(new.state.imports.values()) == {1}
    assert sum(new.state.imports.values()) == 7
    said = run("reconcile", "--to", f"badgr:{new.url}").out
    assert said.endswith("The archive knew what is there: nothing to do.\n")
    run("check")


def test_what_was_hosted_by_the_old_backpack_cannot_come_once_that_is_gone(
    run, rehearsal, new, words, old
):
    run("archive", old, "--as", MARIA)
    run("login", f"badgr:{new.url}", "--as", NEW)
    plan = run("plan", "--to", f"badgr:{new.url}", "--json").json
    assert [one["badges"] for one in plan["hosted_by_sources"]] == [1]
    rehearsal.stop()
    ran = run("push", "--to", f"badgr:{new.url}", expected=3)
    assert "7 badges = 6 moved + 1 refused; missing: 0." in ran.out


def test_a_stopped_run_goes_on_and_sends_nothing_twice(run, new, words, start):
    new.app.faults = Faults(slow=0.3)
    process = start(*words)
    while not process.stdout.readline().endswith(": moved\n"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert 0 < len(new.state.held) < 7
    new.app.faults = Faults()
    run(*words)
    assert len(new.state.held) == 7
    assert set(new.state.imports.values()) == {1}


def test_each_side_is_asked_for_its_own_password_and_neither_hears_the_others(
    run, rehearsal, new, words, monkeypatch
):
    monkeypatch.delenv("BADGE_MIGRATOR_SOURCE_PASSWORD")
    before = sign_ins(rehearsal)
    ran = run(*words, expected=5)
    assert "Set BADGE_MIGRATOR_SOURCE_PASSWORD" in ran.err
    assert sign_ins(rehearsal) == before
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    asked = []

    def prompt(text, **more):
        asked.append(text)
        return "rehearsal" if rehearsal.url in text else "another"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    run(*words)
    assert asked == [
        f"The password of {MARIA} at {rehearsal.url}",
        f"Password of {NEW} at {new.url}",
    ]
    assert len(new.state.held) == 7


def sign_ins(backpack):
    requests_made = backpack.state.requests
    return sum(times for (path, _), times in requests_made.items() if path == "POST /o/token")


def test_nobody_moves_badges_to_where_they_are(run, rehearsal):
    here = f"badgr:{rehearsal.url}"
    ran = run("migrate", here, "--to", here, "--as", MARIA, expected=2)
    assert "is the source and the destination" in ran.err
    assert run("archive", here, "--as", MARIA).code == 0


def test_a_host_has_the_same_name_as_source_and_as_destination():
    for text in ("badgr:eu", "badgr-api:eu", "badgr:https://api.badges.parchment.eu"):
        adapter, address = live_source(text)
        assert (adapter.name, address) == ("badgr-api", "https://api.badges.parchment.eu")


def test_the_passwords_of_the_two_sides_are_told_apart(monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "of the new one")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert password(MARIA, "the password", "https://old.example", alone=False) == ""
    assert password(MARIA, "the password", "https://old.example") == "of the new one"
    monkeypatch.setenv("BADGE_MIGRATOR_SOURCE_PASSWORD", "of the old one")
    for alone in (True, False):
        found = password(MARIA, "the password", "https://old.example", alone=alone)
        assert found == "of the old one"

"""A running rehearsal over the made web of fixtures/badgr, with the recorded accounts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[2] / "fixtures" / "badgr"

ALICE = AccountOptions(
    emails=("alice@example.org", "alice.old@example.net", "alice.pending@example.com"),
    password="Al1ce-passw0rd",
    unverified=("alice.pending@example.com",),
    first_name="Alice",
    last_name="Learner",
)
BOB = AccountOptions(emails=("bob@example.org",), password="B0b-passw0rd", first_name="Bob")


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.time = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)

    def __call__(self):
        return self.time

    def advance(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def module_clock():
    return Clock


@pytest.fixture
def start(clock):
    """Start rehearsals that are stopped when the test is over."""
    running = []

    def start(**options):
        given = {"accounts": (ALICE, BOB), "folder": FIXTURES, "clock": clock} | options
        rehearsal = serve(RehearsalOptions(**given))
        running.append(rehearsal)
        return rehearsal

    yield start
    for rehearsal in running:
        rehearsal.stop()


class Visitor:
    """Somebody with a token who talks to a rehearsal."""

    def __init__(self, rehearsal, account=ALICE, scope="rw:profile rw:backpack"):
        self.url = rehearsal.url
        form = {
            "grant_type": "password",
            "client_id": "public",
            "username": account.emails[0],
            "password": account.password,
            "scope": scope,
        }
        granted = requests.post(f"{self.url}/o/token", data=form, timeout=10)
        assert granted.status_code == 200, granted.text
        self.granted = granted.json()
        self.headers = {
            "Authorization": f"Bearer {self.granted['access_token']}",
            "Accept": "application/json",
        }

    def ask(self, method, path, json=None, **more):
        headers = self.headers | more.pop("headers", {})
        return requests.request(
            method,
            self.url + path,
            json=json,
            headers=headers,
            timeout=20,
            allow_redirects=False,
            **more,
        )


@pytest.fixture
def visit():
    return Visitor


@pytest.fixture(scope="session")
def made_web():
    return json.loads((FIXTURES / "web.json").read_text())

"""Recorded answers, a server that plays them, a rehearsal backpack, and sessions of no server."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
import requests

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import (
    Credentials,
    Held,
    HeldCollection,
    Outcome,
    OutcomeState,
    Parcel,
)
from migrator.destinations.oauth import code_in
from migrator.net import Client, Reply
from migrator.openbadges.model import Addresses
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[2] / "fixtures" / "badgr"
ALICE = AccountOptions(
    emails=("alice@example.org", "alice.old@example.net", "alice.pending@example.com"),
    password="Al1ce-passw0rd",
    unverified=("alice.pending@example.com",),
)
DAN = AccountOptions(
    ("dan@example.org",), password="D4n-passw0rd!", unverified=("dan@example.org",)
)


@pytest.fixture(scope="session")
def recorded():
    """All recorded exchanges, by name."""
    files = sorted((FIXTURES / "recordings").glob("*.json"))
    return {
        exchange["name"]: exchange
        for file in files
        for exchange in json.loads(file.read_text(encoding="utf-8"))
    }


@pytest.fixture(scope="session")
def reply_of(recorded):
    """The recorded answer of an exchange as our client would have it."""

    def make(name):
        answer = recorded[name]["response"]
        body = answer["body"]
        data = body if isinstance(body, str) else json.dumps(body)
        return Reply(answer["status"], answer["headers"], data.encode(), "https://badgr.example")

    return make


@pytest.fixture(scope="session")
def reply():
    """Any answer."""

    def make(status, body="", **headers):
        data = body if isinstance(body, str) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, named, data.encode(), "https://badgr.example")

    return make


@pytest.fixture(scope="session")
def rehearsal():
    """A backpack over the recorded web, with Alice, and Dan who has confirmed nothing."""
    with serve(RehearsalOptions(accounts=(ALICE, DAN), folder=FIXTURES)) as running:
        yield running


@pytest.fixture
def fresh():
    """A rehearsal of one's own, for what changes it for good."""
    with serve(RehearsalOptions(accounts=(ALICE, DAN), folder=FIXTURES)) as running:
        yield running


@pytest.fixture(scope="session")
def alice():
    return Credentials("alice@example.org", password=ALICE.password)


@pytest.fixture(scope="session")
def dan():
    return Credentials("dan@example.org", password=DAN.password)


def browsed(invited, account):
    """Say yes on the page of a rehearsal; return the address at which the browser ends."""
    form = {"username": account.emails[0], "password": account.password, "allow": "yes"}
    page = requests.post(invited.url, data=form, timeout=10)
    return html.unescape(re.search(r'id="address">([^<]+)<', page.text)[1])


@pytest.fixture(scope="session")
def browse():
    return browsed


@pytest.fixture(scope="session")
def says_yes():
    """Sign an account in in the browser; returns what the destination gives for the code."""

    def credentials(destination, account, app=None):
        invited = destination.invite(app)
        code = code_in(browsed(invited, account), invited)
        return destination.admit(account.emails[0], invited, code)

    return credentials


@pytest.fixture
def at(httpserver):
    """A Badgr destination at the server of the test."""
    client = Client(allow_private=True, read_timeout=2)
    yield lambda **more: Badgr(httpserver.url_for("").rstrip("/"), client=client, **more)
    client.close()


class Played:
    """A session that plays the given results in turn; an exception among them is raised."""

    def __init__(self, **results):
        self.addresses = Addresses(("ann@example.org",))
        self.credentials = Credentials("ann@example.org", password="s3cret-Passw0rd")
        self.results = {name: list(played) for name, played in results.items()}
        self.calls = []

    def _next(self, name, *what):
        self.calls.append((name, *what))
        played = self.results[name]
        result = played.pop(0) if len(played) > 1 else played[0]
        if isinstance(result, BaseException):
            raise result
        return result

    def held(self):
        return iter(self._next("held"))

    def send(self, parcel):
        return self._next("send")

    def find(self, parcel):
        return self._next("find")

    def collections(self):
        return self._next("collections")

    def create_collection(self, name, description, published):
        return self._next("create_collection", name)

    def fill_collection(self, remote_id, name, badges):
        self._next("fill_collection", remote_id, name, badges)

    def close(self):
        self.calls.append(("close",))

    @property
    def names(self):
        return [call[0] for call in self.calls]


@pytest.fixture(scope="session")
def played():
    return Played


@pytest.fixture(scope="session")
def parcel():
    return Parcel("Maths", frozenset({"https://issuer.example/a"}), url="https://issuer.example/a")


DONE = Outcome(OutcomeState.DONE, remote_id="r1")
LOST = Outcome(OutcomeState.UNKNOWN, reason="answer_lost")
THERE = Held("r1", "https://issuer.example/a")
EMPTY = HeldCollection("c1", "Science")

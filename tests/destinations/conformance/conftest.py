"""Credentials of the account of all subjects, and Badgr as a subject."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, Parcel
from migrator.destinations.conformance import Subject
from migrator.openbadges.baking import unbake
from migrator.openbadges.jws import payload
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[3] / "fixtures" / "badgr"
ALICE = AccountOptions(("alice@example.org", "alice.old@example.net"), "Al1ce-passw0rd")


def hosted(badge, **form):
    url = f"http://localhost:8099/{badge}/assertion.json"
    return Parcel(badge, frozenset({url}), **(form or {"url": url}))


def parcels():
    submitted = json.loads((FIXTURES / "web.json").read_text(encoding="utf-8"))["submitted"]
    signed = base64.b64decode(submitted["3-dead-41-signed-baked"])
    image = base64.b64decode(submitted["2-import-06-image-ok-json-baked"])
    jws = unbake(signed).baked[0].text
    return (
        hosted("ob2a"),
        hosted("ob2b", assertion={"id": "http://localhost:8099/ob2b/assertion.json"}),
        Parcel("baked", frozenset({json.loads(unbake(image).baked[0].text)["id"]}), image=image),
        Parcel("signed", frozenset({payload(jws)["id"]}), jws=jws),
    )


@pytest.fixture(scope="session")
def prepared_badgr():
    """Prepare a rehearsal backpack, and Badgr as a subject at it."""
    badges = parcels()

    @contextmanager
    def prepared(make=Badgr):
        with serve(RehearsalOptions(accounts=(ALICE,), folder=FIXTURES)) as running:
            yield Subject(
                make=make,
                address=running.url,
                credentials=Credentials(ALICE.emails[0], ALICE.password),
                parcels=badges,
                refused=hosted("expired"),
                wrong=Credentials(ALICE.emails[0], "wr0ng-passw0rd"),
            )

    return prepared

"""Open Educational Badges by the same contract: a Badgr server with a place for Open Badges 3.0."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.destinations import presets
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, Parcel
from migrator.destinations.conformance import SERVER_CHECKS, Subject, name
from migrator.openbadges.baking import bake
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[3] / "fixtures" / "badgr"
ALICE = AccountOptions(("alice@example.org",), "Al1ce-passw0rd")


def hosted(badge, **form):
    url = f"http://localhost:8099/{badge}/assertion.json"
    return Parcel(badge, frozenset({url}), **(form or {"url": url}))


def credential(number, **more):
    digest = hashlib.sha256(b"alice@example.orgsalt").hexdigest()
    identifier = {
        "identityType": "emailAddress",
        "identityHash": f"sha256${digest}",
        "hashed": True,
        "salt": "salt",
    }
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": f"urn:uuid:{number}",
        "issuer": {"id": "https://dead.example.org/issuer"},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {"identifier": [identifier], "achievement": {"name": f"Art {number}"}},
        **more,
    }
    return Parcel("Art", frozenset({f"urn:uuid:{number}"}), document=json.dumps(document).encode())


@pytest.fixture
def at_oeb(monkeypatch):
    """Make an address that of Open Educational Badges."""
    (oeb,) = (one for one in presets.PRESETS if one.name == "oeb")
    monkeypatch.setattr(presets, "at", lambda url: replace(oeb, url=url))


@pytest.fixture
def subject(at_oeb, make):
    options = RehearsalOptions(accounts=(ALICE,), folder=FIXTURES, educational=True)
    image = bake(make.png(), json.dumps({"id": "http://localhost:8099/ob2c/assertion.json"}))
    with serve(options) as running:
        yield Subject(
            make=Badgr,
            address=running.url,
            credentials=Credentials(ALICE.emails[0], ALICE.password),
            parcels=(
                hosted("ob2a"),
                hosted("ob2b", assertion={"id": "http://localhost:8099/ob2b/assertion.json"}),
                hosted("ob2c", image=image),
                credential(1),
            ),
            refused=credential(2, validFrom=None),
            wrong=Credentials(ALICE.emails[0], "wr0ng-passw0rd"),
        )


# What has to do with the second place; the rest is tried with Badgr.
CHOSEN = {
    *("declares_capabilities", "delivers_in_every_form", "lists_everything", "takes_a_badge_once"),
    *("refuses_with_a_reason", "keeps_collections_if_it_says_so", "sends_one_request"),
    *("settles_a_lost_answer", "renews_a_token_that_has_run_out", "survives_hostile_answers"),
    *("takes_no_hostile_list_for_an_empty_one", "ends_though_every_page_is_the_same"),
}
CHECKS = [one for one in SERVER_CHECKS if name(one) in CHOSEN]


def test_every_check_that_is_chosen_exists():
    assert len(CHECKS) == len(CHOSEN)


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_open_educational_badges_keeps_the_contract(check, subject):
    check(subject)

"""Badge Connect against the rehearsal backpack, with a relay between them; two badges on a page."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from migrator.destinations.badge_connect.destination import BadgeConnect
from migrator.destinations.base import Credentials, Parcel
from migrator.destinations.conformance import SERVER_CHECKS, Subject, name
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[3] / "fixtures" / "badgr"
ALICE = AccountOptions(("alice@example.org",), "Al1ce-passw0rd")


def hosted(badge):
    url = f"http://localhost:8099/{badge}/assertion.json"
    return Parcel(badge, frozenset({url}), url=url)


@pytest.fixture(scope="module")
def prepared(says_yes):
    """Prepare a rehearsal backpack, and an account that has said yes in the browser."""

    @contextmanager
    def prepared():
        with serve(RehearsalOptions(accounts=(ALICE,), folder=FIXTURES)) as running:
            yield Subject(
                make=partial(BadgeConnect, page=2),
                address=running.url,
                credentials=says_yes(BadgeConnect(running.url), ALICE),
                parcels=tuple(map(hosted, ("ob2a", "ob2b", "ob2c"))),
                refused=hosted("expired"),
                wrong=Credentials(ALICE.emails[0], access_token="n0t-a-token"),
            )

    return prepared


@pytest.mark.parametrize("check", SERVER_CHECKS, ids=name)
def test_badge_connect_keeps_the_contract(check, prepared):
    with prepared() as subject:
        check(subject)

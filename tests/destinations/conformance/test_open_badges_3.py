"""The Open Badges 3.0 destination against the rehearsal, with a relay between; two on a page."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from migrator.destinations.base import Credentials, Parcel
from migrator.destinations.conformance import SERVER_CHECKS, Subject, name
from migrator.destinations.open_badges.destination import OpenBadges3
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[3] / "fixtures" / "badgr"
ALICE = AccountOptions(("alice@example.org",), "Al1ce-passw0rd")


def credential(number, **more):
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": f"urn:uuid:{number}",
        "issuer": {"id": "https://school.example.org/issuer", "type": ["Profile"]},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {"achievement": {"id": f"urn:achievement:{number}", "name": "Art"}},
        **more,
    }


def proven(number, **more):
    document = credential(number, proof={"type": "DataIntegrityProof"}, **more)
    return Parcel("Art", frozenset({f"urn:uuid:{number}"}), document=json.dumps(document).encode())


def signed(number):
    parts = ({"alg": "EdDSA"}, credential(number), {"signature": number})
    encoded = (base64.urlsafe_b64encode(json.dumps(one).encode()) for one in parts)
    token = b".".join(one.rstrip(b"=") for one in encoded).decode()
    return Parcel("Signed art", frozenset({f"urn:uuid:{number}"}), jws=token)


@pytest.fixture(scope="module")
def prepared(says_yes):
    """Prepare a rehearsal host, and an account that has said yes in the browser."""

    @contextmanager
    def prepared():
        with serve(RehearsalOptions(accounts=(ALICE,), folder=FIXTURES)) as running:
            yield Subject(
                make=partial(OpenBadges3, page=2),
                address=running.url,
                credentials=says_yes(OpenBadges3(running.url), ALICE),
                parcels=(proven(1), signed(2), proven(3)),
                refused=proven(4, issuer=None),
                wrong=Credentials(ALICE.emails[0], access_token="n0t-a-token"),
            )

    return prepared


@pytest.mark.parametrize("check", SERVER_CHECKS, ids=name)
def test_open_badges_3_keeps_the_contract(check, prepared):
    with prepared() as subject:
        check(subject)

"""A folder, by the same contract as every backpack."""

from __future__ import annotations

import pytest

from migrator.destinations.base import About, Credentials, Parcel
from migrator.destinations.conformance import CHECKS, Subject, name
from migrator.destinations.files.destination import Files
from migrator.openbadges.model import Evidence

ABOUT = About(
    *("Robotics", "Beth's School", "2015-04-30T10:00:00Z", "2030-01-01", False),
    *("ann@example.org", "Ann Smith", "https://issuer.example/2", "Well done"),
    (Evidence("https://e.example/1", "First"),),
)


@pytest.fixture
def subject(tmp_path, make):
    ids = [frozenset({make.url(number)}) for number in range(4)]
    return Subject(
        make=Files,
        address=str(tmp_path / "badges"),
        credentials=Credentials("ann@example.org", "n0t-asked-for"),
        parcels=(
            Parcel("Baked", ids[0], image=make.baked(0), about=ABOUT),
            Parcel("Found", ids[1], document=b'{"id": "x" }', about=ABOUT),
            Parcel("Signed", ids[2], jws="e30.e30.c2ln"),
            Parcel("Hosted", ids[3], url=make.url(3)),
        ),
        refused=Parcel("Nothing", frozenset({"urn:nothing"}), document=b""),
    )


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_a_folder_keeps_the_contract(check, subject):
    check(subject)

from __future__ import annotations

import json
from pathlib import Path

import pytest
from migrator.adapters.badgekit import BadgeKit

from migrator.errors import SourceUnreadable
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Found
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures" / "badgekit"


def read(path, **settings):
    with open_place(path) as place:
        place.settings = settings
        return list(read_place(place, BadgeKit()))


def badges(path, **settings):
    found = [one for one in read(path, **settings) if isinstance(one, Found)]
    return [
        (one, read_badge(Pieces(one.assertion, hosted_url=one.hosted_url)).assertion)
        for one in found
    ]


@pytest.fixture
def dump():
    return FIXTURES / "good" / "mysql-dump" / "badgekit.sql"


def test_a_dump_tells_all_that_its_tables_say(dump):
    (found, award), _, (_, poem) = badges(dump)
    badge = award.badge_class
    assert award.recipient.identity == "Ada@example.org"
    assert award.issued_on == "2014-05-29T10:16:01Z"
    assert (badge.name, badge.description) == ("Circuit Maker", "Can wire a working circuit.")
    assert (badge.criteria_narrative, badge.tags) == ("Wire it\nShow it", ("electricity",))
    assert (badge.issuer.name, badge.issuer.email) == (
        "City of Learning",
        "badges@city.example.org",
    )
    assert poem.badge_class.issuer.name == "Summer of Words"
    assert poem.badge_class.issuer.email == "hello@library.example.org"
    assert poem.badge_class.image == "https://city.example.org/poet.png"
    unread = json.loads(found.assertion)["madeFromRows"]["unread"]
    assert unread["strapline"] == "Light it up"
    assert unread["categories"] == "Science"
    assert found.image.startswith(b"\x89PNG")


def test_pages_and_dump_tell_the_same_badge(dump):
    page = FIXTURES / "good" / "instances-pages" / "city" / "page1.json"
    (_, from_page), *_ = badges(page)
    (_, from_dump), *_ = badges(dump, **{"badgekit.url": "https://badgekit.example.org/"})
    assert from_page.hosted_url == from_dump.hosted_url
    assert from_page.recipient == from_dump.recipient
    assert from_page.badge_class.issuer == from_dump.badge_class.issuer
    assert from_page.badge_class.alignment[0].target_url == "https://standards.example.org/p4"


def test_evidence_of_an_award_is_kept():
    packed = FIXTURES / "good" / "mysql-dump-packed-with-evidence" / "badgekit.sql.gz"
    assert badges(packed)[0][1].evidence[0].url == "https://work.example.org/1"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*/")), ids=lambda path: path.name)
def test_claim_codes_and_keys_go_nowhere(path):
    (source,) = (one for one in path.iterdir() if one.name != "expected.json")
    try:
        told = repr(read(source))
    except SourceUnreadable as error:
        told = str(error)
    assert "zap" not in told

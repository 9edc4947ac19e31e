"""What rows of WordPress, edX, canvabadges, Fedora and P2PU mean; that their secrets go nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from migrator.adapters.badgeos import BadgeOs
from migrator.adapters.canvabadges import Canvabadges
from migrator.adapters.django_badger import DjangoBadger
from migrator.adapters.edx import EdX
from migrator.adapters.fedora import Fedora
from migrator.adapters.p2pu import P2pu

from migrator.errors import SourceUnreadable
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Found
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures"
ADAPTERS = {
    one.name: one for one in (BadgeOs(), Canvabadges(), DjangoBadger(), EdX(), Fedora(), P2pu())
}


def source_of(folder):
    (source,) = (one for one in folder.iterdir() if one.name != "expected.json")
    return source


def read(name, case, settings=None):
    with open_place(source_of(FIXTURES / name / case)) as place:
        place.settings = settings or {}
        return list(read_place(place, ADAPTERS[name]))


def badges(name, case, settings=None):
    return [
        (one, read_badge(Pieces(one.assertion, one.badge_class, hosted_url=one.hosted_url)))
        for one in read(name, case, settings)
        if isinstance(one, Found)
    ]


def unread(found):
    return json.loads(found.assertion)["madeFromRows"]["unread"]


def every_case():
    return [
        (name, folder.relative_to(FIXTURES / name))
        for name in ADAPTERS
        for folder in sorted((FIXTURES / name).glob("*/*/"))
    ]


@pytest.mark.parametrize(("name", "shown"), every_case(), ids=str)
def test_passwords_and_keys_go_nowhere(name, shown):
    try:
        told = repr(read(name, shown))
    except SourceUnreadable as error:
        told = str(error)
    assert "zap" not in told


def test_an_award_of_badgeos_has_the_date_it_was_earned_and_the_address_it_was_served_at():
    (found, badge), (_, quest), _ = badges("badgeos", "good/wordpress-dump")
    assert badge.assertion.issued_on == "2017-05-06T12:30:00Z"
    page = "https://school.example.org/badgeos-assertion/"
    assert found.hosted_url == f"{page}?bg=10&eid=1&uid=2"
    assert unread(found)["expires after"] == "2 Year"
    assert unread(found)["image"] == "a-1a2b3c.png"
    badge_class = badge.assertion.badge_class
    assert badge_class.name == "Welder"
    assert badge_class.description == "<p>Can weld <em>steel</em>.</p>"
    assert badge_class.issuer.email == "admin@school.example.org"
    assert quest.assertion.hosted_url is None
    assert quest.assertion.badge_class.description == "In short"


def test_wordpress_pages_below_others_have_no_address_that_is_known(tmp_path):
    text = source_of(FIXTURES / "badgeos/good/wordpress-dump").read_text()
    for edited in (
        text.replace("'badgeos-assertion',0,", "'badgeos-assertion',9,"),
        text.replace("'badgeos_assertion_url','50'", "'badgeos_assertion_url','51'"),
        text.replace("'open_badge',10,5,2,", "'open_badge',10,5,'2x',").replace(
            "(2,'ada'", "('2x','ada'"
        ),
    ):
        assert edited != text
        path = tmp_path / "site.sql"
        path.write_text(edited)
        with open_place(path) as place:
            found = [one for one in read_place(place, BadgeOs()) if isinstance(one, Found)]
        assert {one.hosted_url for one in found} == {None}


def test_badgr_answers_kept_by_edx_are_read_in_both_forms():
    (new, made), (old, original) = badges("edx", "good/three-tables")
    assert made.assertion.recipient.identity == "ada@example.org"
    assert new.holder == "Ada@example.org"
    assert made.assertion.badge_class_id == "https://badgr.example.org/public/badges/bc1"
    assert made.assertion.evidence[0].url == "https://courses.example.org/c/9"
    assert unread(new)["course_id"] == "course-v1:Example+CS1+2019"
    assert original.assertion.version == "1.1"
    assert original.assertion.badge_class.name == "Enthusiast"
    assert original.assertion.badge_class.criteria_narrative == "Enrol in three courses."
    assert [(one.kind, one.derived) for one in original.documents] == [
        ("assertion", False),
        ("badge_class", True),
    ]
    assert old.hosted_url == "https://badgr.example.org/public/assertions/s2"


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ({"identity": "sha256$00", "hashed": True, "salt": "s"}, "sha256$00"),
        (
            {"plaintextIdentity": "https://ada.example.org", "type": "url"},
            "https://ada.example.org",
        ),
        ({}, None),
    ],
)
def test_without_an_account_badgrs_answer_says_whose_it_is(tmp_path, recipient, expected):
    answer = json.dumps({"recipient": recipient}).replace('"', '\\"')
    path = tmp_path / "badges.sql"
    path.write_text(
        "CREATE TABLE `badges_badgeassertion` (\n `id` int,\n `data` text,\n `user_id` int,\n"
        " `badge_class_id` int,\n `assertion_url` text\n);\n"
        "INSERT INTO `badges_badgeassertion` VALUES "
        f"(1,'{answer}',9,9,'https://badgr.example.org/public/assertions/x');\n"
    )
    with open_place(path) as place:
        (found,) = [one for one in read_place(place, EdX()) if isinstance(one, Found)]
    said = read_badge(Pieces(found.assertion)).assertion.recipient
    assert (said and said.identity) == expected


def test_the_site_of_canvabadges_makes_addresses_of_lists_and_dumps():
    settings = {"canvabadges.url": "https://badges.example.org/"}
    ((found, _),) = badges("canvabadges", "bad/list-without-the-sites-address", settings)
    url = "https://badges.example.org/api/v1/badges/data/5/101/n1.json"
    assert found.hosted_url == url
    (first, badge), (_, plain), (_, revoked) = badges("canvabadges", "good/postgres-dump", settings)
    assert badge.identity == f"url:{url}"
    assert first.holder == "ada@example.org"
    assert (badge.assertion.recipient.hashed, badge.assertion.recipient.salt) == (True, "17")
    assert badge.assertion.badge_class.description == "Finished\nthe course"
    assert badge.assertion.badge_class.issuer.name == "Example School"
    assert plain.assertion.recipient.identity == "bo@example.net"
    assert plain.assertion.evidence[0].url == "https://school.example.org/work/2"
    assert revoked.assertion.revoked
    assert revoked.assertion.badge_class.image.startswith("data:")
    assert revoked.assertion.badge_class.issuer.name == "Canvabadges"


def test_fedoras_lists_and_assertions_say_whose_badges_they_are():
    (_, first), (_, egg) = badges("fedora", "good/a-persons-list")
    assert first.assertion.recipient.identity == "ada@fedoraproject.org"
    assert first.assertion.issued_on == "2014-01-17T23:06:39Z"
    assert first.assertion.badge_class.tags == ("community", "involvement")
    assert egg.assertion.badge_class.image == "https://badges.fedoraproject.org/pngs/egg.png"
    assert egg.assertion.badge_class.issuer.name == "Fedora Project"
    same = badges("fedora", "good/all-awards-of-a-badge")
    assert same[0][1].identity == egg.identity


def test_awards_of_lernanta_find_people_by_profile_and_account():
    (first, badge), (second, _), (_, undated) = badges("p2pu", "good/lernanta-dump")
    assert (first.holder, second.holder) == ("Ada@example.org", "bo@example.net")
    assert badge.assertion.badge_class.criteria_narrative == "Made a page"
    assert unread(first)["image"] == "images/badges/html.png"
    assert undated.assertion.issued_on is None


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("badgeos", "CREATE TABLE `x_badgeos_points` (\n `id` int\n);"),
        ("edx", "CREATE TABLE `badges_badgeclass` (\n `id` int,\n `issuing_component` text\n);"),
        ("edx", "-- Host: x    Database: edxapp\nCREATE TABLE `assessment` (\n `id` int\n);"),
        ("p2pu", "CREATE TABLE `badges_award` (\n `user_id` int,\n `badge_id` int\n);"),
        ("fedora", '{"user": "ada", "assertions": [{"issued": 1.0, "na'),
        ("canvabadges", '{"objects": [{"config_id": 1, "nonce": "n", "state": "awarded"}]}'),
    ],
)
def test_a_beginning_that_says_less_is_known_less_surely(tmp_path, name, head):
    path = tmp_path / "file"
    path.write_text(head)
    with open_place(path) as place:
        assert ADAPTERS[name].detect(place).confidence >= 40


@pytest.mark.parametrize("name", ADAPTERS)
def test_other_dumps_and_other_json_are_nobodys(tmp_path, name):
    path = tmp_path / "file"
    for text in ("CREATE TABLE `shop` (\n `id` int\n);\n", '{"shop": 1}', "[[1]]", "hello"):
        path.write_text(text)
        with open_place(path) as place:
            assert ADAPTERS[name].detect(place) is None

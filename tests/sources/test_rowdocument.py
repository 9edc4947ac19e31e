from __future__ import annotations

import json
from dataclasses import replace

import pytest

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient, Version
from migrator.sources.found import Found
from migrator.sources.rowdocument import row_badge_class, row_document

URL = "https://badges.example.org/awards/17"
AWARD = Assertion(
    recipient=Recipient("ada@example.org"),
    uid="17",
    issued_on="2014-05-29T10:16:01Z",
    badge_class=BadgeClass(
        "Welder",
        id="https://badges.example.org/welder.json",
        issuer=Issuer("School", id="https://badges.example.org/school.json"),
    ),
)
ORIGINAL = {
    "uid": "17",
    "recipient": {"type": "email", "hashed": False, "identity": "ada@example.org"},
    "badge": "https://badges.example.org/welder.json",
    "verify": {"type": "hosted", "url": URL},
    "issuedOn": "2014-05-29",
}


def test_it_says_what_the_rows_say_and_how_it_came_to_be():
    document = json.loads(row_document(AWARD, "a school's database", unread={"size": "38"}))
    assert document["type"] == "Assertion"
    assert document["uid"] == "17"
    assert document["badge"]["name"] == "Welder"
    assert document["badge"]["issuer"]["name"] == "School"
    made = document["madeFromRows"]
    assert "from rows of a school's database" in made["note"]
    assert made["unread"] == {"size": "38"}


def test_nothing_is_invented():
    bare = Assertion(recipient=Recipient("ada@example.org"), badge_class=BadgeClass("Welder"))
    document = json.loads(row_document(bare, "a table", unread={"size": ""}))
    assert set(document) == {"@context", "type", "recipient", "badge", "madeFromRows"}
    assert document["badge"] == {"type": "BadgeClass", "name": "Welder"}
    assert set(document["madeFromRows"]) == {"note"}


def test_an_address_is_only_said_where_there_was_one():
    assert json.loads(row_document(replace(AWARD, id=URL), "rows"))["id"] == URL
    assert "verification" not in json.loads(row_document(AWARD, "rows"))


def test_equal_rows_give_equal_bytes():
    again = replace(AWARD, evidence=())
    assert row_document(AWARD, "rows", unread={"a": "b"}) == row_document(
        again, "rows", unread={"a": "b"}
    )


def test_it_is_read_as_derived_at_no_address_in_no_version():
    data = row_document(AWARD, "rows")
    badge = read_badge(Pieces(assertion=data, hosted_url=URL))
    assert badge.identity == f"url:{URL}"
    assert badge.assertion.version is None
    assert badge.assertion.badge_class.issuer.name == "School"
    (document,) = badge.documents
    assert (document.derived, document.url, document.data) == (True, None, data)


def test_without_an_address_the_uid_and_the_issuer_are_its_name():
    badge = read_badge(Pieces(assertion=row_document(AWARD, "rows")))
    assert badge.identity == "uid:https://badges.example.org/school.json#17"


def test_an_issuer_without_a_name_in_the_rows_stays_outside():
    award = replace(AWARD, badge_class=BadgeClass("W", issuer_id="https://e.example.org/i"))
    document = json.loads(row_document(award, "rows"))
    assert document["badge"]["issuer"] == "https://e.example.org/i"


@pytest.mark.parametrize("made_first", [True, False])
def test_the_archive_prefers_an_original_and_loses_nothing_of_the_rows(
    archive, reader, tmp_path, made_first
):
    award = replace(AWARD, evidence=(Evidence(url="https://e.example.org/1"),))
    made = Found("row 17", row_document(award, "rows"), hosted_url=URL, holder="ada@example.org")
    original = Found("a.json", json.dumps(ORIGINAL).encode(), hosted_url=URL)
    for found in (made, original)[:: 1 if made_first else -1]:
        reader.outcomes(archive, tmp_path, [found])
    rows = archive.all("select * from assertion")
    assert len(rows) == 1
    assert rows[0]["version"] == Version.V1_0
    assert rows[0]["issued_on"] == "2014-05-29T00:00:00Z"
    assert rows[0]["badge_class_id"] is not None
    kept = archive.all(
        "select origin, url from sighting_document where document_id = ?", rows[0]["document_id"]
    )
    assert [tuple(row) for row in kept] == [("found", "")]
    assert archive.one("select count(*) from evidence")[0] == 1


def test_a_badge_class_from_rows_goes_with_an_original_assertion():
    made = row_badge_class(AWARD.badge_class, "rows", unread={"slug": "welder"})
    badge = read_badge(Pieces(assertion=json.dumps(ORIGINAL).encode(), badge_class=made))
    assert badge.assertion.badge_class.name == "Welder"
    assert badge.assertion.badge_class.issuer.name == "School"
    kinds = [(one.kind, one.url, one.derived) for one in badge.documents]
    assert kinds == [("assertion", URL, False), ("badge_class", None, True)]
    assert json.loads(made)["madeFromRows"]["unread"] == {"slug": "welder"}
    assert json.loads(row_badge_class(BadgeClass("W"), "rows"))["name"] == "W"


def test_rows_of_two_platforms_with_one_number_are_two_badges():
    one = read_badge(Pieces(assertion=row_document(AWARD, "rows", key="badgeos school 17")))
    other = read_badge(Pieces(assertion=row_document(AWARD, "rows", key="canvabadges n17")))
    assert one.identity == "row:badgeos school 17"
    assert other.identity == "row:canvabadges n17"


def test_a_row_that_was_edited_is_the_same_badge_and_an_address_comes_first():
    edited = replace(AWARD, badge_class=BadgeClass("Master welder"))
    data = [row_document(one, "rows", key="a 17") for one in (AWARD, edited)]
    assert data[0] != data[1]
    assert {read_badge(Pieces(assertion=one)).identity for one in data} == {"row:a 17"}
    assert read_badge(Pieces(assertion=data[0], hosted_url=URL)).identity == f"url:{URL}"


@pytest.mark.parametrize("made", ["text", {"key": 7}, {"key": ""}, None])
def test_a_key_that_is_no_text_is_none(made):
    document = {**json.loads(row_document(AWARD, "rows")), "madeFromRows": made}
    badge = read_badge(Pieces(assertion=json.dumps(document).encode()))
    assert badge.identity.startswith("uid:")


def test_a_badge_class_of_which_only_the_address_is_known_stays_an_address():
    award = Assertion(recipient=Recipient("ada@example.org"), badge_class_id="https://e.org/c")
    assert json.loads(row_document(award, "rows"))["badge"] == "https://e.org/c"

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.archive import totals
from migrator.archive.people import People
from migrator.sources.found import (
    FoundCollection,
    FoundLearner,
    Membership,
)


def addresses(archive):
    rows = archive.all("select learner_id, value from identity order by learner_id, value")
    people = {}
    for learner, value in rows:
        people.setdefault(learner, []).append(value)
    return list(people.values())


def test_two_learners_become_one_when_a_source_names_both_addresses(
    archive, reader, tmp_path, make, count, check_books
):
    collection = FoundCollection("group 1", "1", "b@example.org", "Mine")
    reader.outcomes(
        archive,
        tmp_path,
        [
            collection,
            make.found(1, "a@example.org"),
            make.found(2, "b@example.org"),
            make.found(3, "c@example.org"),
        ],
    )
    assert len(addresses(archive)) == 3
    reader.outcomes(
        archive,
        tmp_path,
        [
            # The second learner has rows that wait to be written when it becomes the first.
            make.found(4, "a@example.org"),
            FoundLearner("user 1", ("a@example.org", "B@Example.org"), "Ann"),
            make.found(5, "a@example.org"),
            make.found(6, "B@Example.org"),
        ],
    )
    assert addresses(archive) == [
        ["B@Example.org", "a@example.org", "b@example.org"],
        ["c@example.org"],
    ]
    assert count(archive, "assertion", "learner_id = 1") == 5
    assert archive.one("select learner_id from collection")[0] == 1
    assert [tuple(row) for row in archive.all("select name from learner order by id")] == [
        ("Ann",),
        (None,),
    ]
    assert count(archive, "learner_fts", "learner_fts match 'ann'") == 1
    check_books(archive)


def test_a_name_survives_the_joining_of_two_learners(archive, reader, tmp_path):
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("1", ("a@example.org",)),
            FoundLearner("2", ("b@example.org",), "Bea"),
            FoundLearner("3", ("a@example.org", "b@example.org"), "Another name"),
        ],
    )
    assert [row[0] for row in archive.all("select name from learner")] == ["Bea"]


def test_an_address_is_one_person_in_any_case_and_every_spelling_is_kept(
    archive, reader, tmp_path, make
):
    spellings = ["ann@example.org", "Ann@Example.org", "ANN@EXAMPLE.ORG", " ann@example.org\n"]
    reader.outcomes(archive, tmp_path, [make.found(n, who) for n, who in enumerate(spellings)])
    assert addresses(archive) == [["ANN@EXAMPLE.ORG", "Ann@Example.org", "ann@example.org"]]


@pytest.mark.parametrize("blank", [(), ("",), ("  ", "\t")])
def test_a_person_without_any_address_makes_no_learner(archive, reader, tmp_path, blank):
    for _ in range(2):
        read = reader.outcomes(archive, tmp_path, [FoundLearner("user 9", blank, "Nobody")])
    assert read.counts.warnings == 1
    assert totals.totals(archive).learners == 0
    (problem,) = totals.problems(archive)
    assert (problem.code, problem.severity) == ("learner_without_address", "warning")


@pytest.mark.parametrize("holder", ["", "  "])
def test_a_badge_of_nobody_goes_to_its_recipient(archive, reader, tmp_path, make, holder):
    named = make.found(1, holder, assertion=make.json(make.assertion(1, "ann@example.org")))
    hashed = make.assertion(2)
    hashed["recipient"] = {"type": "email", "hashed": True, "identity": "sha256$" + "ab" * 32}
    reader.outcomes(archive, tmp_path, [named, make.found(2, holder, assertion=make.json(hashed))])
    assert addresses(archive) == [["ann@example.org"]]
    assert [row[0] for row in archive.all("select learner_id from assertion order by id")] == [
        1,
        None,
    ]


def test_collections_keep_their_badges_order_and_stories(archive, reader, tmp_path, make):
    badges = [make.found(n, memberships=(Membership("7", 10 - n, f"story {n}"),)) for n in range(3)]
    collection = FoundCollection("group 7", "7", "ann@example.org", "Mine", "all", True, "u")
    for _ in range(2):
        read = reader.outcomes(archive, tmp_path, [collection, *badges])
    assert read.counts.collections == 1
    rows = archive.all("select assertion_id, story from collection_assertion order by position")
    assert [tuple(row) for row in rows] == [(3, "story 2"), (2, "story 1"), (1, "story 0")]
    renamed = replace(collection, name="Renamed", public=False)
    reader.outcomes(archive, tmp_path, [renamed])
    assert tuple(archive.one("select name, public from collection")) == ("Renamed", 0)


def test_a_collection_of_nobody_and_one_never_described_are_told_of(
    archive, reader, tmp_path, make, count
):
    nobodys = FoundCollection("group 1", "1", " ", "Lost", "all of it")
    found = make.found(1, memberships=(Membership("1", 1), Membership("2", 2)))
    read = reader.outcomes(archive, tmp_path, [nobodys, found])
    assert read.counts.archived == 1
    told = {row["code"]: row["raw"] for row in archive.all("select code, raw from problem")}
    assert set(told) == {"collection_without_owner", "collection_unknown"}
    assert b"all of it" in told["collection_without_owner"]
    assert count(archive, "collection_assertion") == 0


def test_nobody_is_known_by_a_blank(archive):
    with pytest.raises(ValueError, match="at least one address"):
        People(archive.conn, lambda: None).learner([" ", ""])

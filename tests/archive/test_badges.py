from __future__ import annotations

import json

from migrator.archive import shelf
from migrator.sources.found import (
    Found,
)


def test_what_a_richer_source_says_replaces_and_what_a_poorer_one_says_fills_in(
    archive, other, reader, tmp_path, make, count, check_books
):
    bare = Found("list, line 1", hosted_url=make.url(1))
    rich = make.found(
        1,
        assertion=make.json(
            make.assertion(1, expires="2030-01-01", evidence="https://x.example/w")
        ),
    )
    for opened, outcomes in ((archive, (bare, rich)), (other, (rich, bare))):
        for outcome in outcomes:
            reader.outcomes(opened, tmp_path, [outcome])
        row = opened.one("select * from assertion")
        assert (row["version"], row["expires"]) == ("1.1", "2030-01-01T00:00:00Z")
        assert row["recipient_identity"] == "ann@example.org"
        assert row["learner_id"] is not None
        assert row["badge_class_id"] is not None
        assert count(opened, "evidence") == 1
        assert count(opened, "sighting") == 2
        check_books(opened)


def test_evidence_is_not_lost_to_a_richer_source_that_has_none(archive, reader, tmp_path, make):
    poor = Found(
        "a.json",
        assertion=make.json(make.assertion(1, evidence="https://x.example/work")),
        hosted_url=make.url(1),
    )
    reader.outcomes(archive, tmp_path, [poor, make.found(1)])
    assert archive.one("select url from evidence")[0] == "https://x.example/work"


def test_evidence_a_second_source_adds_is_kept_once(archive, reader, tmp_path, make, count):
    more = make.json(make.assertion(1, evidence=["https://x.example/1", "https://x.example/2"]))
    reader.outcomes(
        archive,
        tmp_path,
        [
            make.found(1),
            make.found(1, locator="b", assertion=more),
            make.found(1, locator="c", assertion=more),
        ],
    )
    assert count(archive, "evidence") == 2


def test_a_revocation_seen_in_any_source_stays_seen(archive, reader, tmp_path, make):
    revoked = make.json(make.assertion(1, revoked=True))
    reader.outcomes(
        archive, tmp_path, [make.found(1), make.found(1, locator="b", assertion=revoked)]
    )
    reader.outcomes(archive, tmp_path, [make.found(1, locator="c")])
    assert archive.one("select revoked from assertion")[0] == 1


def test_a_hash_and_its_salt_come_from_one_document(archive, reader, tmp_path, make):
    def hashed(salt, text):
        recipient = {"type": "email", "hashed": True, "identity": "sha256$" + text * 32}
        return make.json(
            make.assertion(1) | {"recipient": recipient | ({"salt": salt} if salt else {})}
        )

    salted = Found("a", assertion=hashed("s1", "ab"), hosted_url=make.url(1))
    unsalted = make.found(1, holder=None, assertion=hashed(None, "cd"))
    reader.outcomes(archive, tmp_path, [salted, unsalted])
    row = archive.one("select recipient_identity, recipient_salt from assertion")
    assert tuple(row) == ("sha256$" + "cd" * 32, None)


def test_the_holder_of_a_badge_does_not_change_with_a_better_document(
    archive, reader, tmp_path, make
):
    url_only = Found("a", hosted_url=make.url(1), holder="ann@example.org")
    reader.outcomes(archive, tmp_path, [url_only, make.found(1, holder="bob@example.org")])
    row = archive.one("select value from identity join assertion using (learner_id)")
    assert row[0] == "ann@example.org"
    holders = archive.all("select value from sighting join identity on identity.id = holder_id")
    assert sorted(row[0] for row in holders) == ["ann@example.org", "bob@example.org"]


def test_a_badge_deleted_in_one_source_and_held_in_another_is_not_deleted(
    archive, reader, tmp_path, make
):
    reader.outcomes(archive, tmp_path, [make.found(1, deleted=True), make.found(2, deleted=True)])
    assert [one.deleted for batch in shelf.all_kept(archive) for one in batch] == [True, True]
    reader.outcomes(archive, tmp_path, [make.found(1, locator="elsewhere")])
    assert [one.deleted for batch in shelf.all_kept(archive) for one in batch] == [False, True]


def test_documents_that_could_not_be_understood_are_kept_all_the_same(
    archive, reader, tmp_path, make, count
):
    found = make.found(
        1, badge_class=b"<html>gone</html>", issuer=b"\xff\x00", jws=b"no jws at all"
    )
    assert reader.outcomes(archive, tmp_path, [found]).counts.archived == 1
    kept = {row[0] for row in archive.all("select content from document")}
    assert {"<html>gone</html>", b"\xff\x00", "no jws at all"} <= kept
    assert count(archive, "sighting_document", "url is null") == 3
    assert shelf.kept(archive, 1).jws is None
    assert shelf.kept(archive, 1).document == found.assertion
    again = make.found(2, assertion=b"{nonsense", image=make.baked(2))
    reader.outcomes(archive, tmp_path, [again])
    assert count(archive, "document", "content = '{nonsense'") == 1
    assert json.loads(shelf.kept(archive, 2).document)["uid"] == "2"


def test_the_same_badge_twice_in_one_batch_is_one_sighting(archive, reader, tmp_path, make, count):
    read = reader.outcomes(archive, tmp_path, [make.found(1), make.found(1), make.found(1)])
    assert (read.counts.archived, read.counts.known) == (1, 2)
    assert count(archive, "sighting") == 1

from __future__ import annotations

import pytest

from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import FoundLearner
from migrator.transfer.recipients import assign


def hashed(make, number, address, algorithm="sha256", salt=None, change=str):
    recipient = {
        "type": "email",
        "hashed": True,
        "identity": change(hash_identity(address, algorithm, salt)),
    }
    if salt is not None:
        recipient["salt"] = salt
    document = make.json(make.assertion(number) | {"recipient": recipient})
    return make.found(number, holder=None, assertion=document)


def owners(archive):
    rows = archive.all(
        "select (select value from identity where identity.learner_id = assertion.learner_id"
        " order by id limit 1) from assertion order by id"
    )
    return [row[0] for row in rows]


def test_hashed_badges_find_their_learner_by_any_address_and_spelling(
    archive, reader, tmp_path, make
):
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("1", ("ann@example.org", "Ann.Lee@School.example")),
            FoundLearner("2", ("bob@example.org",)),
            hashed(make, 1, "ann@example.org", "sha256", "salt"),
            hashed(make, 2, "ANN@EXAMPLE.ORG", "sha1"),
            hashed(make, 3, "ann.lee@school.example", "md5", "s2"),
            hashed(make, 4, "bob@example.org", "sha512", "salt"),
            hashed(make, 5, "stranger@example.org", "sha256", "salt"),
            hashed(make, 6, "bob@example.org", "sha256", "salt", str.upper),
            hashed(make, 7, "bob@example.org", "sha256", "s7", lambda text: f" {text} "),
        ],
    )
    assert owners(archive) == [None] * 7
    assert assign(archive) == 6
    ann, bob = "ann@example.org", "bob@example.org"
    assert owners(archive) == [ann, ann, ann, bob, None, bob, bob]
    assert assign(archive) == 0


@pytest.mark.parametrize("identity", ["$", "sha256$", "crc32$00", "a$b@example.org", "sha256$zz"])
def test_what_is_no_hash_finds_nobody(archive, reader, tmp_path, make, identity):
    recipient = {"type": "email", "hashed": True, "identity": identity}
    document = make.json(make.assertion(1) | {"recipient": recipient})
    reader.outcomes(
        archive,
        tmp_path,
        [FoundLearner("1", ("ann@example.org",)), make.found(1, None, assertion=document)],
    )
    assert assign(archive) == 0
    assert owners(archive) == [None]


def test_no_more_is_hashed_than_the_budget_allows(archive, reader, tmp_path, make):
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("1", ("ann@example.org",)),
            *(hashed(make, n, "ann@example.org", salt=str(n)) for n in range(4)),
        ],
    )
    assert assign(archive, budget=0) == 0
    assert assign(archive, budget=12) == 2
    assert assign(archive) == 2

from __future__ import annotations

import pytest

from migrator.archive import rows
from migrator.archive.search import search
from migrator.sources.found import FoundLearner


def people(count):
    return [f"person{n}@example.org" for n in range(count)]


@pytest.mark.parametrize("count", [rows._CROWD - 1, rows._CROWD, 3 * rows._CROWD])
def test_everybody_of_a_large_batch_is_found_by_a_word_of_the_address(
    archive, reader, tmp_path, make, check_books, count
):
    found = [make.found(n, holder) for n, holder in enumerate(people(count))]
    reader.outcomes(archive, tmp_path, found)
    for n in (0, count // 2, count - 1):
        assert search(archive, f"person{n}").learners
    check_books(archive)


def test_addresses_are_indexed_one_by_one_again_after_a_large_batch(
    archive, reader, tmp_path, make, check_books
):
    found = [make.found(n, holder) for n, holder in enumerate(people(rows._CROWD))]
    later = [
        FoundLearner("row 1", ("person3@example.org", "person4@example.org"), "Zoe Quick"),
        FoundLearner("row 2", ("somebody.else@example.org",)),
    ]
    reader.outcomes(archive, tmp_path, [*found, *later])
    (named,) = search(archive, "Quick").learners
    assert named in search(archive, "person4").learners
    assert search(archive, "somebody").learners
    archive.conn.execute("delete from identity where value = 'somebody.else@example.org'")
    assert not search(archive, "somebody").learners
    check_books(archive)


def test_a_learner_who_gets_a_name_later_is_found_by_it_and_no_longer_by_an_old_one(
    archive, reader, tmp_path, check_books
):
    reader.outcomes(archive, tmp_path, [FoundLearner("row 1", ("ann@example.org",))])
    with archive.writing() as conn:
        for name in ("Ann Smith", "Ann Jones", None, "Ann Miller"):
            conn.execute("update learner set name = ?", (name,))
    assert search(archive, "Miller").learners
    assert not search(archive, "Smith").learners
    check_books(archive)

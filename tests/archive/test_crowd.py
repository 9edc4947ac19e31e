from __future__ import annotations

import pytest

from migrator.archive.crowd import Crowd
from migrator.archive.rows import Rows


@pytest.fixture
def crowd(archive):
    with archive.writing() as conn:
        rows = Rows(conn)
        crowd = Crowd(conn, rows, rows.write)
        yield crowd
        rows.write()


def known(archive):
    rows = archive.all("select learner_id, value from identity order by id")
    return [tuple(row) for row in rows]


def test_new_people_wait_to_be_written_and_are_known_meanwhile(archive, crowd):
    crowd.expect(["a@example.org", "b@example.org"])
    one = crowd.identity("a@example.org")
    other = crowd.identity("b@example.org")
    assert known(archive) == []
    assert crowd.identity(" a@example.org ") == one != other
    crowd.expect(["c@example.org"])
    assert known(archive) == [(one[1], "a@example.org"), (other[1], "b@example.org")]


def test_another_spelling_in_the_same_batch_is_the_same_person(archive, crowd):
    crowd.expect(["Ann@example.org", "ann@example.org"])
    first, second = crowd.identity("Ann@example.org"), crowd.identity("ann@example.org")
    assert first[1] == second[1]
    assert first[0] != second[0]
    assert known(archive) == [(first[1], "Ann@example.org"), (first[1], "ann@example.org")]


def test_who_is_there_already_is_found_in_any_spelling(archive, crowd):
    there = crowd.learner(["Ann@example.org"], "Ann")
    crowd.expect(["Ann@example.org", "ANN@example.org", "JÖRG@example.org", "jörg@example.org"])
    assert crowd.identity("Ann@example.org")[1] == there
    assert crowd.identity("ANN@example.org")[1] == there
    # SQLite's comparison, and so ours, takes capitals of ASCII for the same letters only.
    assert crowd.identity("JÖRG@example.org")[1] != crowd.identity("jörg@example.org")[1]


def test_numbers_given_out_ahead_never_meet_those_that_sqlite_gives(archive, crowd):
    crowd.expect(["a@example.org", "b@example.org", "c@example.org"])
    learners = [
        crowd.identity("a@example.org")[1],
        crowd.learner(["x@example.org", "y@example.org"]),
        crowd.identity("b@example.org")[1],
        crowd.identity("not-expected@example.org")[1],
        crowd.identity("c@example.org")[1],
    ]
    assert len(set(learners)) == 5


def test_two_that_turn_out_to_be_one_are_joined_while_rows_still_wait(archive, crowd):
    crowd.expect(["a@example.org", "b@example.org"])
    crowd.identity("a@example.org")
    crowd.identity("b@example.org")
    one = crowd.learner(["a@example.org", "b@example.org"])
    assert crowd.identity("a@example.org")[1] == crowd.identity("b@example.org")[1] == one

from __future__ import annotations

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.life.forgetting import forget
from migrator.archive.life.learners import merge, split
from migrator.archive.life.union import join
from migrator.archive.notes import LONGEST, Note, notes_of, write
from migrator.archive.stories import story
from migrator.sources.found import FoundLearner

ANN, BOB = 1, 2
NOW = "2026-11-23T09:00:00.000Z"


@pytest.fixture
def people(archive, reader, tmp_path, make):
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("1", ("ann@example.org", "ann@work.example"), "Ann"),
            FoundLearner("2", ("bob@example.org",), "Bob"),
            make.found(1, "ann@example.org"),
            make.found(2, "bob@example.org"),
        ],
    )
    return archive


def test_a_note_is_kept_with_who_wrote_it_and_when(people, text_clock):
    assert write(people, ANN, " desk ", " one \r\n two ") == Note(NOW, "desk", "one \n two")
    text_clock.advance(60)
    write(people, ANN, "", "three")
    assert [(one.author, one.text) for one in notes_of(people, ANN)] == [
        ("desk", "one \n two"),
        ("somebody", "three"),
    ]
    assert story(people, ANN).notes == notes_of(people, ANN)
    assert notes_of(people, BOB) == ()


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST + 1)])
def test_what_is_no_note_is_refused(people, text):
    with pytest.raises(errors.Usage):
        write(people, ANN, "desk", text)
    assert notes_of(people, ANN) == ()


def test_nobody_can_be_noted_about_who_is_not_there(people):
    with pytest.raises(KeyError):
        write(people, 99, "desk", "who?")


def test_notes_stay_with_their_learner(people):
    write(people, BOB, "desk", "about Bob")
    merge(people, "ann@example.org", "bob@example.org")
    assert [one.text for one in notes_of(people, ANN)] == ["about Bob"]
    split(people, "ann@work.example")
    assert [one.text for one in notes_of(people, ANN)] == ["about Bob"]


def test_notes_of_another_archive_are_taken_over_once(people, tmp_path, count):
    write(people, ANN, "desk", "about Ann")
    with Archive.open(tmp_path / "ours.db") as ours:
        for _ in range(2):
            join(ours, people.path, lambda done: None)
        assert count(ours, "note") == 1
        learner = ours.one("select learner_id from identity where value = 'ann@example.org'")[0]
        assert notes_of(ours, learner) == notes_of(people, ANN)


def test_a_persons_notes_are_forgotten_and_their_address_in_others(people):
    write(people, ANN, "ann@example.org", "about Ann")
    write(people, BOB, "ann@example.org", "he knows ann@example.org well")
    forget(people, "ann@example.org", lambda said: None)
    assert notes_of(people, ANN) == ()
    assert notes_of(people, BOB) == (Note(NOW, "(removed)", "he knows (removed) well"),)


def test_an_archive_from_before_has_room_for_notes(old_archive, tmp_path):
    with Archive.open(old_archive(tmp_path / "old.db")) as opened:
        learner = opened.one("select min(id) from learner")[0]
        write(opened, learner, "desk", "new")
        assert [one.text for one in notes_of(opened, learner)] == ["new"]

"""Which badge class of one's own stands for which legacy one."""

from __future__ import annotations

import pytest

from migrator.archive.award_mapping import Mapped
from migrator.destinations.issuing import OwnBadgeClass, OwnIssuer
from migrator.errors import Usage
from migrator.transfer.awards.counterpart import (
    Action,
    Group,
    Theirs,
    Wishes,
    decide,
    wishes_of,
    with_file,
)

WELDER = Group("Old School", "Welder", (1, 2), 5, issuer_url="https://old.example")
PAINTER = Group("Old School", "Painter", (3,), 1, issuer_url="https://old.example")
OTHER = Group("Guild", "Welder", (4,), 1, issuer_url="https://guild.example")
SCHOOL = OwnIssuer("i1", "Our School")
THERE = Theirs((SCHOOL,), (OwnBadgeClass("b1", "WELDER ", "i1"), OwnBadgeClass("b2", "Cook", "i1")))


def line(group=WELDER, saved=None, theirs=THERE, **wishes):
    (found,) = decide([group], saved or {}, theirs, Wishes(**wishes))
    return found


def saved_as(remote, made=False):
    return {2: Mapped(2, "carol@x.org", "i1", "Our School", remote, "Cook", made)}


def test_a_name_that_is_there_once_is_proposed():
    found = line()
    assert (found.action, found.badge_class_id, found.issuer) == (Action.FOUND, "b1", "Our School")


def test_a_name_that_is_there_twice_is_not_guessed():
    twice = Theirs((SCHOOL,), (*THERE.badge_classes, OwnBadgeClass("b3", "Welder", "i2")))
    found = line(theirs=twice)
    assert found.action is Action.NONE
    assert "--badge-class" in found.why


def test_an_issuer_of_the_same_name_decides_which_one_is_meant():
    theirs = Theirs(
        (SCHOOL, OwnIssuer("i2", "old school")),
        (*THERE.badge_classes, OwnBadgeClass("b3", "Welder", "i2")),
    )
    assert line(theirs=theirs).badge_class_id == "b3"


def test_what_was_saved_stays_and_a_wish_wins_over_it():
    assert (line(saved=saved_as("b2")).action, line(saved=saved_as("b2")).badge_class_id) == (
        Action.KEPT,
        "b2",
    )
    wished = line(saved=saved_as("b2"), badge_classes={("", "welder"): "b1"})
    assert (wished.action, wished.badge_class_id) == (Action.NAMED, "b1")


def test_what_was_saved_and_is_gone_is_decided_anew():
    assert line(saved=saved_as("gone")).action is Action.FOUND


def test_what_was_being_made_when_all_ended_is_found_by_its_name_and_stays_ours():
    found = line(saved=saved_as(None, made=True))
    assert (found.action, found.made) == (Action.FOUND, True)


def test_what_is_missing_is_made_only_when_asked_for():
    assert line(PAINTER).action is Action.NONE
    made = line(PAINTER, create_missing=True)
    assert (made.action, made.issuer_id, made.issuer, made.badge_class) == (
        Action.CREATE,
        None,
        "Old School",
        "Painter",
    )
    under_ours = line(PAINTER, create_missing=True, issuers={"old school": "i1"})
    assert (under_ours.issuer_id, under_ours.issuer) == ("i1", "Our School")


@pytest.mark.parametrize(
    ("group", "theirs", "words"),
    [
        (Group("Old School", "Painter", (3,), cannot_be_made="no picture"), THERE, "no picture"),
        (Group("", "Painter", (3,)), THERE, "does not say who issued"),
        (Group("Old School", "Painter", (3,)), THERE, "no web address"),
        (PAINTER, Theirs((OwnIssuer("i9", "Old School", edits=False),)), "your role with"),
    ],
)
def test_what_cannot_be_made_says_why_and_stops_nothing(group, theirs, words):
    found = line(group, theirs=theirs, create_missing=True)
    assert found.action is Action.NONE
    assert words in found.why


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"issuers": {"Nobody": "i1"}}, "issued by Nobody"),
        ({"issuers": {"Old School": "i7"}}, "no issuer with the id i7"),
        ({"badge_classes": {("", "Cook"): "b2"}}, "is called Cook"),
        ({"badge_classes": {("Guild", "Welder"): "b2"}}, "is called Welder"),
        ({"badge_classes": {("", "Welder"): "b7"}}, "no badge class with the id b7"),
    ],
)
def test_a_wish_nothing_answers_to_is_a_usage_error(wishes, words):
    with pytest.raises(Usage, match=words):
        line(**wishes)


def test_a_name_of_two_issuers_must_be_told_apart():
    with pytest.raises(Usage, match="Several issuers") as raised:
        decide([WELDER, OTHER], {}, THERE, Wishes(badge_classes={("", "Welder"): "b1"}))
    assert "--from" in raised.value.next_step
    told = Wishes(badge_classes={("Guild", "Welder"): "b2", ("Old School", "Welder"): "b1"})
    assert [one.badge_class_id for one in decide([WELDER, OTHER], {}, THERE, told)] == ["b1", "b2"]


def test_options_are_a_name_and_an_id():
    wishes = wishes_of(["A = B=i1"], ["Welder=b1"], create_missing=True)
    assert wishes == Wishes({"A = B": "i1"}, {("", "Welder"): "b1"}, True)
    for wrong in ("Welder", "=b1", "Welder="):
        with pytest.raises(Usage, match="is not a name and an id"):
            wishes_of([], [wrong])


def test_a_file_says_the_same_and_options_win():
    lines = [
        "issuer,badge_class,remote_issuer,remote_badge_class",
        "Old School,Welder,i1,b1",
        'Guild,"Welder, old",,b2',
        "Old School,Painter,i1,",
    ]
    wishes = with_file(wishes_of(["Old School=i9"], []), lines)
    assert wishes.issuers == {"Old School": "i9"}
    assert wishes.badge_classes == {("Old School", "Welder"): "b1", ("Guild", "Welder, old"): "b2"}


def test_a_file_without_its_columns_or_at_odds_with_itself_is_a_usage_error():
    with pytest.raises(Usage, match="no column remote_issuer, remote_badge_class"):
        with_file(Wishes(), ["issuer,badge_class", "a,b"])
    with pytest.raises(Usage, match="no column"):
        with_file(Wishes(), [])
    with pytest.raises(Usage, match="Line 3"):
        with_file(
            Wishes(),
            ["issuer,badge_class,remote_issuer,remote_badge_class", "A,x,i1,", "A,y,i2,"],
        )

from __future__ import annotations

import pytest

from migrator.archive.board import Group
from migrator.archive.kinds import BadgeClassFound, IssuerFound, LearnerFound
from migrator.archive.pace import Pace
from migrator.archive.totals import StateTotal
from migrator.report.found import badge_class_lines, issuer_lines, learner_lines
from migrator.report.groups import group_lines, pace_lines


def group(name, *states):
    return Group(name, sum(one.badges for one in states), states)


def test_a_group_is_a_bar_of_what_has_arrived_and_the_rest_in_words():
    groups = [
        group("Guild\x1b[2J", StateTotal("done", None, 500), StateTotal("held", "expired", 500)),
        group("", StateTotal("not_planned", None, 2)),
        group("One", StateTotal("done", "awarded_anew", 1), StateTotal("planned", None, 999)),
    ]
    assert list(group_lines(groups, "issuer")) == [
        "  ##########..........     1,000  Guild [2J: 500 moved, 500 held back",
        "  ....................         2  no issuer named: 2 not planned yet",
        "  #...................     1,000  One: 999 ready to send, 1 awarded anew",
    ]


def test_many_groups_are_cut_with_a_word_about_it():
    lines = list(
        group_lines([group(str(n), StateTotal("done", None, 1)) for n in range(50)], "day")
    )
    assert len(lines) == 41
    assert lines[-1] == "  And 10 more; --csv lists them all."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (10, "less than a minute"),
        (60, "about 1 minute"),
        (1800, "about 30 minutes"),
        (3 * 3600, "about 3 hours"),
        (72 * 3600, "about 3 days"),
    ],
)
def test_the_time_left_is_told_as_people_tell_it(seconds, said):
    lines = list(pace_lines(Pace("`push`", 1234, 61.4, seconds)))
    assert lines == ["Running: `push`.", f"  61 a minute, 1,234 to go: {said} left."]


def test_a_push_that_has_just_begun_says_so():
    assert "1 to go; how long" in list(pace_lines(Pace("`push`", 1, None, None)))[1]


def test_what_was_found_is_listed():
    assert list(
        learner_lines([LearnerFound("a@x.org", "Ann", 2), LearnerFound(None, None, 1)], more=True)
    ) == [
        "Learners:",
        "  a@x.org, Ann: 2 badges",
        "  without an address: 1 badge",
        "  And perhaps more; say more of the name or address.",
    ]
    assert list(
        issuer_lines([IssuerFound("Guild", "https://g", 3), IssuerFound("X", None, 0)])
    ) == [
        "Issuers:",
        "  Guild (https://g): 3 badges",
        "  X: 0 badges",
    ]
    states = (
        ("badgr:x", StateTotal("held", "expired", 2)),
        ("", StateTotal("not_planned", None, 3)),
    )
    assert list(badge_class_lines([BadgeClassFound("HTML", "Guild", 5, states, ("a@x.org",))])) == [
        "Badges:",
        "  HTML, Guild: 5 badges",
        "          2  held back (expired), badgr:x",
        "          3  not planned yet",
        "    Held by a@x.org and others (4 more badges).",
    ]

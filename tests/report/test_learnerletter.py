from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from migrator.archive.roll import Enrolled, Placed, roll
from migrator.reasons import REASONS
from migrator.report.learnerletter import letters
from migrator.report.words import plain

NAMES = {1: "badgr:https://api.badgr.example"}


def badge(number, *places, learner=1, name="Ann", address="ann@example.org"):
    title = f"Badge {number}"
    return Enrolled(
        *(number, title, "Club", "2014-05-29T10:00:00Z", None, learner, name, address, places)
    )


def placed(state, reason=None, detail=None):
    return Placed(1, state, reason, detail, "2026-11-23T09:00:00Z", None)


def test_a_letter_says_of_each_badge_what_there_is_to_do():
    held = [
        badge(1, placed("done")),
        badge(2, placed("held", "wrong_recipient", "add this spelling to the account: A@x.org")),
        badge(3, placed("waiting", "rate_limited")),
        badge(4, placed("held", "host_dead")),
        badge(5),
    ]
    (one,) = letters(held, NAMES, "text")
    assert (one.badges, one.arrived, one.to_do, one.under_way) == (5, 1, 1, 1)
    parts = one.text.split("\n\n")
    assert parts[0] == "To: ann@example.org\nSubject: Your badges"
    assert parts[1] == "Dear Ann,"
    assert parts[3] == "1 badge is in your backpack at api.badgr.example:"
    assert "“Badge 1”, Club (2014-05-29)" in parts[4]
    assert parts[5] == "These are for you to do:"
    assert "It is A@x.org (capitals count). Sign in to" in parts[6].replace("\n", " ")
    assert "“Badge 2”" in parts[7]
    assert parts[8].startswith("These are on their way")
    assert parts[11].startswith("These cannot be moved at present. They are safe")
    assert "no longer answers" in parts[12]
    assert "ask them to put the old files" in parts[12]
    assert parts[14].startswith("These are kept, and nothing is planned")


def test_what_many_badges_have_in_common_is_said_once():
    (one,) = letters([badge(n, placed("held", "host_dead")) for n in (1, 2, 3)], NAMES, "text")
    assert one.text.count("no longer answers") == 1
    assert [f"“Badge {n}”" in one.text for n in (1, 2, 3)] == [True] * 3


def test_badges_of_one_name_and_day_are_each_named():
    twins = [replace(badge(n, placed("held", "host_dead")), badge="Twin") for n in (1, 2)]
    (one,) = letters(twins, NAMES, "text")
    assert one.text.count("“Twin”") == 2


COMMANDS_SAID = re.compile(r"`|badge-migrator|--\w|\b(run|runs|push|plan|retry|recover)\b")


@pytest.mark.parametrize("route", [None, "import", "restore", "reaward"])
@pytest.mark.parametrize("state", ["planned", "waiting", "sending", "held", "refused", "done"])
@pytest.mark.parametrize("code", [None, *REASONS])
def test_no_letter_asks_for_what_only_the_program_can_do(code, state, route):
    told = Placed(1, state, code, "awarded to A@x.org", "2026-11-23T09:00:00Z", route)
    for how in ("text", "html"):
        (one,) = letters([badge(1, told)], NAMES, how)
        assert COMMANDS_SAID.search(one.text.partition("<body")[2] or one.text) is None


@pytest.mark.parametrize("code", REASONS)
def test_of_what_stays_behind_a_letter_says_what_its_reader_can_do(code):
    (one,) = letters([badge(1, placed("refused", code))], NAMES, "text")
    assert REASONS[code].in_letter in " ".join(one.text.split())


def test_what_waits_for_its_learner_is_not_told_to_need_nothing():
    (one,) = letters([badge(1, placed("waiting", "account_unverified"))], NAMES, "text")
    assert (one.to_do, one.under_way) == (1, 0)
    assert one.text.count("“Badge 1”") == 1
    assert "you need not do anything" not in one.text


def test_nobody_without_an_address_gets_a_letter():
    held = [badge(1, learner=2, address=None), badge(2, learner=None, address=None)]
    assert list(letters(held, NAMES, "md")) == []


def test_a_learner_without_a_name_is_greeted_too():
    (one,) = letters([badge(1, name=None)], NAMES, "text")
    assert "\n\nHello,\n\n" in one.text


@pytest.mark.parametrize("how", ["html", "md", "text"])
def test_hostile_names_are_text(hostile, hostile_names, how):
    made = list(letters(roll(hostile), {1: "memory:https://x.example/"}, how))
    assert len(made) == len(hostile_names)
    for one in made:
        assert one.text.startswith(one.head)
        assert one.address in one.head
        if how == "html":
            page = BeautifulSoup(one.text, "html.parser")
            assert page.find(["script", "img", "b"]) is None
            assert plain(one.name) in page.get_text()
        assert all(line.isprintable() for line in one.text.split("\n"))

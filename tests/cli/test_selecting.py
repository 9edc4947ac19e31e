"""A part of the badges planned and pushed; the rest stays as it was, and is counted."""

from __future__ import annotations

import pytest

MARIA, JOERG = "maria@example.org", "joerg@example.net"


@pytest.fixture
def to(run, rehearsal, demo_data):
    name = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for who in (MARIA, JOERG):
        run("login", name, "--as", who)
    return name


def states(run, to):
    (found,) = run("status", "--json").json["destinations"]
    assert found["name"] == to
    counted = {}
    for one in found["states"]:
        counted[one["state"]] = counted.get(one["state"], 0) + one["badges"]
    return counted, found["not_planned"], found["badges"]


def test_a_selected_plan_says_what_it_left_out_and_balances(run, rehearsal, to):
    ran = run("plan", "--to", to, "--via", rehearsal.web_url, "--learner", JOERG)
    assert "Not selected, and left as they were:" in ran.out
    counted, not_planned, badges = states(run, to)
    assert 0 < sum(counted.values()) < badges
    assert sum(counted.values()) + not_planned == badges
    ran = run("plan", "--to", to, "--via", rehearsal.web_url, "--learner", JOERG, "--json")
    selected = ran.json["selected"]
    assert selected["badges"] == sum(selected["states"].values()) == sum(counted.values())
    assert selected["not_selected"] == not_planned == ran.json["not_planned"]


def test_badges_that_are_not_selected_keep_their_plan(run, rehearsal, to):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    before = states(run, to)
    ran = run("plan", "--to", to, "--issued-before", "1999", "--json")
    assert ran.json["selected"]["badges"] == 0
    assert states(run, to) == before


def test_a_selected_push_sends_nothing_else_and_the_next_one_the_rest(run, rehearsal, to, imported):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    ready = states(run, to)[0]["planned"]
    ran = run("push", "--to", to, "--learner", JOERG, "--json", expected=3)
    selected = ran.json["selected"]
    assert imported() == selected["states"]["done"] < ready
    assert selected["badges"] == sum(selected["states"].values())
    assert states(run, to)[0]["planned"] == ready - imported()
    ran = run("push", "--to", to, "--issued-before", "1999")
    assert "Selected: 0 badges = 0; missing: 0." in ran.out
    run("push", "--to", to, expected=3)
    assert imported() == ready


@pytest.mark.parametrize("command", ["plan", "push"])
def test_a_selection_of_nothing_known_is_a_usage_error(run, to, command):
    ran = run(command, "--to", to, "--issuer", "Nobody at all", expected=2)
    assert "No issuer in the archive is called Nobody at all" in ran.err
    assert "What next: There are, for example:" in ran.err

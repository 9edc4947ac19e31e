"""Routes, explanations and missing addresses at the command line, against a rehearsal."""

from __future__ import annotations

import pytest

MARIA = "maria@example.org"
SCHOOL = "maria.garcia@school.example.edu"
DEAD = "academy.example.net"


@pytest.fixture
def to(run, rehearsal, demo_data):
    """Everything archived, Maria signed in; returns the destination."""
    name = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    run("login", name, "--as", MARIA)
    return name


def keys(ran):
    return {way["key"]: way["badges"] for way in ran.json["ways"]}


def test_a_plan_ends_with_the_ways_out_of_it(run, rehearsal, to):
    ran = run("plan", "--to", to, "--via", rehearsal.web_url)
    assert "What can be done:" in ran.out
    assert f"badge-migrator export restore-site --host {DEAD}" in ran.out
    assert "badge-migrator recover" in ran.out
    assert ran.out.strip().splitlines()[-1] == f"Next: badge-migrator push --to {to}"


def test_a_plan_goes_by_what_verify_has_recorded(run, rehearsal, to, as_if_real):
    before = run("plan", "--to", to, "--json")
    run("verify", "--via", rehearsal.web_url)
    as_if_real()
    after = run("plan", "--to", to, "--json")
    checked = run("plan", "--to", to, "--via", rehearsal.web_url, "--json")
    assert keys(before) != keys(after) == keys(checked)
    assert after.json["hosts"] == [{"host": DEAD, "badges": keys(after)["restore"]}]
    assert (after.json["checked"], checked.json["checked"]) == (False, True)


def test_what_a_rehearsal_has_answered_is_no_ground_for_a_plan(run, rehearsal, to):
    before = run("plan", "--to", to, "--json")
    run("verify", "--via", rehearsal.web_url)
    assert keys(run("plan", "--to", to, "--json")) == keys(before)


def test_old_answers_do_not_count(run, rehearsal, to, as_if_real):
    never = run("plan", "--to", to, "--json")
    run("verify", "--via", rehearsal.web_url)
    as_if_real()
    forgotten = run("plan", "--to", to, "--max-age", 0, "--json")
    assert keys(forgotten) == keys(never)


def test_an_owner_who_will_not_help_and_a_wish_for_new_awards_change_the_routes(
    run, rehearsal, to, as_if_real
):
    run("verify", "--via", rehearsal.web_url)
    as_if_real()
    usual = keys(run("plan", "--to", to, "--json"))
    closed = keys(run("plan", "--to", to, "--not-restorable", DEAD, "--json"))
    assert "restore" not in closed
    assert closed["gone"] == usual["gone"] + usual["restore"]
    words = ("--allow-reaward", "--not-restorable", DEAD, "--json")
    assert keys(run("plan", "--to", to, *words))["reaward"] == closed["gone"]


def test_a_learner_is_told_the_way_and_the_next_step(run, rehearsal, to):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    told = run("status", MARIA).out
    assert "Which way: it can come back as it was" in told
    assert f"Add {SCHOOL}, in exactly this spelling" in told
    assert f"All about it: badge-migrator plan --to {to} --explain" in told


def test_one_badge_is_explained_and_nothing_is_planned(run, rehearsal, to, as_if_real):
    run("verify", "--via", rehearsal.web_url)
    as_if_real()
    told = run("plan", "--to", to, "--explain", "photo maria").out
    assert "sha256" in told
    assert "NO Do the hosts answer" in told
    assert "-- Has it not expired? (nobody has seen the assertion)" in told
    assert "-> restore:" in told
    assert "Compared, letter by letter, with the account maria@example.org" in told
    assert "not planned" in run("status").out
    facts = run("plan", "--to", to, "--explain", "photo maria", "--json").json
    assert facts["destinations"][0]["reason"] == "host_dead"
    assert {one["answered"] for one in facts["destinations"][0]["rules"]} == {
        *("passed", "failed", "not asked")
    }


def test_an_explanation_can_ask_the_hosts_first_and_speaks_of_every_destination(run, rehearsal, to):
    other = "badgr:https://api.openbadges.education"
    asked = ("--explain", "photo maria", "--via", rehearsal.web_url)
    told = run("plan", "--to", other, *asked).out
    assert "Open Educational Badges; what it accepts: read in its source, not run" in told
    assert f"{to} - badgr-server" in told
    assert "not asked; taken to be" not in told


def test_a_badge_that_is_not_clear_is_asked_back(run, to):
    several = run("plan", "--to", to, "--explain", "maria", expected=2)
    assert "Several badges are meant" in several.err
    nothing = run("plan", "--to", to, "--explain", "no such badge", expected=2)
    assert "status EMAIL" in nothing.err


def test_missing_addresses_are_shown_and_added_only_with_a_yes(run, rehearsal, to):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    refused = run("push", "--to", to, "--add-emails", expected=2)
    assert f"{MARIA}: {SCHOOL} (1 badge)" in refused.out
    assert "--yes" in refused.err
    assert rehearsal.state.requests["POST /v1/user/emails", 201] == 0
    added = run("push", "--to", to, "--add-emails", "--yes", expected=3)
    assert f"{SCHOOL} added; a mail is on its way to it" in added.out
    assert f"Open the mail, click the link in it, then: badge-migrator retry --to {to}" in added.out


def test_from_the_missing_address_to_the_badge_in_the_backpack(run, rehearsal, to, imported):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    ran = run("push", "--to", to, "--add-emails", "--yes", "--json", expected=3)
    assert [one["end"] for one in ran.json["addresses"]] == ["mail_sent"]
    before = imported()
    again = run("push", "--to", to, "--add-emails", "--yes", expected=3)
    assert "its owner has not confirmed it yet" in again.out
    rehearsal.state.confirm(SCHOOL)
    run("retry", "--to", to)
    run("push", "--to", to, expected=3)
    assert imported() == before + 1


def test_a_no_adds_nothing_and_pushes_all_the_same(run, rehearsal, to, monkeypatch, imported):
    run("plan", "--to", to, "--via", rehearsal.web_url)
    monkeypatch.setattr("migrator.cli.consent.agreed", lambda question, **more: False)
    ran = run("push", "--to", to, "--add-emails", expected=3)
    assert "Nothing was added." in ran.out
    assert imported() > 0
    nothing = run("push", "--to", to, "--add-emails", "--as", "MARIA@example.org", expected=3)
    assert "Nothing was added." in nothing.out


def test_where_no_address_is_missing_that_is_said(run, rehearsal, to):
    ran = run("push", "--to", to, "--add-emails", expected=4)
    assert "No badge waits for an e-mail address" in ran.out

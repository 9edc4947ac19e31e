"""The whole way through the command line, against a rehearsal backpack over HTTP."""

from __future__ import annotations

import signal
import sqlite3

import pytest

from migrator.net import RateLimiter
from migrator.rehearsal.faults import Faults

MARIA = "maria@example.org"


@pytest.fixture
def ready(run, rehearsal, demo_data):
    """Everything archived and everybody signed in; returns the destination."""
    to = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for email in (MARIA, "joerg@example.net", "aiko@example.jp"):
        run("login", to, "--as", email)
    return to


def states(run):
    destination = run("status", "--json").json["destinations"][0]
    assert destination["badges"] == sum(one["badges"] for one in destination["states"])
    counted: dict[str, int] = {}
    for one in destination["states"]:
        counted[one["state"]] = counted.get(one["state"], 0) + one["badges"]
    return counted


def test_a_login_names_addresses_and_badges(run, rehearsal):
    ran = run("login", f"badgr:{rehearsal.url}", "--as", MARIA)
    assert "0 badges there now" in ran.out
    assert f"Confirmed addresses: {MARIA}" in ran.out
    assert "rehearsal" not in ran.out + ran.err


def test_a_wrong_password_ends_with_its_own_code_and_is_never_shown(run, rehearsal, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "a-wrong-secret")
    ran = run("login", f"badgr:{rehearsal.url}", "--as", MARIA, expected=5)
    assert "What next:" in ran.err
    assert "a-wrong-secret" not in ran.out + ran.err


def test_without_a_terminal_and_a_password_nobody_is_asked(run, rehearsal, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    ran = run("login", f"badgr:{rehearsal.url}", "--as", MARIA, expected=5)
    assert "BADGE_MIGRATOR_PASSWORD" in ran.err


def test_the_plan_says_what_will_happen_and_sends_nothing(run, rehearsal, ready, imported):
    offline = run("plan", "--to", "badgr", "--json").json
    checked = run("plan", "--to", ready, "--via", rehearsal.web_url, "--json").json
    assert offline["badges"] == checked["badges"] == 18
    assert (checked["checked"], offline["checked"]) == (True, False)
    assert checked["held"] > offline["held"]
    assert imported() == 0


def test_everything_that_can_move_is_moved_once(run, rehearsal, ready, imported):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    first = run("push", "--to", "badgr", expected=3)
    assert "missing: 0." in first.out
    assert imported() == 12
    assert states(run)["done"] == 12
    requests = dict(rehearsal.state.requests)
    again = run("push", "--to", "badgr", "--json", expected=3).json
    assert all(account["tally"]["sent"] == {} for account in again["accounts"])
    posts = ("POST /v2/backpack/import", 201), ("POST /v2/backpack/collections", 201)
    assert all(rehearsal.state.requests[post] == requests[post] for post in posts)


def test_what_the_plan_predicts_is_what_the_server_says(run, rehearsal, ready):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", expected=3)
    totals = run("status", "--json").json["destinations"][0]["states"]
    assert not [one for one in totals if one["state"] == "refused"]


def test_a_limit_leaves_the_rest_for_later(run, rehearsal, ready, imported):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    ran = run("push", "--to", "badgr", "--limit", 4, expected=4)
    assert imported() == 4
    assert "To go on: badge-migrator push" in ran.out


def test_one_account_can_be_pushed_alone(run, rehearsal, ready, imported):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", "--as", "aiko@example.jp", expected=4)
    assert imported() == 3
    assert "login" in run("push", "--to", "badgr", "--as", "no@example.org", expected=2).err


def test_an_account_without_password_is_named_and_the_others_go_on(
    run, rehearsal, ready, imported, monkeypatch
):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_AIKO_EXAMPLE_JP", "rehearsal")
    ran = run("push", "--to", "badgr", expected=5)
    assert "login" in ran.out
    assert imported() == 3


def test_an_address_added_later_frees_its_badge(run, rehearsal, ready, imported):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", expected=3)
    account = next(one for one in rehearsal.state.accounts.values() if one.primary == MARIA)
    rehearsal.state.add_email(account, "maria.garcia@school.example.edu")
    rehearsal.state.confirm("maria.garcia@school.example.edu")
    ran = run(
        *("retry", "--to", "badgr", "--reason", "wrong_recipient", "--learner", MARIA),
        *("--via", rehearsal.web_url),
    )
    assert "1 put back on the plan; 1 can be sent now." in ran.out
    run("push", "--to", "badgr", expected=3)
    assert imported() == 13


def test_retry_knows_its_reasons_and_learners(run, ready):
    assert "host_dead" in run("retry", "--to", "badgr", "--reason", "nope", expected=2).err
    assert "known as nobody" in run("retry", "--to", "badgr", "--learner", "nobody", expected=2).err


def test_migrate_does_it_all_and_again_does_nothing_more(run, rehearsal, demo_data, imported):
    words = (
        *("migrate", demo_data / "mozilla-export.zip", "--to", f"badgr:{rehearsal.url}"),
        *("--as", MARIA, "--via", rehearsal.web_url),
    )
    run(*words, expected=3)
    assert imported() == 6
    run(*words, expected=3)
    assert imported() == 6


def test_a_push_is_stopped_with_ctrl_c_and_goes_on(run, rehearsal, ready, imported, start):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    rehearsal.app.faults = Faults(slow=0.2)
    process = start("push", "--to", "badgr")
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Stopping after the badges under way" in err
    assert "To go on: badge-migrator push" in out
    before = imported()
    assert 0 < before < 12
    rehearsal.app.faults = Faults()
    run("push", "--to", "badgr", expected=3)
    assert imported() == 12


@pytest.mark.timeout(120)
def test_five_kills_among_faults_lose_nothing_and_double_nothing(
    run, rehearsal, ready, imported, start
):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    rehearsal.app.faults = Faults(slow=0.05, fail=5, lose=20, seed=7)
    for kill in range(5):
        process = start("push", "--to", "badgr")
        seen = process.stdout.readline()
        if not seen.startswith("  "):
            break
        for _ in range(kill % 3):
            process.stdout.readline()
        process.kill()
        process.communicate()
        check = sqlite3.connect("badge-archive.db")
        assert check.execute("pragma integrity_check").fetchone()[0] == "ok"
        check.close()
    rehearsal.app.faults = Faults()
    for _ in range(3):
        code = run_to_end(run)
        if code == 3:
            break
    assert imported() == 12
    found = states(run)
    assert found["done"] + found.get("already_there", 0) == 12


def run_to_end(run) -> int:
    try:
        return run("push", "--to", "badgr", expected=3).code
    except AssertionError:
        run("retry", "--to", "badgr")
        return 4


def test_two_pushes_at_once_do_not_meet(run, rehearsal, ready, start, imported):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    rehearsal.app.faults = Faults(slow=0.3)
    process = start("push", "--to", "badgr")
    process.stdout.readline()
    ran = run("push", "--to", "badgr", "--as", MARIA, expected=7)
    assert f"process {process.pid}" in ran.err
    process.communicate(timeout=60)
    assert imported() == 12


def test_the_status_of_a_learner_is_a_story(run, rehearsal, ready):
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", expected=3)
    story = run("status", MARIA).out
    for words in ("Found in", "Moved", "Why:", "What next:", "Who can act:", "My web skills"):
        assert words in story
    masked = run("status", "garcia", "--mask").out
    assert MARIA not in masked
    assert "***@" in masked
    facts = run("status", MARIA, "--json").json
    assert len(facts["learners"][0]["badges"]) == 11
    assert "Nobody" in run("status", "nobody@example.org", expected=3).err


def test_the_report_is_one_page_without_a_script(run, rehearsal, ready, tmp_path):
    run("plan", "--to", "badgr")
    run("report", "--to", tmp_path / "report.html", "--mask")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "HTML Basics" in page
    assert MARIA not in page
    assert "<script" not in page


def test_the_problems_can_be_listed(run, ready):
    assert "cut-short.png" in run("status", "--problems").out
    assert run("status", "--problems", "--json").json["problems"]


def test_lists_name_what_is_known(run):
    assert "mozilla-mysql" in run("adapters").out
    assert {one["name"] for one in run("adapters", "--json").json["adapters"]} >= {"baked-images"}
    assert "badgr:eu" in run("destinations").out
    kinds = {one["kind"] for one in run("destinations", "--json").json["kinds"]}
    assert kinds == {"badgr", "badge-connect", "open-badges-3", "files"}


def test_a_destination_nobody_knows_is_met_with_suggestions(run, ready):
    assert "badgr" in run("plan", "--to", "bagdr:eu", expected=2).err


def test_status_without_an_archive_says_how_to_make_one(run):
    assert "badge-migrator archive" in run("status", expected=2).err


def test_whoever_pushes_too_early_is_told_what_comes_first(run, rehearsal, demo_data):
    run("archive", demo_data / "backpack.sql")
    to = f"badgr:{rehearsal.url}"
    assert f"badge-migrator login {to} --as EMAIL" in run("push", "--to", to, expected=5).out
    assert f"badge-migrator login {to} --as EMAIL" in run("plan", "--to", to).out
    run("login", to, "--as", MARIA)
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    assert f"badge-migrator plan --to {to}" in run("push", "--to", to, expected=4).out


def test_a_checked_plan_learns_what_badges_are_called(run, rehearsal, demo_data):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    to = f"badgr:{rehearsal.url}"
    run("login", to, "--as", MARIA)
    assert "Academic Writing" not in run("status", MARIA).out
    run("plan", "--to", to)
    assert "Academic Writing" not in run("status", MARIA).out
    run("plan", "--to", to, "--via", rehearsal.web_url)
    story = run("status", MARIA).out
    assert "Academic Writing, Riverside College, issued 2015-05-08" in story
    assert "https://academy.example.net/assertions/photo-maria.json" in story


def test_a_password_is_asked_for_at_a_terminal(run, rehearsal, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda text, **_: "rehearsal")
    assert "0 badges there now" in run("login", f"badgr:{rehearsal.url}", "--as", MARIA).out


def test_an_address_that_is_not_confirmed_is_named(run, rehearsal):
    account = next(one for one in rehearsal.state.accounts.values() if one.primary == MARIA)
    rehearsal.state.add_email(account, "new@example.org")
    ran = run("login", f"badgr:{rehearsal.url}", "--as", MARIA)
    assert "Not confirmed yet: new@example.org" in ran.out


def test_a_retry_names_accounts_it_cannot_sign_in(run, ready, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_AIKO_EXAMPLE_JP", "wrong")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_JOERG_EXAMPLE_NET", "rehearsal")
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    out = run("retry", "--to", "badgr").out
    assert "No password or token is known for maria@example.org." in out
    assert "aiko@example.jp: " in out


def test_two_destinations_of_a_kind_must_be_named_in_full(run, rehearsal, demo_data):
    run("archive", demo_data / "backpack.sql")
    run("plan", "--to", f"badgr:{rehearsal.url}")
    run("plan", "--to", "badgr:eu")
    ran = run("plan", "--to", "badgr", expected=2)
    assert rehearsal.url in ran.err
    assert "parchment.eu" in ran.err


def test_all_accounts_share_the_pace_of_the_destination(run, rehearsal, ready, monkeypatch):
    waited = {}

    class Watched(RateLimiter):
        def wait(self, host=""):
            waited[id(self)] = waited.get(id(self), 0) + 1
            return super().wait(host)

    monkeypatch.setattr("migrator.destinations.manners.RateLimiter", Watched)
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", expected=3)
    assert len(waited) == 1
    assert sum(waited.values()) >= 12

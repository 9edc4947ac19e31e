"""Comparing the archive with what is over there, as a person does it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from migrator.archive.archive import Archive
from migrator.rehearsal.faults import Faults

MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"


@pytest.fixture
def moved(run, rehearsal, demo_data):
    """Two people's badges that have arrived."""
    to = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for email in (MARIA, JOERG):
        run("login", to, "--as", email)
    run("plan", "--to", to, "--via", rehearsal.web_url)
    run("push", "--to", to, expected=3)
    return to


def account(rehearsal, email):
    return next(one for one in rehearsal.state.accounts.values() if one.primary == email)


def test_what_happened_over_there_is_told_and_noted(run, rehearsal, moved, imported):
    ran = run("reconcile", "--to", "badgr")
    assert "15 badges of 2 accounts = 15 as the archive knew; missing: 0." in ran.out
    assert "9 badges over there = 9 of this account in the archive; missing: 0." in ran.out
    assert ran.out.endswith("The archive knew what is there: nothing to do.\n")
    sent = dict(rehearsal.state.imports)
    gone, kept = rehearsal.state.of(account(rehearsal, MARIA).id)[:2]
    rehearsal.state.remove(gone)

    dry = run("reconcile", "--to", "badgr", "--dry-run", "--json", expected=4).json
    assert dry["changes"] == {"same": 14, "deleted": 1}
    assert dry["before"] == dry["after"]
    told = run("reconcile", "--to", "badgr", expected=3)
    assert f"  {MARIA}: {gone.badge_class.badge_class.name} was there on 20" in told.out
    assert "somebody has deleted it since" in told.out
    assert "Before: 18 badges = 9 moved + 9 held back; missing: 0." in told.out
    assert "Now:    18 badges = 8 moved + 9 held back + 1 deleted over there" in told.out
    assert "--send-again" in told.out
    assert dict(rehearsal.state.imports) == sent
    story = run("status", MARIA).out
    assert "Deleted over there" in story
    assert "retry --reason deleted_there" in story

    again = run("reconcile", "--to", "badgr", "--as", MARIA, "--send-again")
    assert "1 badge put back on the plan." in again.out
    assert f"Next: badge-migrator push --to {moved}" in again.out
    run("push", "--to", "badgr", expected=3)
    last = run("reconcile", "--to", "badgr", "--json").json
    assert (last["changes"], last["missing"]) == ({"same": 15}, 0)
    assert len([one for one in rehearsal.state.held.values() if one.id == kept.id]) == 1
    run("check")


def test_badges_nobody_has_here_are_counted_with_the_way_to_keep_them(
    run, rehearsal, moved, tmp_path, unhurried
):
    ran = run("reconcile", "--to", moved, "--archive", tmp_path / "other.db", expected=2)
    assert "There is no archive at" in ran.err
    other = ("--archive", tmp_path / "other.db")
    run("login", moved, "--as", MARIA, *other)
    ran = run("reconcile", "--to", moved, *other)
    assert "6 badges there are not in this archive" in ran.out
    assert "0 badges of 1 account = 0; missing: 0." in ran.out
    command = f"badge-migrator archive {moved} --as {MARIA}"
    assert f"`{command}` keeps them" in ran.out
    run(*command.split()[1:], *other)
    assert "6 in the archive, not moved from here" in run("reconcile", "--to", moved, *other).out
    run("plan", "--to", moved, *other)
    found = run("reconcile", "--to", moved, *other, "--first", 2)
    assert "... and 4 more found there." in found.out
    assert "6 badges of 1 account = 6 found there; missing: 0." in found.out
    assert "Now:    6 badges = 6 was already there; missing: 0." in found.out


def test_whom_nobody_lets_in_and_who_cannot_be_asked_now_is_told(
    run, rehearsal, moved, monkeypatch
):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    ran = run("reconcile", "--to", "badgr", expected=5)
    assert f"  {MARIA}: " in ran.out
    assert f"Next: badge-migrator login {moved} --as EMAIL, then" in ran.out
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "rehearsal")
    assert run("reconcile", "--to", "badgr", "--as", "who@example.org", expected=2).err
    assert run("reconcile", "--to", "badgr", "--learner", JOERG).out.count("of 1 account ") == 1


def test_ctrl_c_stops_after_the_account_under_way_and_the_next_run_goes_on(
    run, rehearsal, moved, start
):
    run("login", moved, "--as", AIKO)
    rehearsal.app.faults = Faults(slow=0.7, paths=("GET /v2/backpack/assertions",))
    process = start("reconcile", "--to", "badgr", "--threads", "1")
    while not compared():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Stopping after the accounts under way" in err
    assert f"To go on: badge-migrator reconcile --to {moved}" in out
    rehearsal.app.faults = Faults()
    done = compared()
    assert done in (1, 2)  # the second was under way, or just about to be
    ran = run("reconcile", "--to", "badgr")
    accounts = "1 account was" if done == 1 else "2 accounts were"
    assert f"Going on: {accounts} compared since" in ran.out
    assert f"of {3 - done} account" in ran.out
    assert compared() == 3


def compared():
    with Archive.read(Path("badge-archive.db")) as archive:
        return archive.one("select count(compared_at) from account")[0]

"""`reaward` as an admin uses it: the example of the docs, permissions, Ctrl-C and kill -9."""

from __future__ import annotations

import re
import signal
import sqlite3
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "fixtures" / "demo"
MARIA, OFFICE, SAM = "maria@example.org", "office@school.example.org", "sam@school.example.org"
AWARDS = ("POST /v2/badgeclasses/",)
ALL = 14
"""Badges of the demo whose badge class the archive knows by itself."""


@pytest.fixture
def rehearsal():
    accounts = tuple(AccountOptions((email,), "rehearsal") for email in (MARIA, OFFICE, SAM))
    with serve(RehearsalOptions(accounts=accounts, folder=DEMO)) as running:
        yield running


@pytest.fixture
def ready(run, rehearsal):
    """Maria's badges are archived, and she has signed in."""
    run("archive", DEMO / "mozilla-export.zip", DEMO / "backpack.sql", expected=3)
    run("login", f"badgr:{rehearsal.url}", "--as", MARIA)


@pytest.fixture
def mapped(run, ready):
    """Everything that is not moved has a badge class of the office's own."""
    run("plan", "--to", "badgr")
    run("login", "badgr", "--as", OFFICE, "--issuer")
    run("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all", "--create-missing", "--yes")


def examples():
    """Yield the commands of the docs' example, each with the lines that must come of it."""
    text = (ROOT / "docs" / "reaward.md").read_text(encoding="utf-8")
    section = text.partition("## A worked example")[2].partition("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    starts = [at for at, line in enumerate(lines) if line.startswith("badge-migrator ")]
    for start, end in pairwise([*starts, len(lines)]):
        yield lines[start].split()[1:], lines[start + 1 : end]


def test_the_example_of_the_docs_works_as_printed(run, rehearsal, ready):
    codes = {"map": [3, 0], "run": [0, 3, 3]}
    seen = 0
    for printed_words, expected in examples():
        words = [one.replace("http://127.0.0.1:8401", rehearsal.web_url) for one in printed_words]
        code = codes.get(words[1], [0]).pop(0) if words[0] == "reaward" else 0
        ran = run(*words, expected=code)
        printed = alike(ran.out.replace(rehearsal.url, "http://127.0.0.1:8400")).splitlines()
        for line in filter(None, expected):
            assert alike(line) in printed, f"{words}\n{line}\n{ran.out}"
            seen += 1
    assert seen > 20
    assert not [one for one in rehearsal.state.issuing.awards.values() if one.notified]


def alike(text):
    """A text without the ids and days that differ from run to run."""
    return re.sub(r"\d{4}-\d\d-\d\d\.", "DAY.", re.sub(r"(?<![\w-])[\w-]{22}(?![\w-])", "ID", text))


def test_the_awards_are_what_the_archive_says(run, rehearsal, mapped):
    run("reaward", "run", "--to", "badgr", "--all", expected=3)
    awards = list(rehearsal.state.issuing.awards.values())
    assert len(awards) == len({(one.badge_class.name, one.identity) for one in awards}) == ALL
    photo = next(one for one in awards if one.badge_class.name == "Photo Editing")
    assert photo.issued_on == "2014-07-07T10:00:00Z"
    assert photo.narrative.startswith("This is a new badge. It replaces")
    assert photo.evidence[0][0] == "https://academy.example.net/work/photo"
    assert photo.evidence[-1][0] == "https://academy.example.net/assertions/photo-maria.json"


def test_the_next_push_and_plan_leave_awards_alone(run, rehearsal, mapped):
    run("reaward", "run", "--to", "badgr", "--badge-class", "photo editing", "--all")
    before = run("reaward", "status", "--to", "badgr", "--json").json["states"]
    run("plan", "--to", "badgr", "--via", rehearsal.web_url)
    run("push", "--to", "badgr", expected=3)
    run("retry", "--to", "badgr")
    assert run("reaward", "status", "--to", "badgr", "--json").json["states"] == before
    totals = run("status").out
    assert "2  awarded anew" in totals
    assert "2 awarded anew" in totals.splitlines()[-2]


def test_mails_are_sent_only_with_notify(run, rehearsal, mapped):
    run("reaward", "run", "--to", "badgr", "--all", "--limit", 2, expected=4)
    assert not any(one.notified for one in rehearsal.state.issuing.awards.values())
    ran = run("reaward", "run", "--to", "badgr", "--all", "--notify", "--json", expected=3).json
    assert ran["notified"]
    assert sum(one.notified for one in rehearsal.state.issuing.awards.values()) == ALL - 2
    assert ran["chosen"] == sum(ran["states"].values()) + sum(ran["obstacles"].values())


def test_with_json_nothing_is_saved_without_yes(run, ready, rehearsal):
    run("login", "badgr", "--as", OFFICE, "--issuer")
    map_ = ("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all", "--create-missing")
    shown = run(*map_, "--json", expected=3).json
    assert not shown["saved"]
    assert rehearsal.state.issuing.issuers == {}
    assert run("reaward", "status", "--to", "badgr", "--json").json["mapping"] == []
    saved = run(*map_, "--json", "--yes").json
    assert saved["saved"]
    assert {one["action"] for one in saved["lines"]} == {"create"}


def test_without_a_yes_nothing_is_made(run, ready, rehearsal):
    run("login", "badgr", "--as", OFFICE, "--issuer")
    map_ = ("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all", "--create-missing")
    assert "Add --yes" in run(*map_, expected=2).err
    assert rehearsal.state.issuing.issuers == {}


def test_ones_own_are_named_by_option_and_by_file(run, ready, rehearsal, tmp_path):
    run("login", "badgr", "--as", OFFICE, "--issuer")
    map_ = ("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all")
    run(*map_, "--create-missing", "--yes")
    classes = {one.name: one.id for one in rehearsal.state.issuing.badge_classes.values()}
    ran = run(*map_, "--badge-class", f"Robot Driver={classes['CSS Stylist']}", "--yes")
    assert "CSS Stylist, as you named it" in ran.out
    file = tmp_path / "mapping.csv"
    file.write_text(
        "issuer,badge_class,remote_issuer,remote_badge_class\n"
        f"After School Code Club,Robot Driver,,{classes['HTML Basics']}\n",
        encoding="utf-8-sig",
    )
    assert "HTML Basics, as you named it" in run(*map_, "--from", file, "--yes").out
    assert "cannot be read" in run(*map_, "--from", tmp_path / "no.csv", expected=2).err
    assert (
        "no badge class with the id"
        in run(*map_, "--badge-class", "Robot Driver=x", expected=2).err
    )


def test_who_cannot_get_a_badge_is_named(run, ready, rehearsal):
    connection = sqlite3.connect("badge-archive.db")
    connection.execute("update assertion set revoked = 1 where badge_class_id is not null")
    connection.commit()
    connection.close()
    run("login", "badgr", "--as", OFFICE, "--issuer")
    map_ = ("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all")
    few = run(*map_, expected=3).out
    assert "and 13 more; --list names all of them." in few
    assert few.count("  and ") == 1
    every = run(*map_, "--list", expected=3).out
    listed = every.partition("Not to be awarded:\n")[2].partition("\n18 badges")[0]
    assert len(listed.splitlines()) == 18
    assert "--list" not in every


def test_who_may_only_award_can_award_but_not_make(run, mapped, rehearsal):
    issuing = rehearsal.state.issuing
    sam = next(one for one in rehearsal.state.accounts.values() if one.primary == SAM)
    for one in issuing.issuers.values():
        issuing.hire(one.id, sam.id, "staff")
    robots = next(one for one in issuing.badge_classes.values() if one.name == "Robot Driver")
    issuing.remove(robots)
    assert "awards only" in run("login", "badgr", "--as", SAM, "--issuer").out
    map_ = ("reaward", "map", "--to", "badgr", "--as", SAM, "--all")
    ran = run(*map_, "--create-missing", "--yes", expected=3)
    assert "does not allow making badge classes" in ran.out
    ran = run("reaward", "run", "--to", "badgr", "--as", SAM, "--all", expected=3)
    assert f"{ALL - 2} awarded anew" in ran.out


def test_somebody_without_any_role_is_told_what_to_do(run, mapped, rehearsal):
    ran = run("reaward", "run", "--to", "badgr", "--as", SAM, "--all", expected=3)
    assert "no badge class of yours" in ran.out
    issuing = rehearsal.state.issuing
    office = next(one for one in rehearsal.state.accounts.values() if one.primary == OFFICE)
    for one in issuing.issuers.values():
        del one.staff[office.id]
    ran = run("reaward", "run", "--to", "badgr", "--all", expected=3)
    assert "not there any more, or no longer yours" in ran.out


def test_a_role_lost_in_the_middle_stops_the_run(run, mapped, rehearsal, monkeypatch):
    issuing, add = rehearsal.state.issuing, rehearsal.state.issuing.add

    def add_and_fire(awards):
        add(awards)
        for one in issuing.issuers.values():
            one.staff.clear()

    monkeypatch.setattr(issuing, "add", add_and_fire)
    ran = run("reaward", "run", "--to", "badgr", "--all", "--batch", 2, expected=5)
    assert "Stopped: The account that awards has no role" in ran.out
    assert "Next: badge-migrator reaward run" in ran.out
    shown = run("reaward", "status", "--to", "badgr").out
    assert "waiting to be tried again: The account that awards has no role" in shown


def test_nobody_awards_without_having_been_named(run, ready):
    ran = run("reaward", "run", "--to", "badgr", "--all", expected=2)
    assert "Say who with --as EMAIL" in ran.err


def test_without_a_password_the_login_is_named(run, ready, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    ran = run("reaward", "map", "--to", "badgr", "--as", OFFICE, "--all", expected=5)
    assert f"--as {OFFICE} --issuer" in ran.err


def test_where_nothing_needs_it_nobody_is_asked(run, ready, rehearsal):
    ran = run("reaward", "map", "--to", "badgr", "--as", OFFICE)
    assert "There is nothing to award anew" in ran.out
    assert rehearsal.state.requests["GET /v2/issuers", 200] == 0


def test_a_learner_nobody_knows_is_a_usage_error(run, ready):
    assert (
        "Nobody in badge-archive.db is known as nobody"
        in run(
            *("reaward", "run", "--to", "badgr", "--learner", "nobody", "--dry-run"), expected=2
        ).err
    )


def sending():
    connection = sqlite3.connect("badge-archive.db")
    try:
        return connection.execute(
            "select count(*) from transfer where state = 'sending'"
        ).fetchone()[0]
    finally:
        connection.close()


def wait_until_sending(process):
    until = time.monotonic() + 20
    while not sending():
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_killed_between_request_and_answer_nothing_is_awarded_twice(run, start, mapped, rehearsal):
    at_work, go_on = threading.Event(), threading.Event()

    def slowly(_seconds):
        at_work.set()
        go_on.wait(30)

    rehearsal.app.sleep = slowly
    rehearsal.app.faults = Faults(slow=1, paths=AWARDS)
    words = ("reaward", "run", "--to", "badgr", "--all", "--settle", "2")
    process = start(*words)
    assert at_work.wait(20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert sending()
    rehearsal.app.faults = Faults()
    # It takes effect after the next run has begun: that is what settling is for.
    threading.Timer(0.3, go_on.set).start()
    ran = run(*words, expected=3)
    assert "had arrived although the answer was lost" in ran.out
    awards = [
        (one.badge_class.name, one.identity) for one in rehearsal.state.issuing.awards.values()
    ]
    assert len(awards) == len(set(awards)) == ALL


def test_ctrl_c_stops_after_the_batch_under_way(run, start, mapped, rehearsal):
    rehearsal.app.faults = Faults(slow=0.4, paths=AWARDS)
    process = start("reaward", "run", "--to", "badgr", "--all", "--batch", "1")
    wait_until_sending(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Stopping after the batch under way" in err
    assert "1 awarded anew" in out
    assert "left for another time" in out
    rehearsal.app.faults = Faults()
    run("reaward", "run", "--to", "badgr", "--all", expected=3)
    assert len(rehearsal.state.issuing.awards) == ALL


def test_lost_answers_do_no_harm(run, mapped, rehearsal):
    rehearsal.app.faults = Faults(lose=50.0, seed=3, paths=AWARDS)
    run("reaward", "run", "--to", "badgr", "--all", "--batch", 2, "--settle", 0, expected=3)
    assert rehearsal.app.happened["lost"]
    assert len(rehearsal.state.issuing.awards) == ALL

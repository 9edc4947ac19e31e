"""How far, how fast and until when a push goes, as a person says it."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.cli.moment import moment
from migrator.cli.push import _or_late
from migrator.cli.pushed import Said
from migrator.rehearsal.faults import Faults
from migrator.transfer.push import Sent

MARIA = "maria@example.org"
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def ready(run, rehearsal, demo_data):
    to = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for email in (MARIA, "joerg@example.net", "aiko@example.jp"):
        run("login", to, "--as", email)
    run("plan", "--to", to, "--via", rehearsal.web_url)
    return to


@pytest.mark.parametrize("threads", [1, 32])
def test_as_many_accounts_as_it_is_told_and_each_badge_once(run, ready, imported, threads):
    ran = run("push", "--to", "badgr", "--threads", threads, expected=3)
    assert imported() == 12
    assert "missing: 0." in ran.out
    assert ran.out.count(": moved\n") == 12


@pytest.mark.parametrize("threads", [0, 33])
def test_more_threads_than_are_of_any_use_are_not_taken(run, ready, threads):
    assert "--threads" in run("push", "--to", "badgr", "--threads", threads, expected=2).err


def test_a_dry_run_signs_in_and_sends_nothing(run, rehearsal, ready, imported):
    before = run("status", "--json").json["destinations"]
    ran = run("push", "--to", "badgr", "--dry-run", expected=4)
    assert "Dry run: 12 badges would be sent, and nothing was." in ran.out
    assert ran.out.count("would be sent\n") == 12
    assert imported() == 0
    assert not any(path.startswith("POST /v2/backpack") for path, _ in rehearsal.state.requests)
    assert run("status", "--json").json["destinations"] == before
    run("push", "--to", "badgr", expected=3)
    again = run("push", "--to", "badgr", "--dry-run", expected=3)
    assert "Dry run: 0 badges would be sent" in again.out


def test_too_many_failures_end_a_push(run, rehearsal, ready, imported):
    rehearsal.app.faults = Faults(fail=100)
    ran = run("push", "--to", "badgr", "--threads", 1, "--max-failures", 2, "--json", expected=4)
    sent = [one["tally"] for one in ran.json["accounts"]]
    assert sum(one["sent"].get("refused", 0) for one in sent) == 2
    assert sent[-1]["stopped"] == "failures"
    assert imported() == 0


def test_after_a_time_nothing_new_is_sent(run, ready, imported, monkeypatch):
    monkeypatch.setattr("migrator.cli.moment.moment", lambda text: "2020-01-01T00:00:00.000Z")
    ran = run("push", "--to", "badgr", "--until", "18:00", expected=4)
    assert imported() == 0
    assert "To go on: badge-migrator push" in ran.out


def test_a_time_that_is_none_is_said_so(run, ready):
    assert "18:00" in run("push", "--to", "badgr", "--until", "teatime", expected=2).err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:00", "2026-11-23T17:00:00.000Z"),
        (" 9:30", "2026-11-24T08:30:00.000Z"),
        ("12:00", "2026-11-24T11:00:00.000Z"),
        ("2026-11-30T18:00", "2026-11-30T17:00:00.000Z"),
        ("2026-11-30T18:00Z", "2026-11-30T18:00:00.000Z"),
    ],
)
def test_a_time_is_the_next_one_that_fits(text, expected):
    assert moment(text, NOON) == expected


@pytest.mark.parametrize("text", ["", "25:00", "six", "18", "2026-13-01T00:00", "2026-11-22T18:00"])
def test_what_is_no_time_to_come_is_not_taken(text):
    with pytest.raises(errors.Usage):
        moment(text, NOON)
    assert moment("23:59") > datetime.now(UTC).strftime("%Y-%m-%d")


def test_waiting_ends_with_the_time_too():
    assert not _or_late(lambda: False, None)()
    assert not _or_late(lambda: False, "2999")()
    assert _or_late(lambda: False, "2000")()
    assert _or_late(lambda: True, "2999")()


class Heard:
    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)


@pytest.mark.parametrize(("every", "lines"), [(True, 3), (False, 1)])
def test_of_very_many_badges_only_those_with_news_are_listed(every, lines):
    heard, shown = Heard(), []
    said = Said(heard, shown.append, every)
    for state, reason in (("done", None), ("refused", "revoked"), ("already_there", None)):
        said.watch(Sent("Maths", state, reason, ""))
    assert len(heard.lines) == lines
    assert shown == [1, 2, 3]


def test_a_second_ctrl_c_does_not_wait_and_the_next_push_goes_on(
    run, rehearsal, ready, imported, start
):
    go_on = threading.Event()
    rehearsal.app.sleep = lambda _seconds: go_on.wait(60)
    rehearsal.app.faults = Faults(slow=1, paths=("POST /v2/backpack/import",))
    process = start("push", "--to", "badgr")
    for _ in range(500):
        if "sending" in states():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert any("Press Ctrl-C again" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)  # while the backpack does not answer
    assert process.returncode == 130, err
    assert "sending" in states()
    rehearsal.app.faults = Faults()
    go_on.set()
    for _ in range(500):  # what was under way arrives all the same
        if imported():
            break
        time.sleep(0.02)
    run("push", "--to", "badgr", expected=3)
    assert imported() == 12
    assert not {"sending", "planned", "waiting"} & states()


def states():
    with Archive.read(Path("badge-archive.db")) as archive:
        return {row[0] for row in archive.all("select distinct state from transfer")}

"""A folder as a destination, the whole way: login, plan, push, status, and all of it again."""

from __future__ import annotations

import csv
from pathlib import Path

MARIA = "maria@example.org"


def states(run):
    (destination,) = run("status", "--json").json["destinations"]
    return {one["state"]: one["badges"] for one in destination["states"]}


def files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_every_badge_lands_in_the_folder_once_without_a_password(run, demo_data, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    assert "0 badges there now" in run("login", "files:./out", "--as", MARIA).out
    run("plan", "--to", "files")
    assert "missing: 0." in run("push", "--to", "files", expected=3).out
    root = Path("out") / MARIA
    with (root / "index.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == states(run)["done"] == 11
    assert all((root / line["File"]).is_file() for line in lines)
    with (root / "awards.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 11
    assert (
        "2 badges" in run("push", "--to", "files", "--json", expected=3).out
        or (root / "collections" / "My web skills.json").is_file()
    )
    before = files(root)
    assert (
        "11 badges there now" in run("login", f"files:{Path('out').resolve()}", "--as", MARIA).out
    )
    run("plan", "--to", "files")
    again = run("push", "--to", "files", "--json", expected=3).json
    assert all(account["tally"]["sent"] == {} for account in again["accounts"])
    assert files(root) == before
    assert "11 moved" in run("status", MARIA).out


def test_an_archive_that_has_lost_its_memory_finds_everything_there(run, demo_data):
    for archive in ("one.db", "two.db"):
        here = ("--archive", archive)
        run("archive", demo_data / "mozilla-export.zip", *here, expected=3)
        run("login", "files:out", "--as", MARIA, *here)
        run("plan", "--to", "files", *here)
        run("push", "--to", "files", *here, expected=None)
    (destination,) = run("status", "--json", *here).json["destinations"]
    assert {one["state"] for one in destination["states"]} <= {"already_there", "held"}


def test_explain_names_no_rule_of_another_backpack(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    run("login", "files:out", "--as", MARIA)
    run("plan", "--to", "files")
    told = run("plan", "--to", "files", "--explain", "1").out
    assert "A folder; what it accepts: written by this program" in told
    assert "host" not in told.partition("A folder;")[2].partition("import")[0].lower()


def test_nobody_is_asked_for_a_destination_that_fetches_nothing(run, rehearsal, demo_data):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    run("login", "files:out", "--as", MARIA)
    planned = run("plan", "--to", "files", "--via", rehearsal.web_url)
    assert "No site is asked" in planned.out
    assert not rehearsal.hosted.fetched
    assert run("plan", "--to", "files", "--check", "--json").json["checked"] is False


def test_an_old_zip_becomes_a_folder_in_one_command(run, demo_data):
    run("migrate", demo_data / "mozilla-export.zip", "--to", "files:out", "--as", MARIA, expected=3)
    assert len(list((Path("out") / MARIA / "badges").iterdir())) >= 8


def test_no_helper_is_asked_for_a_password_that_nobody_needs(run, demo_data, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_COMMAND", "false")
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    run("login", "files:out", "--as", MARIA)
    run("plan", "--to", "files")
    assert "moved" in run("push", "--to", "files", expected=None).out

"""Questions to the archive, as support staff and admins ask them."""

from __future__ import annotations

import csv
import sqlite3

import pytest

from migrator.archive import ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased

MARIA = "maria@example.org"


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)


def rows(out):
    return list(csv.DictReader(out.splitlines()))


@pytest.mark.parametrize(
    "who",
    [MARIA, MARIA.upper(), "maria garcia", "María Garzía", "maria@exmaple.org"],
)
def test_a_person_is_told_whatever_they_are_called(run, archived, who):
    assert "11 badges in the archive" in run("status", who).out


def test_a_misspelled_name_is_said_to_be_one(run, archived):
    assert "Nothing is spelled quite like Garzia" in run("status", "Garzia").out
    assert run("status", "Garzia", "--json").json["spelled"] is False


def test_a_badge_is_told_by_its_address_and_its_recipient(run, archived):
    url = "https://academy.example.net/assertions/photo-maria.json"
    assert "1 badge in the archive" in run("status", url).out
    hashed = "sha256$52bb64c3e0f4a2289b485641ebf1df9f5be1cdfab3bdd684ebf414c6f4a1c757"
    assert url in run("status", hashed).out


def test_a_title_says_how_many_there_are_and_who_holds_them(run, archived):
    out = run("status", "academic writing").out
    assert "Academic Writing, Riverside College: 1 badge" in out
    assert "1  not planned yet" in out
    assert "Held by" in out
    assert "a***@example.jp" in run("status", "academic writing", "--mask").out
    told = run("status", "academic writing", "--json").json
    assert told["badge_classes"][0]["badges"] == 1
    assert "Web Making Guild (https://" in run("status", "making guild").out


def test_several_people_are_listed(run, archived, tmp_path):
    with sqlite3.connect(tmp_path / "badge-archive.db") as conn:
        conn.execute("pragma trusted_schema = on")
        for number in range(100, 105):
            conn.execute("insert into learner (id, name) values (?, 'Pat Many')", (number,))
    conn.close()
    out = run("status", "pat many").out
    assert out.startswith("Learners:\n")
    assert out.count("Pat Many: 0 badges") == 5


def test_nobody_is_told_kindly(run, archived):
    ran = run("status", "nobody@nowhere.invalid", expected=3)
    assert "Nobody and nothing in" in ran.err
    assert run("status", "zzzz", "--json", expected=3).json["learners"] == []


@pytest.mark.parametrize("by", ["issuer", "class", "cohort", "day"])
def test_badges_are_counted_in_groups(run, archived, by):
    out = run("status", "--by", by).out
    assert out.startswith("In the archive\n")
    found = rows(run("status", "--by", by, "--csv").out)
    assert sum(int(row["badges"]) for row in found) == 18
    told = run("status", "--by", by, "--json").json
    assert sum(one["badges"] for one in told["destinations"][0]["groups"]) == 18


def test_unknown_groups_and_forms_are_usage_errors(run, archived):
    assert "Choose issuer, class" in run("status", "--by", "colour", expected=2).err
    assert "Leave one out" in run("status", "--csv", "--json", expected=2).err


def test_a_persons_badges_as_a_table(run, archived):
    found = rows(run("status", MARIA, "--csv").out)
    assert len(found) == 11
    assert {row["state"] for row in found} == {"not planned yet"}
    assert found[0]["address"].startswith(MARIA)
    assert MARIA not in run("status", MARIA, "--csv", "--mask").out
    assert rows(run("status", "nobody at all", "--csv", expected=3).out) == []


def test_totals_as_a_table(run, archived, monkeypatch):
    assert run("status", "--csv").out == "destination,state,reason,badges\n"
    run("plan", "--to", "badgr:http://127.0.0.1:9")
    found = rows(run("status", "--csv").out)
    assert sum(int(row["badges"]) for row in found) == 18
    out = run("status", "--by", "issuer").out
    assert out.startswith("badgr:http://127.0.0.1:9\n")
    told = run("status", MARIA, "--csv").out
    assert all(row["what_next"] for row in rows(told))
    assert "running" in run("status", "--json").json


def test_a_push_in_another_terminal_shows_its_pace(run, archived, tmp_path):
    run("plan", "--to", "badgr:http://127.0.0.1:9")
    with (
        Archive.open(tmp_path / "badge-archive.db") as opened,
        leased(opened, "push", "push --to badgr") as lease,
    ):
        ledger.record(opened, lease.run_id, 1, ledger.Result("done", "done"))
        out = run("status").out
    assert "Running: `push --to badgr`" in out
    assert "to go; how long that takes shows in a moment." in out

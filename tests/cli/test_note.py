from __future__ import annotations

import pytest

MARIA = "maria@example.org"


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", expected=3)


def test_a_note_is_told_to_whoever_asks_next(run, archived):
    said = run("note", MARIA, "Will confirm maria@example.org\nthis week.", "--by", "Support")
    assert said.out.endswith(f"Next: badge-migrator status {MARIA}\n")
    told = run("status", MARIA).out.splitlines()
    assert told[1].endswith(", Support: Will confirm maria@example.org this week.")
    masked = run("status", MARIA, "--mask").out.splitlines()
    assert masked[1].endswith(", Support: Will confirm m***@example.org this week.")
    found = run("status", MARIA, "--json").json["learners"][0]["notes"]
    assert [one["author"] for one in found] == ["Support"]


def test_whoever_writes_is_known_by_the_name_on_the_computer(run, archived, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "sam")
    assert run("note", MARIA, "x", "--json").json["note"]["author"] == "sam"

    def nobody():
        raise OSError("no user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert run("note", MARIA, "y", "--json").json["note"]["author"] == "somebody"


def test_a_note_needs_a_learner_a_text_and_an_archive(run, archived):
    assert "Did you mean maria@example.org?" in run("note", "mria@example.org", "x", expected=2).err
    assert "empty" in run("note", MARIA, " ", expected=2).err
    assert "no archive" in run("note", MARIA, "x", "-a", "none.db", expected=2).err


def test_no_letter_and_no_report_repeats_a_note(run, archived, tmp_path):
    run("note", MARIA, "between us")
    run("report", "--csv-pack", "tables", "--markdown", "--letters", "letters")
    for file in tmp_path.rglob("*"):
        if file.is_file() and not file.name.startswith("badge-archive.db"):
            assert b"between us" not in file.read_bytes(), file

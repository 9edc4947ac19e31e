"""Restoring and exporting as a person does it."""

from __future__ import annotations

import csv
import signal
import sqlite3
import time
import zipfile

import bagit
import pytest

MARIA = "maria@example.org"


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)


def broken(folder):
    with sqlite3.connect(folder / "badge-archive.db") as conn:
        conn.execute("update image set splice_at = splice_at + 1 where id = 1")
    conn.close()


def test_restoring_writes_every_file_and_then_nothing(run, archived, tmp_path, demo_data):
    ran = run("restore", "out")
    assert "In the archive: 20 baked images" in ran.out
    assert "files written to out, 0 were there." in ran.out
    with zipfile.ZipFile(demo_data / "mozilla-export.zip") as packed:
        for name in packed.namelist():
            if name.endswith(".png"):
                assert (tmp_path / "out/mozilla-export.zip" / name).read_bytes() == packed.read(
                    name
                )
    again = run("restore", "out", "--json").json
    assert (again["type"], again["written"], again["damages"]) == ("restore", 0, 0)
    assert "Nothing written: all" in run("restore", "out").out
    assert "backpack.sql" in run("restore", "out", "--source", "nothing", expected=2).err


def test_restoring_overwrites_nothing_and_says_so(run, archived, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/index.csv").write_text("mine")
    assert "1 got a name of its own" in run("restore", "out").out
    assert (tmp_path / "out/index.csv").read_text() == "mine"


def test_a_damaged_row_ends_with_its_own_exit_code(run, archived, tmp_path):
    broken(tmp_path)
    ran = run("restore", "out", expected=6)
    assert "Damaged: mozilla-export.zip!" in ran.err
    assert "1 row of the archive is damaged" in ran.err
    assert "backup" in ran.err
    assert run("restore", "out", "--json", expected=6).json["damages"] == 1
    for words in (("images", "i"), ("bagit", "b"), ("learner", MARIA, "m.zip")):
        assert "1 row of the archive is damaged" in run("export", *words, expected=6).err
    assert "damaged" not in run("export", "documents", "d").err


@pytest.mark.parametrize("kind", ["images", "documents", "bagit"])
def test_an_export_says_what_it_wrote_and_a_second_one_writes_nothing(run, archived, kind):
    assert "files written to out, 0 were there." in run("export", kind, "out").out
    assert "Nothing written: all" in run("export", kind, "out").out
    facts = run("export", kind, "out", "--json").json
    assert (facts["type"], facts["written"], facts["beside"]) == (kind, 0, 0)
    assert facts["already_there"] > 18


def test_images_can_be_of_one_learner_and_masked(run, archived, tmp_path):
    facts = run("export", "images", "out", "--learner", MARIA, "--mask", "--json").json
    assert facts["images"]["badges"] == 11
    text = (tmp_path / "out/index.csv").read_text(encoding="utf-8")
    assert MARIA not in text
    assert "m***@example.org" in text
    assert "Nobody" in run("export", "images", "out", "--learner", "maria", expected=2).err


def test_files_in_the_way_are_told(run, archived, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/index.json").write_text("mine")
    assert "1 got a name of its own" in run("export", "images", "out").out


def test_a_learner_gets_a_package(run, archived, tmp_path):
    assert "Written to m.zip." in run("export", "learner", MARIA, "m.zip").out
    assert "is there already, the same" in run("export", "learner", MARIA, "m.zip").out
    (tmp_path / "m.zip").write_bytes(b"mine")
    assert "--replace" in run("export", "learner", MARIA, "m.zip", expected=2).err
    facts = run("export", "learner", MARIA, "m.zip", "--replace", "--json").json
    assert (facts["became"], facts["images"]["badges"]) == ("written", 11)
    assert zipfile.is_zipfile(tmp_path / "m.zip")


def test_bulk_awards_are_written_and_the_rest_is_listed(run, archived, tmp_path):
    ran = run("export", "bulk-award", "a.csv", "--badge-class", "Name=of=it=c1")
    assert "18 badges = 18 rows + 0 left out; a.csv written." in ran.out
    assert "rows have no Badge Class ID" in ran.out
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert {row["Badge Class ID"] for row in csv.DictReader(file)} == {""}
    wrong = run("export", "bulk-award", "b.csv", "--badge-class", "CSS Stylist", expected=2)
    assert "NAME=ID" in wrong.err
    with sqlite3.connect(tmp_path / "badge-archive.db") as conn:
        conn.execute("update assertion set revoked = 1 where id = 1")
    conn.close()
    ran = run("export", "bulk-award", "b.csv", expected=3)
    assert "Left out: 1, because the issuer has revoked it." in ran.out
    assert "b-left-out.csv" in ran.out
    assert "18 badges = 17 rows + 1 left out" in ran.out


def test_a_class_id_goes_to_the_badges_of_that_name(run, archived, tmp_path):
    words = ("--badge-class", "CSS Stylist=c1", "--learner", MARIA, "--json")
    assert run("export", "bulk-award", "a.csv", *words).json["awards"]["rows"] == 11
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert {row["Badge Class ID"] for row in csv.DictReader(file)} == {"", "c1"}


def test_export_alone_lists_its_kinds(run):
    ran = run("export", expected=2)
    assert "bulk-award" in ran.out + ran.err


def test_ctrl_c_leaves_whole_files_and_the_next_run_goes_on(run, archived, start, tmp_path):
    process = start("export", "bagit", "out")
    while not (tmp_path / "out/data/images").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Stopping after this file" in err
    assert not list(tmp_path.rglob("*.part"))
    run("export", "bagit", "out")
    assert bagit.Bag("out").validate()

"""An album as a learner makes it."""

from __future__ import annotations

import sqlite3
import zipfile

import pytest

MARIA = "maria@example.org"


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)


def test_a_learner_gets_a_folder_to_open(run, archived, tmp_path):
    ran = run("album", "--learner", MARIA, "--name", "Maria García")
    assert "11 badges = 11 kept." in ran.out
    front = tmp_path / f"album-{MARIA}/index.html"
    assert "Written. Open" in ran.out
    assert "Badges of Maria García" in front.read_text(encoding="utf-8")
    assert "--replace" in run("album", "--learner", MARIA, expected=2).err
    done = run("album", "--learner", MARIA, "--replace", "--json").json
    assert (done["type"], done["album"]["badges"]) == ("album", 11)


def test_or_one_zip_to_send(run, archived, tmp_path):
    assert "Send maria.zip" in run("album", "--learner", MARIA, "--zip", "--to", "maria.zip").out
    with zipfile.ZipFile(tmp_path / "maria.zip") as packed:
        assert "index.html" in packed.namelist()
    run("album", "--learner", MARIA, "--zip")
    assert (tmp_path / f"album-{MARIA}.zip").read_bytes() == (tmp_path / "maria.zip").read_bytes()


def test_nobody_has_no_album(run, archived, tmp_path):
    assert "Nobody in" in run("album", "--learner", "nobody@example.org", expected=2).err
    assert not list(tmp_path.glob("album*"))


def test_a_damaged_picture_ends_with_its_own_exit_code(run, archived, tmp_path):
    with sqlite3.connect(tmp_path / "badge-archive.db") as conn:
        conn.execute("update image set splice_at = splice_at + 1")
    conn.close()
    ran = run("album", "--learner", MARIA, expected=6)
    assert "Damaged: " in ran.err
    assert (tmp_path / f"album-{MARIA}/index.html").is_file()

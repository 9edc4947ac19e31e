"""An archive's life at the command line: joined, put right, forgotten from, upgraded."""

from __future__ import annotations

import io
import shutil
import sqlite3
import sys

import keyring
import pytest

from migrator.archive import journal
from migrator.archive.archive import LATEST, Archive
from migrator.cli import consent

ANN = "ann@example.org"


@pytest.fixture
def shards(run, sample_zip, sample_dump):
    run("archive", sample_zip, "--archive", "one.db")
    run("archive", sample_dump, "--archive", "two.db")
    return ["one.db", "two.db"]


@pytest.fixture
def old(old_archive, tmp_path):
    return old_archive(tmp_path / "badge-archive.db")


@pytest.fixture
def answers(monkeypatch):
    def answer(text):
        typed = io.StringIO(text)
        typed.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", typed)
        monkeypatch.setattr(consent.sys, "stdin", typed)

    return answer


def schema_version(path):
    conn = sqlite3.connect(path)
    (version,) = conn.execute("pragma user_version").fetchone()
    conn.close()
    return version


def test_two_shards_become_one_archive_that_checks_out(run, shards):
    ran = run("merge", *shards, "--into", "all.db")
    assert "two.db: 32 badges = 20 archived + 12 known; missing: 0." in ran.out
    again = run("merge", *shards, "-a", "all.db", "--json").json
    assert [(one["badges"], one["archived"]) for one in again["joined"]] == [(12, 0), (32, 0)]
    assert "32 badges" in run("status", "--archive", "all.db").out
    run("check", "--archive", "all.db")


def test_one_bad_archive_among_several_keeps_all_of_them_out(run, shards, tmp_path):
    conn = sqlite3.connect("two.db")
    conn.execute(f"pragma user_version = {LATEST + 1}")
    conn.close()
    assert "newer badge-migrator" in run("merge", *shards, "--into", "all.db", expected=2).err
    assert not (tmp_path / "all.db").exists()
    assert "There is no archive" in run("merge", "nowhere.db", expected=2).err


def test_learners_are_listed_put_together_and_taken_apart(run, old):
    assert "Ann: ann@example.org, Ann@Example.org (1 badges" in run("learner", "list", "ann").out
    run("learner", "list", "nobody", expected=3)
    ran = run("learner", "merge", ANN, "bob@example.net", "--yes")
    assert "The two become one learner:" in ran.out
    assert "1 transfers are put back" in ran.out
    assert "plan --to" in ran.out
    assert "one learner already" in run("learner", "merge", ANN, "bob@example.net", "--yes").out
    found = run("learner", "list", "bob", "--json").json["learners"]
    assert [one["badges"] for one in found] == [2]
    ran = run("learner", "split", "bob@example.net", "--yes", "--json").json
    assert [len(one["addresses"]) for one in ran["learners"]] == [2, 1]
    ran = run("learner", "add-email", "bob@example.net", "b@example.net", "-y")
    assert "bob@example.net, b@example.net" in ran.out


def test_nothing_is_changed_without_a_yes(run, old, answers):
    ran = run("learner", "add-email", ANN, "new@example.org", expected=2)
    assert "Add --yes" in ran.err
    assert "Add --yes" in run("forget", ANN, "--json", expected=2).err
    answers("n\n")
    ran = run("learner", "add-email", ANN, "new@example.org", expected=2)
    assert "Nothing was changed" in ran.err
    answers("n\n")
    assert "Nothing was changed" in run("forget", ANN, expected=2).err
    assert "new@example.org" not in run("learner", "list", "ann").out
    answers("y\n")
    run("learner", "add-email", ANN, "new@example.org")
    assert "new@example.org" in run("learner", "list", "ann").out


class Keys(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self):
        service = "badge-migrator badgr:https://backpack.example"
        self.kept = {(service, ANN): "secret", (f"{service} (awarding)", ANN): "secret"}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self.kept.pop((service, username), None)


def test_a_person_is_forgotten_and_what_else_to_do_is_said(run, old, tmp_path, monkeypatch):
    keys = Keys()
    monkeypatch.setattr(keyring, "delete_password", keys.delete_password)
    ran = run("forget", ANN.upper(), "--yes")
    assert "To be removed for good: ANN@EXAMPLE.ORG, ann@example.org, Ann@Example.org" in ran.out
    assert "Ann@Example.org with 1 badge." in ran.out
    assert "Writing the file anew..." in ran.err
    assert f"the account {ANN} at badgr:https://backpack.example" in ran.out
    assert "/data/export" in ran.out
    assert "badge-archive.db.v1" in ran.out
    assert "no byte" in ran.out
    assert keys.kept == {}
    assert b"ann@" not in (tmp_path / "badge-archive.db").read_bytes().lower()
    again = run("forget", ANN, "--yes", "--json")
    assert (again.json["badges"], again.json["accounts"]) == (0, [])
    run("check")
    run("learner", "list", "ann", expected=3)


def test_where_the_address_must_stay_is_said_with_an_exit_code_of_its_own(run, old):
    conn = sqlite3.connect(old)
    conn.execute("update issuer set email = ?", (ANN,))
    conn.commit()
    conn.close()
    ran = run("forget", ANN, "--yes", expected=3)
    assert "Still named in 1 rows of issuer.email" in ran.out


@pytest.mark.parametrize("command", [("forget", ANN), ("learner", "split", ANN)])
def test_where_there_is_no_archive_none_is_made(run, tmp_path, command):
    assert "There is no archive" in run(*command, "--yes", expected=2).err
    assert list(tmp_path.iterdir()) == []


def test_an_old_archive_is_brought_up_to_date_by_looking_at_it(run, old, tmp_path):
    before = old.read_bytes()
    assert "3 badges" in run("status").out
    with Archive.read(old) as opened:
        assert opened.one("pragma user_version")[0] == LATEST
    shutil.copyfile(tmp_path / "badge-archive.db.v1", tmp_path / "copy.db")
    assert schema_version(tmp_path / "copy.db") == 1
    assert len(before) >= (tmp_path / "copy.db").stat().st_size > 0


def test_on_a_network_drive_the_archive_works_and_says_so(run, monkeypatch, tmp_path, sample_zip):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"host:/export {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(journal, "MOUNTS", mounts)
    assert "is on a network drive" in run("archive", sample_zip).err
    assert "12 badges" in run("status").out
    assert not (tmp_path / "badge-archive.db-wal").exists()


def test_an_address_typed_as_it_is_known_is_named_too(run, demo_data):
    run("archive", demo_data / "backpack.sql")
    ran = run("forget", "aiko@example.jp", "--yes")
    assert "To be removed for good: aiko@example.jp with 3 badges." in ran.out

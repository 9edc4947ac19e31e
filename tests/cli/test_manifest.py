from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def kept(run, demo_data, tmp_path):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    return tmp_path / "badge-archive.db"


def broken(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


def test_two_copies_have_one_root_and_it_is_one_line(run, kept):
    shutil.copy(kept, "copy.db")
    (root,) = run("manifest", "root").out.splitlines()
    assert re.fullmatch("[0-9a-f]{64}", root)
    assert run("manifest", "root", "-a", "copy.db").out.splitlines() == [root]
    assert run("manifest", "root", "--quick", "--json").json["root"] == root


def test_a_root_is_not_given_for_a_damaged_copy(run, kept):
    broken(kept, "update artwork set content = x'00'")
    ran = run("manifest", "root", expected=6)
    assert ran.out == ""
    assert "badge-migrator check" in ran.err


def test_a_manifest_is_written_signed_and_verified(run, kept):
    made = run("manifest", "key", "key", "--json").json
    written = run("manifest", "write", "m.jsonl", "--key", "key")
    assert f"Signed with key {made['fingerprint']}." in written.out
    ran = run("manifest", "verify", "m.jsonl", "--public-key", "key.pub")
    assert "signed with the key you trust" in ran.out
    assert "missing: 0, changed: 0, added since: 0" in ran.out
    assert ran.err == ""
    ran = run("manifest", "verify", "m.jsonl")
    assert f"signed with key {made['fingerprint']}" in ran.out
    assert "--public-key" in ran.err


def test_an_unsigned_manifest_says_that_it_is(run, kept):
    assert "not signed" in run("manifest", "write", "m.jsonl").out
    assert "nobody has signed it" in run("manifest", "verify", "m.jsonl").out
    run("manifest", "key", "key")
    ran = run("manifest", "verify", "m.jsonl", "--public-key", "key.pub", expected=6)
    assert "it is not signed" in ran.err


def test_what_was_lost_or_changed_is_told_and_ends_with_6(run, kept):
    run("manifest", "write", "m.jsonl")
    broken(
        kept,
        "update image set splice = x'00' where id = 1",
        "delete from document where id = (select max(id) from document where id not in"
        " (select document_id from image where document_id is not null))",
    )
    ran = run("manifest", "verify", "m.jsonl", expected=6)
    assert re.search(r"^changed: image [0-9a-f]{64} \([\d,]+ bytes\)$", ran.out, re.MULTILINE)
    assert re.search(r"^missing: document ", ran.out, re.MULTILINE)
    facts = run("manifest", "verify", "m.jsonl", "--json", expected=6).json
    assert (facts["missing"], facts["changed"], facts["added"]) == (1, 1, 0)
    assert {one["difference"] for one in facts["differences"]} == {"missing", "changed"}


def test_what_was_added_since_is_no_loss(run, kept, demo_data):
    run("manifest", "write", "m.jsonl", "--json")
    run("archive", demo_data / "backpack.sql")
    ran = run("manifest", "verify", "m.jsonl", "--quick")
    assert "added: document" in ran.out
    assert "Nothing is lost." in ran.out


def test_a_public_key_cannot_sign_and_two_keys_are_one_too_many(run, kept):
    run("manifest", "key", "key")
    assert "cannot sign" in run("manifest", "write", "m", "--key", "key.pub", expected=2).err
    ran = run("manifest", "write", "m", "--key", "key", "--keyring", expected=2)
    assert "two keys" in ran.err


def test_without_a_keyring_a_file_is_asked_for(run, kept):
    ran = run("manifest", "key", expected=2)
    assert "Name a file for the key" in ran.err
    assert "no signing key" in run("manifest", "write", "m", "--keyring", expected=2).err


def test_a_key_in_the_keyring_signs_and_verifies(run, kept, monkeypatch):
    secrets = {}
    monkeypatch.setattr("keyring.get_password", lambda *where: secrets.get(where))
    monkeypatch.setattr(
        "keyring.set_password", lambda *facts: secrets.update({facts[:2]: facts[2]})
    )
    assert "in the system keyring" in run("manifest", "key").out
    run("manifest", "write", "m", "--keyring")
    assert "key you trust" in run("manifest", "verify", "m", "--keyring").out


def test_the_commands_are_listed_when_none_is_named(run):
    ran = run("manifest", expected=2)
    assert "verify" in ran.out + ran.err

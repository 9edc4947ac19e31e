from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def kept(run, demo_data, tmp_path):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    run("archive", demo_data / "backpack.sql")
    return tmp_path / "badge-archive.db"


def broken(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


def test_an_archive_as_it_was_written_is_clean(run, kept):
    ran = run("check")
    assert "Read back: 37 of 37 documents, 11 of 11 artworks, 18 of 18 images" in ran.out
    assert "3 of 3 other files" in ran.out
    assert "Nothing is damaged" in ran.out
    assert run("check", "--json").json["clean"] is True


def test_damage_is_named_with_badge_learner_and_source_and_ends_with_6(run, kept):
    broken(kept, "update image set splice = x'00' where id = 1")
    ran = run("check", expected=6)
    assert "damaged: image 1: Its bytes are not the bytes that were kept" in ran.out
    badge = next(line for line in ran.out.splitlines() if line.startswith("  badge "))
    assert "maria@example.org" in badge
    assert "found in mozilla-export.zip!" in badge
    assert "1 place is damaged." in ran.out
    assert "maria@" not in run("check", "--mask", expected=6).out


def test_programs_get_one_object_with_all_of_it(run, kept):
    broken(kept, "update document set content = 'x' where kind = 'issuer'")
    found = run("check", "--json", expected=6).json
    assert found["clean"] is False
    assert found["damages"] == len(found["damage"]) > 1
    (one, *_) = found["damage"]
    assert one["table"] == "document"
    assert one["badges"] == len(one["dependents"]) >= 1
    assert one["dependents"][0]["found_in"]


def test_more_badges_than_can_be_listed_are_counted(run, kept):
    broken(
        kept,
        "update or ignore sighting_document set document_id = (select min(id) from document)"
        " where kind = 'assertion'",
        "update document set content = 'x' where id = (select min(id) from document)",
    )
    ran = run("check", expected=6)
    assert "more badges" in ran.out


def test_a_sample_reads_less_and_twenty_of_them_read_all(run, kept):
    some = [run("check", "--sample", "5%", "--seed", n, "--json").json for n in range(20)]
    assert all(0 <= one["documents"] < 37 for one in some)
    assert sum(one["documents"] for one in some) >= 37
    assert some[3] == run("check", "--sample", "5", "--seed", "3", "--json").json


@pytest.mark.parametrize("sample", ["0%", "101", "some", "nan"])
def test_a_sample_that_is_no_share_is_a_usage_error(run, kept, sample):
    assert "5%" in run("check", "--sample", sample, expected=2).err


def test_a_file_that_is_damaged_all_over_is_told_from_one_that_is_none(run, kept, tmp_path):
    whole = kept.read_bytes()
    kept.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    ran = run("check", expected=6)
    assert "could not be checked to the end" in ran.out
    assert "document: " in ran.out or "document 1: " in ran.out
    kept.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "Next: take the archive from your backup" in run("check", expected=6).out
    (tmp_path / "letter.txt").write_text("Dear badge-migrator")
    run("check", "-a", tmp_path / "letter.txt", expected=6)


def test_a_check_writes_nothing(run, kept):
    kept.chmod(0o444)
    before = kept.read_bytes()
    run("check")
    run("check", "--sample", "20%")
    assert kept.read_bytes() == before


def test_titles_for_datasette_are_written_to_a_file(run, kept, tmp_path):
    ran = run("datasette-metadata", "titles.json")
    assert "datasette --immutable badge-archive.db --metadata titles.json" in ran.out
    facts = json.loads((tmp_path / "titles.json").read_text())
    assert facts["databases"]["badge-archive"]["tables"]["transfer"]["title"] == "Transfers"
    assert "cannot be written" in run("datasette-metadata", "no/titles.json", expected=2).err

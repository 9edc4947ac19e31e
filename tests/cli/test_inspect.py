from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_an_export_is_told_with_its_badges_its_owner_and_the_next_command(run, demo_data, tmp_path):
    ran = run("inspect", demo_data / "mozilla-export.zip")
    assert "mozilla-export.zip is a ZIP." in ran.out
    assert "11 badges, and 2 that cannot be read" in ran.out
    assert "Robot Driver" in ran.out
    assert "of maria@example.org" in ran.out
    assert f"Next: badge-migrator archive {demo_data / 'mozilla-export.zip'}" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_a_dump_is_told_with_its_collections(run, demo_data):
    ran = run("inspect", demo_data / "backpack.sql")
    assert "9 badges in 2 collections" in ran.out


def test_a_mixed_folder_is_told_part_by_part(run, demo_data, tmp_path):
    folder = tmp_path / "all of it"
    folder.mkdir()
    for name in ("mozilla-export.zip", "backpack.sql"):
        shutil.copy(demo_data / name, folder)
    (folder / "letter.txt").write_text("Dear Maria")
    ran = run("inspect", folder)
    assert "(mozilla-export): 11 badges" in ran.out
    assert "(mozilla-mysql): 9 badges" in ran.out
    assert "Nothing we know in 1 file: all of it/letter.txt" in ran.out
    assert f"archive '{folder}'" in ran.out
    facts = run("inspect", folder, "--json").json["sources"][0]
    assert (facts["badges"], facts["unknown_files"], facts["complete"]) == (20, 1, True)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", "an empty file", "Download or copy it again"),
        (b"%PDF-1.7", "a PDF document", "There is no badge in it"),
        (b"Dear Ann", "a text file", "Nothing we know how to read"),
        (b"\0\1\2", "a file of unknown kind", "Nothing we know how to read"),
        (b" <!DOCTYPE html>", "a web page", "Nothing we know how to read"),
        (b'{"a": 1}', "JSON data", "Nothing we know how to read"),
        (b"<?xml version='1.0'?><mysqldump>", "an SVG picture or other XML", "written as XML"),
    ],
)
def test_anything_else_is_told_as_what_it_is(run, tmp_path, data, kind, says):
    (tmp_path / "thing").write_bytes(data)
    ran = run("inspect", tmp_path / "thing")
    assert f"thing is {kind}." in ran.out
    assert says in ran.out


def test_a_picture_without_a_badge_is_told_with_what_to_do(run):
    ran = run("inspect", FIXTURES / "baked-images/bad/no-badge-data/plain/a.png")
    assert "a.png is a PNG picture." in ran.out
    assert "carries no badge data" in ran.out
    assert "no badge in it that could be archived" in ran.out


def test_a_file_with_a_badge_class_only_says_so(run, tmp_path):
    described = {"type": "BadgeClass", "name": "HTML", "criteria": "https://x.example/c"}
    (tmp_path / "class.json").write_text(json.dumps(described))
    ran = run("inspect", tmp_path / "class.json")
    assert "This is a badge class" in ran.out


def test_of_a_large_source_only_the_beginning_is_looked_at(run, tmp_path):
    with (tmp_path / "many.txt").open("w") as file:
        for number in range(5000):
            file.write(f"https://issuer.example/{number}\n")
    ran = run("inspect", tmp_path / "many.txt")
    assert "at least 2,000 badges" in ran.out
    assert run("inspect", tmp_path / "many.txt", "--json").json["sources"][0]["complete"] is False


def test_a_kind_can_be_insisted_on(run, tmp_path):
    (tmp_path / "a.txt").write_text("https://issuer.example/1\n")
    ran = run("inspect", "--adapter", "baked-images", tmp_path / "a.txt")
    assert "There is nothing in it to archive" in ran.out


def test_the_adapters_are_listed_with_what_they_read_live_or_from_files(run):
    ran = run("adapters")
    assert "reads the ZIP from Mozilla's e-mail" in ran.out
    assert "live: badge-migrator archive mozilla-displayer:https://" in ran.out
    listed = {one["name"]: one["live"] for one in run("adapters", "--json").json["adapters"]}
    assert listed["baked-images"] is None
    assert listed["mozilla-displayer"]["account"] == "the learner's e-mail address"

"""What a person says of a source at the command line: --set and --map."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

URL = "https://badges.example.org/1"


@pytest.fixture
def table():
    file = Path("list.csv")
    file.write_text(f"who,what,where\nann@example.org,Tutor,{URL}\n")
    return file


def test_inspect_shows_the_mapping_and_repeats_what_was_set(run, table):
    seen = run("inspect", table, "--set", "column.badge_class=what")
    assert "'what' is the badge class's name (column.badge_class)" in seen.out
    assert "'where' is the address of the assertion (column.url)" in seen.out
    assert "such as Tutor" in seen.out
    assert seen.out.strip().endswith("archive list.csv --set column.badge_class=what")


def test_a_mapping_in_a_file_does_the_same_for_archive(run, table):
    Path("mapping.json").write_text(json.dumps({"column": {"badge_class": "what"}}))
    run("archive", table, "--map", "mapping.json")
    assert "Tutor" in run("status", "ann@example.org").out
    again = run("inspect", table, "--map", "mapping.json").out
    assert again.strip().endswith("archive list.csv --map mapping.json")


def test_the_mapping_is_kept_in_the_archive_as_a_file_for_map(run, table):
    run("archive", table, "--set", "column.badge_class=what")
    run("restore", "back")
    (kept,) = [path for path in Path("back").rglob("*mapping*") if path.is_file()]
    Path("again.json").write_bytes(kept.read_bytes())
    again = run("archive", table, "--map", "again.json", "--json").json["sources"][0]
    assert (again["archived"], again["known"]) == (0, 1)


def test_a_name_that_no_source_knows_is_refused_with_what_was_meant(run, table):
    refused = run("archive", table, "--set", "column.badgeclass=what", expected=2)
    assert "Did you mean column.badge_class?" in refused.err


def test_inspect_asks_for_what_a_moodle_list_does_not_say(run):
    Path("issued.csv").write_text(
        f"email,name,uniquehash,dateissued\nann@example.org,First Aid,{'0' * 40},1433160000\n"
    )
    assert "--set wwwroot=https://moodle.example.org" in run("inspect", "issued.csv").out
    done = run("archive", "issued.csv", "--set", "wwwroot=https://moodle.example.org")
    assert "1 badge found = 1 archived" in done.out


def test_what_was_made_from_a_row_is_never_put_back_at_its_address(run, table):
    run("archive", table, "--set", "column.badge_class=what")
    run("export", "restore-site", "--host", "badges.example.org", "--to", "site", expected=3)
    files = [path for path in Path("site").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"madeFromRows" in path.read_bytes()]

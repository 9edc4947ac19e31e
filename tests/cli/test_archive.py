from __future__ import annotations

import shutil
import zipfile


def test_an_export_is_archived_and_the_books_balance(run, demo_data):
    ran = run("archive", demo_data / "mozilla-export.zip", expected=3)
    assert "13 badges found = 11 archived + 0 known + 2 with problems; missing: 0." in ran.out
    assert "holiday.png" in ran.out
    assert "Next: badge-migrator" in ran.out


def test_a_second_reading_adds_nothing(run, demo_data):
    first = run("archive", demo_data / "backpack.sql", "--json").json
    second = run("archive", demo_data / "backpack.sql", "--json").json
    assert first["sources"][0]["archived"] == 9
    assert second["sources"][0] | {"archived": 9, "known": 0} == first["sources"][0] | {"known": 0}
    assert (second["sources"][0]["archived"], second["sources"][0]["known"]) == (0, 9)


def test_several_sources_become_one_archive(run, demo_data):
    ran = run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    assert "9 badges found = 7 archived + 2 known + 0 with problems; missing: 0." in ran.out
    assert "Together: 22 badges found = 18 archived + 2 known + 2 with problems" in ran.out
    assert run("status", "--json").json["badges"] == 18


def test_of_many_sources_each_has_one_line_and_the_books_of_all_are_told(run, tmp_path, demo_data):
    many = [shutil.copy(demo_data / "mozilla-export.zip", tmp_path / f"{n}.zip") for n in range(11)]
    ran = run("archive", *many, expected=3)
    lines = ran.out.splitlines()
    assert [line.partition(" ")[0] for line in lines[:11]] == [f"{n}.zip" for n in range(11)]
    assert "10.zip (mozilla-export): 13 badges found = 0 archived + 11 known" in lines[10]
    assert lines[11:] == [
        "What could not be read, and why: badge-migrator status --problems",
        "Together: 143 badges found = 11 archived + 110 known + 22 with problems; missing: 0.",
        "Next: badge-migrator status, or badge-migrator plan --to DESTINATION",
    ]
    assert "11 sources: 143 found = 11 archived + 110 known + 22 with" in run("status").out
    each = run("status", "--sources").out.splitlines()
    assert [line.split()[0] for line in each] == [f"{n}.zip" for n in range(11)]
    told = run("status", "--sources", "--json").json["sources"]
    assert [one["known"] for one in told] == [0, *[11] * 10]


def test_a_source_nobody_recognises_says_what_was_looked_for(run, tmp_path, demo_data):
    (tmp_path / "letter.txt").write_text("Dear badge-migrator")
    ran = run("archive", tmp_path / "letter.txt", expected=2)
    assert "mozilla-export" in ran.err
    assert "mozilla-mysql" in ran.err


def test_one_of_several_sources_that_cannot_be_read_stops_no_other(run, tmp_path, demo_data):
    (tmp_path / "letter.txt").write_text("Dear badge-migrator")
    wrong = [tmp_path / "letter.txt", tmp_path / "lost.zip"]
    several = ["archive", wrong[0], demo_data / "backpack.sql", wrong[1]]
    ran = run(*several, expected=3)
    assert "9 badges found = 9 archived" in ran.out
    assert "2 of 3 sources could not be read; all others were." in ran.out
    assert [line for line in ran.err.splitlines() if "was not read" in line] == [
        f"{wrong[0]} was not read: Nothing we know how to read is in letter.txt.",
        f"{wrong[1]} was not read: There is no file or folder named lost.zip there.",
    ]
    told = run(*several, "--json", expected=3).json
    assert [one["source"] for one in told["not_read"]] == [str(one) for one in wrong]
    assert [one["known"] for one in told["sources"]] == [9]


def test_where_no_source_can_be_read_there_is_no_archive_afterwards(run, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear badge-migrator")
    ran = run("archive", tmp_path / "letter.txt", tmp_path / "lost.zip", expected=2)
    assert "Nothing we know how to read is in letter.txt." in ran.err
    run("migrate", tmp_path / "letter.txt", "--to", "badgr:http://127.0.0.1:9", expected=2)
    assert not (tmp_path / "badge-archive.db").exists()


def test_where_no_source_can_be_read_an_archive_that_is_there_says_so_too(run, tmp_path, demo_data):
    (tmp_path / "letter.txt").write_text("Dear badge-migrator")
    run("archive", demo_data / "backpack.sql")
    ran = run("archive", tmp_path / "letter.txt", tmp_path / "lost.zip", expected=2)
    assert "letter.txt was not read" in ran.err
    assert "There is no file or folder named lost.zip there." in ran.err


def test_a_source_that_is_not_there_says_so(run, tmp_path, demo_data):
    ran = run("archive", tmp_path / "lost.zip", expected=2)
    assert "lost.zip" in ran.err


def test_an_adapter_can_be_named_and_a_typing_error_is_met_with_a_suggestion(
    run, tmp_path, demo_data
):
    with zipfile.ZipFile(demo_data / "mozilla-export.zip") as packed:
        packed.extractall(tmp_path / "export")
    ran = run("archive", "--adapter", "baked-images", tmp_path / "export", "--json", expected=3)
    assert ran.json["sources"][0]["archived"] == 11
    wrong = run("archive", "--adapter", "baked-image", tmp_path / "export", expected=2)
    assert "baked-images" in wrong.err


def test_another_archive_can_be_named_by_option_or_environment(
    run, tmp_path, monkeypatch, demo_data
):
    run("archive", demo_data / "backpack.sql", "--archive", tmp_path / "one.db")
    monkeypatch.setenv("BADGE_MIGRATOR_ARCHIVE", str(tmp_path / "two.db"))
    run("archive", demo_data / "backpack.sql")
    assert (tmp_path / "one.db").exists()
    assert (tmp_path / "two.db").exists()
    assert not (tmp_path / "badge-archive.db").exists()


def test_a_file_that_is_no_archive_is_left_alone(run, tmp_path, demo_data):
    (tmp_path / "mine.txt").write_text("my diary")
    ran = run("archive", demo_data / "backpack.sql", "--archive", tmp_path / "mine.txt", expected=6)
    assert "mine.txt" in ran.err
    assert (tmp_path / "mine.txt").read_text() == "my diary"


def test_an_empty_file_is_called_empty(run, tmp_path):
    (tmp_path / "export.zip").write_bytes(b"")
    assert "not a single byte" in run("archive", tmp_path / "export.zip", expected=2).err


def test_what_is_odd_is_noted_once_for_each_kind(run, tmp_path, make):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(make.baked(number))
        (folder / f"{number}.pages").write_bytes(b"something else %d" % number)
    told = run("archive", folder).out.splitlines()
    notes = [line for line in told if line.startswith("  note: ")]
    assert len(notes) == 1
    assert notes[0].startswith("  note: many/0.pages: No adapter knows")
    assert notes[0].endswith(" (and 2 more like it)")

from __future__ import annotations

import json
import zipfile
from importlib import import_module

from migrator.sources.glimpse import Glimpse
from migrator.sources.inspection import inspect
from migrator.sources.place import open_place

MozillaMysql = import_module("migrator.adapters.mozilla_mysql").MozillaMysql


def assertion(number):
    return json.dumps(
        {
            "id": f"https://issuer.example/{number}",
            "recipient": {"type": "email", "identity": "ann@example.org", "hashed": False},
            "badge": {"name": f"Badge {number}", "criteria": "x" * 1000},
            "verify": {"type": "hosted"},
        }
    )


def test_a_file_that_is_not_read_to_its_end_is_not_blamed_for_it(tmp_path):
    path = tmp_path / "badges.jsonl"
    path.write_text("\n".join(assertion(number) for number in range(100)))
    with open_place(path) as place:
        seen = inspect(place, most_bytes=20_000)
    assert not seen.complete
    assert 10 < seen.badges < 20
    assert seen.unreadable == []
    assert seen.parts[0].names == [f"Badge {number}" for number in range(5)]
    assert seen.parts[0].holders == ["ann@example.org"]


def test_beginnings_of_files_in_zips_inside_are_seen_too(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("a.jsonl", "\n".join(assertion(number) for number in range(50)))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as packed:
        packed.write(inner, "inner.zip")
        packed.writestr("b.json", assertion(99))
    with open_place(tmp_path / "outer.zip") as place:
        seen = inspect(place, most_bytes=20_000)
        assert not seen.complete
        assert place.in_zip
    assert 10 < seen.badges < 25


def test_a_source_that_cannot_be_read_is_told_with_what_to_do(tmp_path):
    (tmp_path / "dump.xml").write_bytes(b"<?xml version='1.0'?>\n<mysqldump>")
    with open_place(tmp_path / "dump.xml") as place:
        seen = inspect(place, MozillaMysql())
    assert "XML" in seen.refusal or "xml" in seen.refusal
    assert seen.advice


def test_a_glimpse_is_the_place_but_for_the_ends_of_its_files(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"0123456789")
    with open_place(tmp_path / "a.txt") as place:
        glimpse = Glimpse(place, 4)
        (member,) = glimpse.members()
        assert glimpse.head(3) == b"012"
        assert glimpse.peek(member, 6) == b"012345"
        assert glimpse.locator(member) == "a.txt"
        assert not glimpse.in_zip
        assert glimpse.cut == set()
        with glimpse.open(member) as stream:
            assert stream.read() == b"0123"
        assert glimpse.cut == {"a.txt"}
        with glimpse.seekable() as file:
            assert file.read() == b"0123456789"
        glimpse.close()

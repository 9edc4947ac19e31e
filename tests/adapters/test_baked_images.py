from __future__ import annotations

import zipfile
from importlib import import_module

import pytest

from migrator.sources.division import read_place
from migrator.sources.place import open_place

BakedImages = import_module("migrator.adapters.baked_images").BakedImages

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture
def folder(tmp_path):
    def make(**files):
        root = tmp_path / "badges"
        root.mkdir()
        for name, data in files.items():
            (root / name).write_bytes(data)
        return root

    return make


@pytest.mark.parametrize(
    ("files", "confidence"),
    [
        ({"a.png": PNG}, 40),
        ({"a.dat": PNG}, 40),
        ({**{f"{n}.txt": b"text" for n in range(50)}, "z.png": PNG}, 40),
        ({"a.jpg": JPEG}, 5),
        ({"a.png": b"<html>404</html>"}, 5),
        ({"a.png": b""}, 5),
        ({"a.zip": b"PK\x03\x04"}, 25),
        ({"a.txt": b"text"}, None),
        ({".DS_Store": PNG}, None),
    ],
)
def test_detect_is_as_sure_as_its_evidence(folder, files, confidence):
    with open_place(folder(**files)) as place:
        match = BakedImages().detect(place)
    assert (match and match.confidence) == confidence


def test_detect_survives_files_that_cannot_be_opened(folder):
    root = folder(**{"a.txt": b"text"})
    (root / "link.png").symlink_to(root / "a.txt")
    with open_place(root) as place:
        assert BakedImages().detect(place).confidence == 5


def test_thousands_of_other_files_are_each_told_but_not_read(folder):
    root = folder(**{f"{number}.txt": b"text" for number in range(2000)})
    with open_place(root) as place:
        outcomes = list(read_place(place, BakedImages()))
    assert len(outcomes) == 2000
    assert {(o.code, o.severity.value, o.raw) for o in outcomes} == {
        ("unknown_file", "warning", b"")
    }


def test_a_zip_inside_that_cannot_be_opened_is_one_problem(tmp_path):
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", b"PK\x03\x04 and nothing more")
    with open_place(tmp_path / "outer.zip") as place:
        (problem,) = read_place(place, BakedImages())
    assert problem.code == "zip_unreadable"
    assert problem.locator == "outer.zip!inner.zip"
    assert "Download it again" in problem.sentence

from __future__ import annotations

import zipfile

import pytest

from migrator.openbadges.baking import bake
from migrator.sources.found import Foreign, Found, Severity
from migrator.sources.image import (
    KEPT,
    image_problem,
    is_fingerprint,
    may_be_picture,
    read_image,
)
from migrator.sources.place import open_place

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
URL = "https://issuer.example/assertions/1"


@pytest.fixture
def read(tmp_path):
    def one(data):
        (tmp_path / "a.png").write_bytes(data)
        with open_place(tmp_path / "a.png") as place:
            return read_image(place, next(place.members()), holder="ann@example.org")

    return one


@pytest.mark.parametrize(
    "data", [bake(PNG, URL), bake(SVG, URL), b"\xef\xbb\xbf " + bake(SVG, URL)]
)
def test_a_picture_with_badge_data_is_found_whole(read, data):
    assert read(data) == Found("a.png", image=data, holder="ann@example.org")


def test_a_picture_in_utf16_is_found(read):
    data = bake(SVG, URL).decode().encode("utf-16")
    outcome = read(data)
    assert isinstance(outcome, Found) or outcome.code in ("damaged_image", "no_badge_data")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (PNG, "no_badge_data"),
        (SVG, "no_badge_data"),
        (PNG[:11], "damaged_image"),
        (b"\xff\xd8\xff\xe0 photo", "picture_without_room"),
        (b"GIF89a picture", "picture_without_room"),
    ],
)
def test_anything_else_is_told_with_what_to_do(read, data, code):
    problem = read(data)
    assert problem.code == code
    assert problem.sentence.count(".") >= 2
    assert problem.severity is Severity.PROBLEM
    assert problem.raw == (b"" if code == "picture_without_room" else data)


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"<html><svg/></html>", b"\0" * 5000])
def test_what_is_no_picture_is_foreign(read, data):
    outcome = read(data)
    assert isinstance(outcome, Foreign)
    assert (outcome.locator, outcome.member.name) == ("a.png", "a.png")


def test_a_large_file_that_is_no_picture_is_not_read(tmp_path):
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(2**33)
    with open_place(tmp_path) as place:
        assert isinstance(read_image(place, next(place.members())), Foreign)


def test_the_fingerprint_hint_needs_the_backpacks_kind_of_name():
    assert is_fingerprint("0a" * 32 + ".PNG")
    assert not is_fingerprint("0a" * 31 + ".png")
    assert "fingerprint" in image_problem("x", "0a" * 32 + ".svg", SVG).sentence
    assert "fingerprint" not in image_problem("x", "html.svg", SVG).sentence


@pytest.mark.parametrize("head", [PNG, b"\n\xef\xbb\xbf<?xml", "<svg".encode("utf-16"), b"GIF89a"])
def test_what_may_be_a_picture_is_read_whole(head):
    assert may_be_picture(head)


@pytest.mark.parametrize("head", [b"", b"hello", b"\xff\xfeh\0i\0", b"%PDF"])
def test_what_cannot_be_a_picture_is_not(head):
    assert not may_be_picture(head)


@pytest.mark.parametrize(
    ("name", "data", "in_zip", "in_folder"),
    [
        ("photo.jpg", b"\xff\xd8\xff" + b"x" * 100, True, False),
        ("plain.png", PNG, True, True),
        ("large.jpg", b"\xff\xd8\xff" + b"x" * KEPT, True, False),
        ("large.png", PNG + bytes(KEPT), True, False),
        ("broken.png", PNG[:40], True, True),
    ],
)
def test_a_zip_comes_back_whole_and_a_folder_of_photographs_is_not_copied(
    tmp_path, name, data, in_zip, in_folder
):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr(name, data)
    for path, kept in ((tmp_path / "all.zip", in_zip), (folder, in_folder)):
        with open_place(path) as place:
            (member,) = place.members()
            problem = read_image(place, member)
            if place.in_zip:
                content = problem.file.content
                held = isinstance(content, bytes)
                assert (content if held else b"".join(content.pieces())) == data
                assert (problem.raw, kept, held) == (b"", True, len(data) < KEPT)
            else:
                assert (problem.raw, problem.file) == (data if kept else b"", None)

"""Inputs made to do harm: each has its limit, and the badge beside them arrives."""

from __future__ import annotations

import struct
import zlib

import pytest

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data):
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def header(side):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))


@pytest.fixture
def hostile(tmp_path, make):
    """A folder of harmful files and one good badge; returns what is to be said of each."""
    folder = tmp_path / "in"
    folder.mkdir()
    text = chunk(b"iTXt", b"openbadges\0\0\0\0\0" + make.json(make.assertion(1)))
    pixels, end = chunk(b"IDAT", zlib.compress(b"\0" * 9)), chunk(b"IEND", b"")
    bomb = zlib.compress(b"{" * 200_000_000, 9)
    files = {
        "good.png": SIGNATURE + header(64) + text + pixels + end,
        "wide.png": SIGNATURE + header(2**31 - 1) + text + pixels + end,
        "chunks.png": SIGNATURE + header(64) + text + chunk(b"tEXt", b"k\0v") * 1_000_000 + end,
        "bomb.png": SIGNATURE + header(64) + chunk(b"zTXt", b"openbadges\0\0" + bomb) + end,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.png").open("wb") as huge:
        huge.write(files["good.png"])
        huge.truncate(100_000_000)
    return {
        "in/chunks.png": "more than 100,000 chunks",
        "in/bomb.png": "larger than 4 MiB",
        "in/huge.png": "larger than 64 MiB",
    }


def test_harmful_pictures_are_refused_by_stated_limits_and_the_others_arrive(run, hostile):
    ran = run("archive", "in", "--json", expected=3).json
    (source,) = ran["sources"]
    assert (source["found"], source["problems"]) == (5, 3)
    # A picture's size in pixels does no harm: it is never unpacked.
    assert source["archived"] + source["known"] == 2
    problems = run("status", "--problems", "--json").json["problems"]
    said = {one["locator"]: one["sentence"] for one in problems if one["severity"] == "problem"}
    assert said.keys() == hostile.keys()
    for locator, words in hostile.items():
        assert words in said[locator]

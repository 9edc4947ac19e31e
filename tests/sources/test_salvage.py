"""Torn ZIPs: what is whole in them comes back."""

from __future__ import annotations

import io
import random
import zipfile
import zlib

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.place import Limits, MemberUnreadable, open_place
from migrator.sources.place.salvage import salvaged_members

NOISE = random.Random(5).randbytes(40_000)
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


class Unseekable(io.BytesIO):
    """A stream like standard output: zipfile then writes sizes behind the data."""

    def seekable(self):
        return False

    def seek(self, *args):
        raise io.UnsupportedOperation

    def tell(self):
        raise io.UnsupportedOperation


def zipped(method=DEFLATED, out=None, **files):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def told(tmp_path, data, **limits):
    path = tmp_path / "torn.zip"
    path.write_bytes(data)
    found = {}
    with open_place(path, limits=Limits(**limits)) as place:
        for member in place.members():
            try:
                found[place.locator(member)] = place.read(member)
            except MemberUnreadable as error:
                found[place.locator(member)] = error.code
    return found


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("out", [io.BytesIO, Unseekable])
def test_a_zip_without_its_table_of_contents_gives_back_its_files(tmp_path, method, out):
    data = zipped(method, out(), **{"a.png": NOISE, "sub/": b"", "sub/b.svg": b"<svg/>" * 5000})
    torn = data[: data.index(b"PK\x01\x02")]
    found = told(tmp_path, torn)
    warning = found.pop("torn.zip")
    assert warning == "zip_damaged"
    if method == STORED and out is Unseekable:
        # nothing says where a stored file ends: it is told, not guessed
        assert set(found.values()) == {"damaged"}
    else:
        assert found == {"torn.zip!a.png": NOISE, "torn.zip!sub/b.svg": b"<svg/>" * 5000}


def test_the_file_in_which_the_zip_ends_is_told(tmp_path):
    data = zipped(STORED, **{"a.png": b"whole", "b.png": NOISE})
    found = told(tmp_path, data[:20_000])
    assert found == {
        "torn.zip!a.png": b"whole",
        "torn.zip!b.png": "cut_off",
        "torn.zip": "zip_damaged",
    }


def test_the_missing_end_of_a_streamed_zip_is_damage(tmp_path):
    data = zipped(DEFLATED, Unseekable(), **{"a.png": NOISE})
    assert told(tmp_path, data[:20_000])["torn.zip!a.png"] == "damaged"


def test_garbage_before_and_between_is_stepped_over(tmp_path):
    one, two = zipped(**{"a.png": b"one" * 99}), zipped(**{"b.png": b"two" * 99})
    torn = b"PK\x03\x04" + one[: one.index(b"PK\1\2")] + NOISE + two[: two.index(b"PK\1\2")]
    found = told(tmp_path, torn + b"PK\x03\x04" + b"\0" * 10)
    assert found["torn.zip!a.png"] == b"one" * 99
    assert found["torn.zip!b.png"] == b"two" * 99


def test_a_table_of_contents_that_is_nonsense_is_done_without(tmp_path):
    data = bytearray(zipped(**{"a.png": NOISE}))
    data[data.index(b"PK\1\2")] = 0
    assert told(tmp_path, data)["torn.zip!a.png"] == NOISE


def test_a_wrong_checksum_is_damage(tmp_path):
    data = zipped(STORED, **{"a.png": NOISE})
    torn = data[: data.index(b"PK\1\2")].replace(NOISE[:50], NOISE[:49] + b"!")
    assert told(tmp_path, torn)["torn.zip!a.png"] == "damaged"


def test_a_wrong_deflate_stream_is_damage(tmp_path):
    data = bytearray(zipped(DEFLATED, **{"a.png": b"abc" * 5000}))
    at = data.index(b"a.png") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    assert told(tmp_path, data[: data.index(b"PK\1\2")])["torn.zip!a.png"] == "damaged"


def test_a_bomb_is_stopped_here_too(tmp_path):
    data = zipped(DEFLATED, **{"a.png": b"\0" * 20_000_000})
    assert told(tmp_path, data[: data.index(b"PK\1\2")])["torn.zip!a.png"] == "zip_bomb"


def test_unsafe_and_encrypted_entries_are_told(tmp_path):
    data = bytearray(zipped(STORED, **{"../a.png": b"one", "b.png": b"two"}))
    second = data.index(b"PK\x03\x04", 4)
    data[second + 6] |= 1
    found = told(tmp_path, data[: data.index(b"PK\1\2")])
    assert found["torn.zip!../a.png"] == "unsafe_name"
    assert found["torn.zip!b.png"] == "damaged"


def test_names_in_cp437_are_understood(tmp_path):
    data = zipped(STORED, **{"cafX.png": b"one"}).replace(b"cafX", b"caf\x82")
    assert "torn.zip!caf\u00e9.png" in told(tmp_path, data[: data.index(b"PK\1\2")])


def test_no_more_files_are_salvaged_than_a_sound_zip_may_have():
    data = zipped(STORED, **{f"{number:03}.png": b"" for number in range(50)})
    torn = io.BytesIO(data[: data.index(b"PK\1\2")])
    assert len(salvaged_members(torn, Limits())) == 50
    assert len(salvaged_members(torn, Limits(directory_bytes=46 * 10))) == 10


@pytest.mark.parametrize("tail", [b"", b"\0" * 40, b"\0" * 26 + b"\xff\xff" + b"\0" * 5])
def test_a_zip_without_any_whole_header_cannot_be_read(tmp_path, tail):
    with pytest.raises(SourceUnreadable, match="damaged ZIP") as caught:
        told(tmp_path, b"PK\x03\x04" + tail)
    assert caught.value.next_step


def test_signatures_are_found_across_the_edges_of_what_is_read_at_once(tmp_path):
    whole = zipped(STORED, **{"a.png": b"one"})
    entry = whole[: whole.index(b"PK\1\2")]
    for before in (1024 * 1024 - 2, 1024 * 1024):
        filler = zlib.compress(b"x")[:4] + b"\0" * (before - 8)
        found = told(tmp_path, b"PK\x03\x04" + filler + entry)
        assert found["torn.zip!a.png"] == b"one"

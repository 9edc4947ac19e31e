"""ZIPs as programs really write them, and ZIPs made to do harm."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from collections import deque

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.place import Limits, MemberUnreadable, open_place
from migrator.sources.place.zipped import directory_size, overlapping

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


@pytest.fixture
def make(tmp_path):
    def write(entries, method=DEFLATED, patch=lambda data: data):
        path = tmp_path / "badges.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in entries:
                info = zipfile.ZipInfo(name) if isinstance(name, str) else name
                info.compress_type = method
                archive.writestr(info, data)
        path.write_bytes(patch(path.read_bytes()))
        return path

    return write


def listed(path, **limits):
    with open_place(path, limits=Limits(**limits)) as place:
        return {place.locator(m): (m.fault.code if m.fault else None) for m in place.members()}


def read_all(path, **limits):
    """Return each member's bytes, or the code of why it could not be read."""
    told = {}
    with open_place(path, limits=Limits(**limits)) as place:
        for member in place.members():
            try:
                told[member.name] = place.read(member)
            except MemberUnreadable as error:
                told[member.name] = error.code
    return told


@pytest.mark.parametrize("method", [STORED, DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_come_back_byte_for_byte(make, method):
    path = make([("sub/b.png", b"two" * 900), ("a.png", b"one")], method)
    with open_place(path) as place:
        assert place.kind == "zip"
        assert [place.locator(m) for m in place.members()] == [
            "badges.zip!a.png",
            "badges.zip!sub/b.png",
        ]
        assert [place.read(m) for m in place.members()] == [b"one", b"two" * 900]
        assert [place.peek(m, 2) for m in place.members()] == [b"on", b"tw"]


def test_a_zip_and_its_folder_list_the_same_in_the_same_order(make, tmp_path):
    names = ["z.png", "a-b/x.png", "a/x.png", "a/deep/y.png", "b.png"]
    path = make([(name, b"") for name in names])
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "badges")
    with open_place(path) as zipped, open_place(tmp_path / "badges") as folder:
        assert [m.name for m in zipped.members()] == [m.name for m in folder.members()]


@pytest.mark.parametrize("name", ["../a.png", "a/../../b.png", "..", "..\\a.png", "./", "/"])
def test_a_name_that_leads_out_is_not_read(make, name):
    assert read_all(make([(name, b"x")])) == {name.replace("\\", "/"): "unsafe_name"}


def test_a_name_with_a_nul_is_not_read(make):
    path = make([("aXb.png", b"x")], patch=lambda data: data.replace(b"aXb.png", b"a\0b.png"))
    assert list(read_all(path).values()) == ["unsafe_name"]
    assert list(listed(path)) == ["badges.zip!a\\x00b.png"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/etc/a.png", "etc/a.png"),
        ("C:\\Users\\me\\a.png", "Users/me/a.png"),
        ("C:a.png", "a.png"),
        ("\\\\host\\share\\a.png", "host/share/a.png"),
        ("./sub//a.png", "sub/a.png"),
        ("sub\\a.png", "sub/a.png"),
    ],
)
def test_other_ways_of_writing_a_name_are_read_under_a_relative_one(make, written, name):
    assert read_all(make([(written, b"x")])) == {name: b"x"}


def test_names_in_utf8_without_saying_so_and_in_cp437_are_both_understood(make):
    def unsaid(data):
        return data.replace(b"cafXX.png", "caf\u00e9.png".encode())

    assert list(read_all(make([("cafXX.png", b"x")], patch=unsaid))) == ["caf\u00e9.png"]

    def cp437(data):
        return data.replace(b"cafX.png", b"caf\x82.png")

    assert list(read_all(make([("cafX.png", b"x")], patch=cp437))) == ["caf\u00e9.png"]


def test_a_name_that_says_utf8_and_is_not_is_read_all_the_same(make):
    broken = make(
        [("caf\u00e9.png", b"one"), ("b.png", b"two")],
        patch=lambda data: data.replace("caf\u00e9".encode(), b"caf\xff\xfe"),
    )
    told = read_all(broken)
    assert sorted(map(str, told.values())) == ["b'one'", "b'two'", "zip_damaged"]


def test_members_of_one_name_are_told_apart(make):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make([("a.png", b"one"), ("a.png", b"two"), ("/a.png", b"three")])
    with open_place(path) as place:
        assert {place.locator(m): place.read(m) for m in place.members()} == {
            "badges.zip!a.png": b"one",
            "badges.zip!a.png#2": b"two",
            "badges.zip!a.png#3": b"three",
        }


def test_folders_in_a_zip_are_no_members(make):
    assert listed(make([("sub/", b""), ("sub/a.png", b"")])) == {"badges.zip!sub/a.png": None}


def test_links_in_a_zip_are_not_followed(make):
    link = zipfile.ZipInfo("a.png")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    assert read_all(make([(link, b"/etc/passwd")])) == {"a.png": "link_not_followed"}


def test_a_password_is_asked_for_by_name(make):
    def lock(data):
        at = data.index(b"PK\x01\x02")
        return data[: at + 8] + b"\x01" + data[at + 9 :]

    assert read_all(make([("a.png", b"x")], patch=lock)) == {"a.png": "encrypted"}


def test_a_compression_nobody_here_knows_is_told(make):
    def deflate64(data):
        at = data.index(b"PK\x01\x02")
        return data[: at + 10] + b"\x09" + data[at + 11 :]

    told = read_all(make([("a.png", b"x")], patch=deflate64))
    assert told == {"a.png": "unsupported_compression"}


def test_a_bomb_is_stopped_while_it_unpacks_whatever_its_header_says(make):
    def small(data):
        at = data.index(b"PK\x01\x02")
        return data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]

    honest = [("zeros", b"\0" * 30_000_000)]
    tracemalloc.start()
    try:
        assert read_all(make(honest)) == {"zeros": "zip_bomb"}
        assert read_all(make(honest, patch=small))["zeros"] in ("zip_bomb", "damaged")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000  # making it takes 30 MB, a few times over


def test_a_bomb_is_stopped_in_a_stream_too(make):
    with open_place(make([("dump.sql", b"\0" * 30_000_000)])) as place:
        (member,) = place.members()
        with place.open(member) as stream, pytest.raises(MemberUnreadable) as caught:
            deque(iter(lambda: stream.read(65536), b""), maxlen=0)
        assert caught.value.code == "zip_bomb"


def test_a_small_file_may_shrink_a_lot(make):
    assert read_all(make([("a.svg", b" " * 900_000)])) == {"a.svg": b" " * 900_000}


def test_a_member_over_the_limit_is_too_large(make):
    told = read_all(make([("a", b"x" * 2000), ("b", b"x")], STORED), member_bytes=1000)
    assert told == {"a": "too_large", "b": b"x"}


def test_a_wrong_checksum_is_damage(make):
    path = make([("a.png", b"picture"), ("b.png", b"whole")], STORED)
    path.write_bytes(path.read_bytes().replace(b"picture", b"pictuRe"))
    assert read_all(path) == {"a.png": "damaged", "b.png": b"whole"}


def test_a_header_that_contradicts_the_table_of_contents_is_damage(make):
    path = make([("a.png", b"picture")], STORED)
    path.write_bytes(path.read_bytes().replace(b"a.png", b"z.png", 1))
    assert read_all(path) == {"a.png": "damaged"}


def test_entries_that_share_their_bytes_are_not_read(make):
    def share(data):
        first = data.index(b"PK\x01\x02")
        second = data.index(b"PK\x01\x02", first + 4)
        offset = data[first + 42 : first + 46]
        return data[: second + 42] + offset + data[second + 46 :]

    path = make([("a.png", b"x" * 99), ("b.png", b"y"), ("c.png", b"z")], STORED, share)
    assert read_all(path) == {
        "a.png": "overlapping_entries",
        "b.png": "overlapping_entries",
        "c.png": b"z",
    }


def test_an_entry_that_reaches_over_several_others_spoils_each():
    infos = [zipfile.ZipInfo(name) for name in "abcd"]
    for info, offset, size in zip(infos, (0, 40, 80, 500), (300, 5, 5, 5), strict=True):
        info.header_offset, info.compress_size = offset, size
    assert overlapping(infos) == {0, 40, 80}


def test_a_table_of_contents_that_is_too_large_is_not_opened(make):
    path = make([(f"{number}.png", b"") for number in range(300)])
    with pytest.raises(SourceUnreadable, match="more files than we read") as caught:
        open_place(path, limits=Limits(directory_bytes=10_000))
    assert "Unpack it" in caught.value.next_step


def test_ten_million_names_cost_neither_memory_nor_time(tmp_path):
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", *[0] * 9, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 4, 0)
    count, size = 10_000_000, 10_000_000 * len(entry)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 4)
    path = tmp_path / "many.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.seek(size, io.SEEK_CUR)  # a hole: only the size counts
        file.write(end64 + struct.pack("<4sIQI", b"PK\6\7", 0, 4 + size, 1) + end)
    assert directory_size(io.BytesIO(end64 + b"PK\6\7" + b"\0" * 16 + end)) == size
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(SourceUnreadable, match="more files than we read"):
            open_place(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
    assert time.monotonic() - started < 2


def test_an_empty_zip_has_no_members(make):
    assert listed(make([])) == {}


def test_a_file_without_an_end_record_has_no_known_table_of_contents():
    assert directory_size(io.BytesIO(b"PK\3\4")) is None
    assert directory_size(io.BytesIO(b"PK\5\6" + b"\0" * 5)) is None


def test_one_zip_inside_is_opened_and_a_second_level_is_not(make, tmp_path):
    deep = io.BytesIO()
    with zipfile.ZipFile(deep, "w") as archive:
        archive.writestr("deep.png", b"x")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.png", b"picture")
        archive.writestr("deep.zip", deep.getvalue())
    path = make([("sub/inner.zip", inner.getvalue())])
    with open_place(path) as place, place.nested(next(place.members())) as within:
        first, second = within.members()
        assert within.locator(first) == "badges.zip!sub/inner.zip!a.png"
        assert within.read(first) == b"picture"
        with pytest.raises(MemberUnreadable) as caught:
            within.nested(second)
        assert caught.value.code == "nested_too_deep"

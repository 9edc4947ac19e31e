from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.place import Limits, Member, MemberUnreadable, is_clutter, open_place
from migrator.sources.place import folder as folder_module

needs_posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and modes of POSIX")


def listed(path, **limits):
    with open_place(path, limits=Limits(**limits)) as place:
        return {place.locator(m): (m.fault.code if m.fault else None) for m in place.members()}


def fault_of(place, member):
    with pytest.raises(MemberUnreadable) as caught:
        place.read(member)
    return caught.value.code


def test_a_file_is_one_member_named_as_people_know_it(tmp_path):
    (tmp_path / "html.png").write_bytes(b"picture")
    with open_place(tmp_path / "html.png") as place:
        (member,) = place.members()
        assert (place.kind, place.label, place.locator(member)) == ("file", "html.png", "html.png")
        assert (member.name, member.size) == ("html.png", 7)
        assert place.read(member) == b"picture"
        assert place.head(3) == place.peek(member, 3) == b"pic"
        with place.open(member) as stream:
            assert stream.read() == b"picture"


def test_a_folder_is_walked_files_before_subfolders_each_by_name(tmp_path):
    root = tmp_path / "badges"
    for name in ("z.png", "b/c.png", "a-b/x.png", "a/x.png", "a/deep/er/y.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    with open_place(root) as place:
        names = [member.name for member in place.members()]
        assert names == ["z.png", "a/x.png", "a/deep/er/y.png", "a-b/x.png", "b/c.png"]
        assert names == [member.name for member in place.members()]
        assert place.head() == b""
        assert place.locator(Member("a/x.png")) == "badges/a/x.png"


def test_a_folder_given_as_a_dot_has_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "badges").mkdir()
    monkeypatch.chdir(tmp_path / "badges")
    with open_place(Path()) as place:
        assert place.label == "badges"


@needs_posix
def test_links_are_listed_but_never_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "badges"
    root.mkdir()
    (root / "link.png").symlink_to(tmp_path / "secret.txt")
    (root / "up").symlink_to(tmp_path)
    (root / "loop").symlink_to(root)
    assert set(listed(root).values()) == {"link_not_followed"}
    with open_place(root) as place:
        assert [fault_of(place, member) for member in place.members()] == ["link_not_followed"] * 3


@needs_posix
def test_a_file_that_becomes_a_link_after_listing_is_not_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "badges").mkdir()
    picture = tmp_path / "badges" / "a.png"
    picture.write_bytes(b"picture")
    with open_place(tmp_path / "badges") as place:
        (member,) = place.members()
        picture.unlink()
        picture.symlink_to(tmp_path / "secret.txt")
        assert fault_of(place, member) == "not_readable"


@needs_posix
def test_pipes_are_listed_but_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert set(listed(tmp_path).values()) == {"not_a_file"}
    with pytest.raises(SourceUnreadable, match="device or a pipe"):
        open_place(tmp_path / "pipe.png")


@needs_posix
def test_a_file_that_becomes_a_pipe_after_listing_is_not_waited_for(tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"picture")
    with open_place(tmp_path) as place:
        (member,) = place.members()
        picture.unlink()
        os.mkfifo(picture)
        assert fault_of(place, member) == "not_readable"


@needs_posix
def test_a_folder_without_permission_is_a_problem_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "a" / "closed").mkdir(parents=True)
    (tmp_path / "a" / "b.png").touch()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(folder_module.os, "scandir", scandir)
    codes = listed(tmp_path / "a")
    assert codes == {"a/b.png": None, "a/closed": "not_readable"}


def test_a_place_without_permission_says_so(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceUnreadable, match="Permission denied") as caught:
        open_place(tmp_path)
    assert caught.value.next_step


def test_a_file_that_vanishes_after_listing_is_a_problem(tmp_path):
    (tmp_path / "a.png").touch()
    with open_place(tmp_path) as place:
        (member,) = place.members()
        (tmp_path / "a.png").unlink()
        with pytest.raises(MemberUnreadable) as caught:
            place.peek(member, 4)
        problem = place.problem(member, caught.value)
        assert (problem.code, problem.raw) == ("not_readable", b"")
        assert problem.locator == f"{tmp_path.name}/a.png"
        assert "No such file" in problem.sentence


def test_a_file_that_vanishes_while_listing_is_a_problem(tmp_path, monkeypatch):
    (tmp_path / "a.png").touch()

    def lstat(path):
        raise FileNotFoundError(2, "No such file or directory")

    with open_place(tmp_path) as place:
        monkeypatch.setattr(folder_module.os, "lstat", lstat)
        assert [member.fault.code for member in place.members()] == ["not_readable"]


def test_too_many_files_in_one_folder_are_told_after_those_that_were_read(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.png").touch()
    codes = list(listed(tmp_path, folder_members=3).values())
    assert codes == [None, None, None, "too_many_files"]


def test_a_large_file_is_streamed_but_not_read_whole(tmp_path):
    (tmp_path / "dump.sql").write_bytes(b"x" * 3_000_000)
    with open_place(tmp_path, limits=Limits(member_bytes=2_000_000)) as place:
        (member,) = place.members()
        assert fault_of(place, member) == "too_large"
        with place.open(member) as stream:
            assert sum(len(chunk) for chunk in iter(lambda: stream.read(65536), b"")) == 3_000_000


def test_a_file_that_grows_while_it_is_read_is_still_limited(tmp_path):
    (tmp_path / "a.png").touch()
    with open_place(tmp_path, limits=Limits(member_bytes=1000)) as place:
        (member,) = place.members()
        (tmp_path / "a.png").write_bytes(b"x" * 2000)
        assert fault_of(place, member) == "too_large"


@pytest.mark.parametrize("name", ["no-such-file", "no\0such"])
def test_a_path_that_leads_nowhere_says_what_to_do(tmp_path, name):
    with pytest.raises(SourceUnreadable) as caught:
        open_place(tmp_path / name)
    assert caught.value.next_step
    assert caught.value.exit_code == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text_or_would_move_the_cursor_are_shown_escaped(tmp_path):
    root = tmp_path / "badges"
    root.mkdir()
    (root / os.fsdecode(b"caf\xe9.png")).write_bytes(b"1")
    (root / "a\x1b[2Jb\u202e.png").write_bytes(b"2")
    with open_place(root) as place:
        locators = [place.locator(member) for member in place.members()]
        assert locators == ["badges/a\\x1b[2Jb\\u202e.png", "badges/caf\\xe9.png"]
        assert [place.read(member) for member in place.members()] == [b"2", b"1"]
        assert all(member.name.encode() for member in place.members())


def test_an_empty_file_is_a_member_without_bytes(tmp_path):
    (tmp_path / "a.png").touch()
    with open_place(tmp_path / "a.png") as place:
        (member,) = place.members()
        assert (place.head(), place.read(member), place.peek(member, 9)) == (b"", b"", b"")


def test_a_head_that_cannot_be_read_is_empty(tmp_path):
    (tmp_path / "a.png").write_bytes(b"picture")
    place = open_place(tmp_path / "a.png")
    place._file.close()
    place._file = open(os.open(tmp_path / "a.png", os.O_WRONLY), "wb", buffering=0)  # noqa: SIM115, PTH123
    place._file.read = lambda n: (_ for _ in ()).throw(OSError(5, "I/O error"))
    assert place.head() == b""
    place.close()


def test_files_the_system_leaves_behind_are_clutter_and_pictures_are_not():
    clutter = (".DS_Store", "x/Thumbs.db", "desktop.ini", "__MACOSX/a.png", "x/__MACOSX/b", "._a")
    assert all(is_clutter(Member(name)) for name in clutter)
    assert not any(is_clutter(Member(name)) for name in ("a.png", "x/b.svg", "__MACOSX"))


def test_opening_and_closing_leaves_no_file_open(tmp_path):
    (tmp_path / "a.png").write_bytes(b"picture")
    with open_place(tmp_path / "a.png") as place:
        (member,) = place.members()
        place.read(member)
    assert place._file.closed
    assert stat.S_ISREG((tmp_path / "a.png").stat().st_mode)


def test_a_disk_that_fails_while_reading_is_a_problem_that_says_so(tmp_path):
    class Failing(io.RawIOBase):
        def read(self, n=-1):
            raise OSError(5, "Input/output error")

    with open_place(tmp_path) as place, pytest.raises(MemberUnreadable) as caught:
        place.read(Member("a.png", source=Failing))
    assert caught.value.code == "not_readable"
    assert "Input/output error" in caught.value.sentence

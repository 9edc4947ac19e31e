from __future__ import annotations

import errno
import stat

import pytest

from migrator import errors
from migrator.files.folder import Folder, explained, same_file
from migrator.files.sink import Under


def test_files_appear_whole_with_ordinary_permissions(tmp_path):
    folder = Folder(tmp_path / "a" / "b")
    put = folder.put("c/d.txt", b"data")
    assert (put.path, put.became) == ("c/d.txt", "written")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    mode = (folder.root / "c/d.txt").stat().st_mode
    assert stat.S_IMODE(mode) == stat.S_IMODE(plain.stat().st_mode)
    assert [path.name for path in folder.root.rglob("*")] == ["c", "d.txt"]


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path):
    folder = Folder(tmp_path / "a")
    (folder.root / "x.txt").symlink_to(tmp_path / "outside.txt")
    put = folder.put("x.txt", b"data")
    assert put.became == "beside"
    assert not (tmp_path / "outside.txt").exists()
    with folder.draft("x.txt", "head") as draft:
        draft.write("head and more")
    assert not (tmp_path / "outside.txt").exists()


def test_the_same_size_is_not_the_same_file(tmp_path):
    folder = Folder(tmp_path)
    (tmp_path / "x").write_bytes(b"abc")
    assert folder.put("x", b"abd").became == "beside"
    assert folder.put("x", b"abc").became == "already there"
    assert not same_file(tmp_path, tmp_path / "x")


def test_a_draft_that_fails_leaves_nothing(tmp_path):
    folder = Folder(tmp_path)
    with pytest.raises(TypeError), folder.draft("x.txt", "") as draft:
        draft.write("half", "and half")
    assert list(tmp_path.iterdir()) == []


def test_a_draft_takes_the_place_of_ours_and_stands_beside_anothers(tmp_path):
    folder = Folder(tmp_path)
    for text in ("head 1", "head 2"):
        with folder.draft("x.txt", "head") as draft:
            draft.write(text)
        assert draft.put.became == "written"
    assert (tmp_path / "x.txt").read_text() == "head 2"
    (tmp_path / "y.txt").write_text("mine")
    for became in ("beside", "already there"):
        with folder.draft("y.txt", "head") as draft:
            draft.write("head 1")
        assert draft.put.became == became
    (tmp_path / "z.txt").mkdir()
    with folder.draft("z.txt", "head") as draft:
        draft.write("head 1")
    (tmp_path / draft.put.path).unlink()
    (tmp_path / draft.put.path).mkdir()
    with pytest.raises(errors.Usage, match="another file"), folder.draft("z.txt", "head") as draft:
        draft.write("head 1")


def test_a_folder_that_cannot_be_is_explained(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(errors.Usage, match="cannot be written"):
        Folder(tmp_path / "file" / "sub")
    folder = Folder(tmp_path)
    with pytest.raises(errors.Usage, match="cannot be written"):
        folder.put("file/inner.txt", b"data")


def test_a_full_disk_is_incomplete_not_broken(tmp_path):
    with pytest.raises(errors.Incomplete, match="is full"), explained(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_many_folders_do_not_fill_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("migrator.files.folder._KNOWN_FOLDERS", 3)
    folder = Folder(tmp_path)
    for number in range(10):
        folder.put(f"{number}/x", b"")
    assert len(folder._made) <= 3
    assert len(list(tmp_path.iterdir())) == 10


def test_a_folder_of_a_sink_is_a_sink(tmp_path):
    under = Under(Folder(tmp_path), "in")
    assert under.put("x", b"1").path == "x"
    assert (tmp_path / "in/x").read_bytes() == b"1"
    with under.draft("y", "") as draft:
        draft.write("2")
    assert (tmp_path / "in/y").read_bytes() == b"2"

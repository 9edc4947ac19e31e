from __future__ import annotations

import shutil

import bagit
import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.export.bag import export_bag
from migrator.export.order import Order
from migrator.files.folder import Folder


@pytest.fixture
def bagged(archive, reader, tmp_path):
    def bag(*outcomes, into="bag"):
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        reader.outcomes(archive, source, outcomes)
        folder = Folder(tmp_path / into)
        return export_bag(archive, folder, Order()), folder

    return bag


def test_a_bag_is_what_the_library_of_congress_says_it_is(archive, reader, demo_zip, tmp_path):
    reader.file(archive, demo_zip)
    folder = Folder(tmp_path / "bag")
    done = export_bag(archive, folder, Order())
    bag = bagit.Bag(str(folder.root))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["Payload-Oxum"] == f"{done.octets}.{done.files}"
    assert bag.info["Bagging-Date"] == "2026-11-23"
    payload = set(bag.payload_files())
    assert len(payload) == done.files
    assert {"data/images/index.csv", "data/images/index.json", "data/documents/index.csv"} < payload
    assert len([one for one in payload if one.endswith(".png")]) == done.images.badges


@pytest.mark.parametrize(
    "name",
    [
        "100%0Asure",
        "line\nend\rs",
        "\uff37\uff49\uff44\uff45\u3000\U0001f396\ufe0f e\u0301",
        "~=@tab\t",
    ],
)
def test_whatever_a_badge_is_called_its_bag_is_valid(bagged, make, name):
    badge_class = make.json(make.badge_class(1, name=name))
    _done, folder = bagged(make.found(1, badge_class=badge_class, image=make.baked(1)))
    assert bagit.Bag(str(folder.root)).validate()


def test_an_empty_archive_makes_an_empty_but_valid_bag(bagged):
    done, folder = bagged()
    assert done.files == 4
    assert bagit.Bag(str(folder.root)).validate()


def test_a_second_bag_on_another_day_writes_nothing(bagged, make, files, text_clock):
    _done, folder = bagged(make.found(1, image=make.baked(1)))
    before = files(folder.root)
    text_clock.advance(86_400 * 3)
    _done, again = bagged()
    assert again.counts.written == 0
    assert files(folder.root) == before


def test_a_bag_grows_with_its_archive(bagged, make, text_clock):
    bagged(make.found(1, image=make.baked(1)))
    text_clock.advance(86_400 * 3)
    done, folder = bagged(make.found(2, image=make.baked(2)))
    bag = bagit.Bag(str(folder.root))
    assert bag.validate()
    assert bag.info["Bagging-Date"] == "2026-11-26"
    assert done.images.badges == 2


def test_a_changed_file_is_found_by_the_bag(bagged, make):
    _done, folder = bagged(make.found(1, image=make.baked(1)))
    (picture,) = (folder.root / "data/images").glob("*.png")
    picture.write_bytes(b"\0" * picture.stat().st_size)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(folder.root)).validate()


@pytest.mark.parametrize(
    "place", ["notes.txt", "data/notes.txt", "data/images/notes.txt", "data", "bag-info.txt"]
)
def test_what_is_no_part_of_the_bag_is_neither_taken_in_nor_removed(bagged, make, tmp_path, place):
    if place not in ("data", "bag-info.txt", "notes.txt"):
        bagged(make.found(1, image=make.baked(1)))
    other = tmp_path / "bag" / place
    if place == "data":
        other.mkdir(parents=True)
    else:
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("mine")
    with pytest.raises(errors.Usage, match="new folder"):
        bagged()
    assert place == "data" or other.read_text() == "mine"


def test_a_different_file_in_a_place_of_the_bag_is_not_overwritten(bagged, make):
    _done, folder = bagged(make.found(1, image=make.baked(1)))
    (picture,) = (folder.root / "data/images").glob("*.png")
    picture.write_bytes(b"mine")
    with pytest.raises(errors.Usage, match="another file"):
        bagged()
    assert picture.read_bytes() == b"mine"


def test_an_interrupted_bag_is_finished_by_the_next_run(archive, reader, make, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, [make.found(n, image=make.baked(n)) for n in range(5)])

    def stop(done):
        if done == 3:
            raise KeyboardInterrupt

    folder = Folder(tmp_path / "bag")
    with pytest.raises(KeyboardInterrupt):
        export_bag(archive, folder, Order(watch=stop))
    assert not list(folder.root.rglob("*.part"))
    assert not (folder.root / "manifest-sha256.txt").exists()
    export_bag(archive, Folder(tmp_path / "bag"), Order())
    assert bagit.Bag(str(folder.root)).validate()


def test_a_bag_of_a_read_only_copy_is_the_same(bagged, archive, make, tmp_path, files):
    _done, folder = bagged(make.found(1, image=make.baked(1)))
    archive.conn.execute("pragma wal_checkpoint(truncate)")
    copy = tmp_path / "copy.db"
    shutil.copy(archive.path, copy)
    with Archive.read(copy, archive.now) as opened:
        export_bag(opened, Folder(tmp_path / "other"), Order())
    one, other = files(folder.root), files(tmp_path / "other")
    assert {name: facts[0] for name, facts in one.items()} == {
        name: facts[0] for name, facts in other.items()
    }

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source, read_sources
from migrator.errors import SourceUnreadable
from migrator.export.restore import restore
from migrator.files.names import key
from migrator.sources.found import Found, Problem, Severity
from migrator.sources.place import open_place


def nothing(_done):
    """Watch nothing."""


def pieces(outcome):
    """Return (kind, bytes) of everything an adapter yielded with one outcome."""
    if isinstance(outcome, Problem):
        file = [("file", outcome.file.content)] if outcome.file else []
        return [(outcome.severity.value, outcome.raw), *file] if outcome.raw else file
    if not isinstance(outcome, Found):
        return []
    found = [
        ("assertion", outcome.assertion),
        ("badge_class", outcome.badge_class),
        ("issuer", outcome.issuer),
        ("jws", outcome.jws),
        ("image", outcome.image),
    ]
    # What an adapter has made of a table's row is no original.
    return [(kind, data) for kind, data in found if data and b'"madeFromRows"' not in data]


def ingested(archive, case):
    """Read a fixture and return what its adapter yields."""
    try:
        with open_place(case.input) as place:
            outcomes = list(case.adapter.read(place))
            read_source(archive, case.adapter, place, nothing)
    except SourceUnreadable:
        return []
    return outcomes


def compared(outcomes, rows, folder):
    """Hold every yielded byte against the files that index.csv names for its locator."""
    there = {(row["locator"], row["kind"], row["sha256"]): row for row in rows}
    for outcome in outcomes:
        for kind, data in pieces(outcome):
            digest = hashlib.sha256(data).hexdigest()
            row = there[outcome.locator.lstrip("'"), kind, digest]
            assert (folder / row["path"]).read_bytes() == data


@pytest.mark.no_cover  # hundreds of fixtures; the other tests measure
def test_every_fixture_comes_back_byte_for_byte(case, archive, tmp_path, index, files):
    outcomes = ingested(archive, case)
    folder = tmp_path / "restored"
    restored = restore(archive, folder, None, nothing)
    rows = index(folder / "index.csv")
    compared(outcomes, rows, folder)
    assert restored.damages == restored.beside == 0
    assert len(rows) == sum(restored.files.values())
    written = files(folder)
    assert restored.written == len(written)
    assert set(written) == {row["path"] for row in rows} | {"index.csv"}
    assert len({key(path) for path in written}) == len(written)
    for row in rows:
        assert written[row["path"]][0] == row["sha256"]
        assert (folder / row["path"]).stat().st_size == int(row["bytes"])

    again = restore(archive, folder, None, nothing)
    assert (again.written, again.already_there) == (0, restored.written)
    assert files(folder) == written


@pytest.mark.no_cover  # as above
def test_all_fixtures_together_come_back_too(cases, archive, tmp_path, index):
    outcomes = [one for case in cases for one in ingested(archive, case)]
    folder = tmp_path / "restored"
    restored = restore(archive, folder, None, nothing)
    rows = index(folder / "index.csv")
    compared(outcomes, rows, folder)
    assert len(rows) == sum(restored.files.values())
    homes = {row["path"].partition("/")[0] for row in rows}
    assert {"sample.sql", "sample.sql~2"} <= homes or len(homes) > 20
    assert restore(archive, folder, None, nothing).written == 0


def test_a_zip_has_its_own_tree_again(archive, reader, sample_zip, tmp_path):
    reader.file(archive, sample_zip)
    restore(archive, tmp_path / "out", None, nothing)
    home = tmp_path / "out" / sample_zip.name
    with zipfile.ZipFile(sample_zip) as packed:
        names = packed.namelist()
        assert "manifest.txt" in names
        for name in names:
            assert (home / name).read_bytes() == packed.read(name)
    inside = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert inside == set(names)


READ = Path(__file__).parents[2] / "fixtures" / "assertions" / "good"
FOREIGN = {
    **{
        f"saved/{name}": (READ / name).read_bytes()
        for name in (
            "one-assertion/assertion.json",
            "json-lines/badges.jsonl",
            "utf-16/badges.json",
        )
    },
    "film.mp4": b"".join(b"%09d\n" % number for number in range(130_000)),
    "docs/letter.txt": b"Dear Ann",
    "docs/paper.pdf": b"%PDF-1.4 and no more",
    "plain.png": bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
    ),
    "photo.jpg": b"\xff\xd8\xff" + bytes(1_200_000),
    "empty.txt": b"",
    "broken.zip": b"PK\3\4nothing else",
    "__MACOSX/._plain.png": b"\0\5\x16\7",
}


def test_a_zip_comes_back_with_every_file_in_it_whoever_knows_it(
    archive, sample_zip, tmp_path, index
):
    path, out = tmp_path / "export.zip", tmp_path / "out"
    path.write_bytes(sample_zip.read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        for name, data in FOREIGN.items():
            packed.writestr(name, data)
    with open_place(path) as place:
        assert len(read_sources(archive, place, nothing)) > 1
    restored = restore(archive, out, None, nothing)
    assert (restored.damages, restored.beside) == (0, 0)
    with zipfile.ZipFile(path) as packed:
        whole = {name: packed.read(name) for name in packed.namelist()}
    home = out / "export.zip"
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {one.relative_to(home).as_posix(): one.read_bytes() for one in files} == whole
    rows = {row["locator"]: row for row in index(out / "index.csv")}
    film = rows["export.zip!film.mp4"]
    assert film["sha256"] == hashlib.sha256(FOREIGN["film.mp4"]).hexdigest()
    assert (film["kind"], int(film["bytes"])) == ("file", len(FOREIGN["film.mp4"]))
    assert restore(archive, out, None, nothing).written == 0


def test_a_long_file_that_is_damaged_is_not_written(archive, sample_zip, tmp_path, damage):
    path = tmp_path / "export.zip"
    path.write_bytes(sample_zip.read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("film.mp4", FOREIGN["film.mp4"])
    with open_place(path) as place:
        read_sources(archive, place, nothing)
    damage(archive, "update source_file set content = zeroblob(2000000) where size > 1000000")
    restored = restore(archive, tmp_path / "out", None, nothing)
    assert (restored.damages, "film.mp4" in restored.damaged[0]) == (1, True)
    assert not (tmp_path / "out/export.zip/film.mp4").exists()
    assert (tmp_path / "out/export.zip/manifest.txt").exists()


def listed(make, label, names, **more):
    """Return one badge a name, each with a picture of its own."""
    return [
        Found(f"{label}{name}", image=make.baked(number, **more))
        for number, name in enumerate(names)
    ]


HOSTILE = [
    "!../../etc/passwd",
    "!/etc/shadow",
    "!C:\\Windows\\win.ini",
    "!nul.png",
    "!COM1",
    "!trailing. ",
    "!trailing.",
    "!A.png",
    "!a.png",
    "!a.png",
    "!sub",
    "!sub/a.png",
    "!SUB/A.PNG",
    "!sub/a.png/b.png",
    "!e\u0301.png",
    "!\u00e9.png",
    "!" + "long" * 200 + ".png",
    "!" + "/".join(["deep" * 10] * 60) + "/x.png",
    "!tab\\there\\x00.png",
    "!bidi\\u202egnp.exe",
    "!Well done!.png",
    "!=cmd|' /C calc'!A0.png",
    "!",
    "!//",
    "!...",
    "!con/aux/prn.txt",
]


def test_hostile_names_stay_inside_and_apart(archive, reader, make, tmp_path, index, files):
    source = tmp_path / "src"
    source.mkdir()
    outcomes = listed(make, "src", HOSTILE)
    reader.outcomes(archive, source, outcomes)
    folder = tmp_path / "out" / "here"
    before = files(tmp_path)
    restored = restore(archive, folder, None, nothing)
    assert restored.damages == restored.beside == 0
    outside = {name: facts for name, facts in files(tmp_path).items() if "here/" not in name}
    assert {name for name in outside if not name.startswith("archive.db")} <= set(before)
    rows = [row for row in index(folder / "index.csv") if row["kind"] == "image"]
    assert len(rows) == len(HOSTILE)
    by_key = {}
    for outcome, row in zip(outcomes, rows, strict=True):
        assert (folder / row["path"]).read_bytes() == outcome.image
        assert row["path"].startswith("src/")
        parts = row["path"].split("/")
        assert not set(parts) & {"", ".", ".."}
        assert all(len(part.encode()) <= 255 and part[-1] not in ". " for part in parts)
        assert not any(set(part) & set('<>:"\\|?*') for part in parts)
        by_key.setdefault(key(row["path"]), set()).add(row["sha256"])
    # On a system that knows no case nothing falls together, and no file is a folder too.
    assert len(by_key) == len(HOSTILE)
    folders = {key(row["path"].rpartition("/")[0]) for row in rows}
    assert not folders & set(by_key)
    assert rows[20]["path"] == "src/Well done!.png"
    assert restore(archive, folder, None, nothing).written == 0


def test_labels_are_made_safe_and_sources_of_one_label_stay_apart(
    archive, reader, make, tmp_path, index
):
    for place, number in (("one/=x", 1), ("two/=x", 2), ("three/=X", 3)):
        source = tmp_path / place
        source.mkdir(parents=True)
        reader.outcomes(archive, source, [Found(f"{source.name}/a.png", image=make.baked(number))])
    folder = tmp_path / "out"
    restore(archive, folder, None, nothing)
    paths = [row["path"] for row in index(folder / "index.csv") if row["kind"] == "image"]
    assert paths == ["x/a.png", "x~2/a.png", "X~3/a.png"]
    locators = {row["locator"] for row in index(folder / "index.csv")}
    assert "'=x/a.png" in locators

    restored = restore(archive, folder, "=X", nothing)
    assert (restored.files["image"], restored.already_there, restored.written) == (1, 2, 1)
    assert [row["source"] for row in index(folder / "X~3.index.csv")] == ["'=X", "'=X"]


def test_the_trees_of_sources_never_mix(archive, reader, make, tmp_path, index):
    for number, name in enumerate(("x.documents", "x", "index.csv", "index", "..", "CON")):
        label = name.replace("..", "dots..")
        (tmp_path / label).mkdir()
        found = Found(f"{label}/a.png", image=make.baked(number))
        reader.outcomes(archive, tmp_path / label, [found])
    restore(archive, tmp_path / "out", None, nothing)
    rows = index(tmp_path / "out/index.csv")
    homes = {}
    for row in rows:
        homes.setdefault(key(row["path"].partition("/")[0]), set()).add(row["source"])
    assert [sorted(labels) for labels in homes.values() if len(labels) > 1] == []
    assert len(homes) == 12
    assert "_con" in homes


def test_one_source_can_be_named_and_a_wrong_name_is_met_with_the_right_ones(
    archive, reader, sample_zip, tmp_path
):
    reader.file(archive, sample_zip)
    assert restore(archive, tmp_path / "out", sample_zip.name, nothing).written
    with pytest.raises(errors.Usage, match=r"other\.zip"):
        restore(archive, tmp_path / "out", "other.zip", nothing)


def test_a_different_file_is_never_overwritten(archive, reader, make, tmp_path, index):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, [Found("src/a.png", image=make.baked(1))])
    folder = tmp_path / "out"
    (folder / "src").mkdir(parents=True)
    (folder / "src/a.png").write_bytes(b"mine")
    (folder / "index.csv").write_text("mine too")
    restored = restore(archive, folder, None, nothing)
    assert restored.beside == 2
    assert (folder / "src/a.png").read_bytes() == b"mine"
    assert (folder / "index.csv").read_text() == "mine too"
    (own,) = folder.glob("index~*.csv")
    (row,) = (row for row in index(own) if row["kind"] == "image")
    assert (folder / row["path"]).read_bytes() == make.baked(1)
    assert "a different file stands at src/a.png" in row["note"]
    again = restore(archive, folder, None, nothing)
    assert (again.written, again.beside) == (0, 0)


def test_when_the_name_beside_is_taken_too_a_person_is_asked(archive, reader, make, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, [Found("src/a.png", image=make.baked(1))])
    folder = tmp_path / "out"
    digest = hashlib.sha256(make.baked(1)).hexdigest()[:8]
    for name in ("a.png", f"a~{digest}.png"):
        (folder / "src" / name).mkdir(parents=True)
    with pytest.raises(errors.Usage, match="both taken"):
        restore(archive, folder, None, nothing)
    assert not list(folder.rglob("*.part"))


def test_an_index_of_ours_is_brought_up_to_date(archive, reader, make, tmp_path, index):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, [Found("src/a.png", image=make.baked(1))])
    folder = tmp_path / "out"
    restore(archive, folder, None, nothing)
    reader.outcomes(archive, source, [Found("src/b.png", image=make.baked(2))])
    restored = restore(archive, folder, None, nothing)
    assert (restored.written, restored.beside) == (3, 0)
    assert {row["path"] for row in index(folder / "index.csv") if row["kind"] == "image"} == {
        "src/a.png",
        "src/b.png",
    }


def test_rows_are_told_by_words_and_get_an_ending(archive, reader, make, tmp_path, index):
    source = tmp_path / "dump.sql"
    source.write_bytes(b"x")
    locator = "dump.sql, row 1 of table badge (id 7)"
    found = make.found(1, locator=locator, image=make.baked(1), holder=None)
    raw = Problem("dump.sql, row 2", "broken", "Broken.", b"\0raw")
    cut = Problem("dump.sql", "cut", "Long.", b"x" * 65_536)
    warning = Problem("dump.sql", "odd", "Odd.", b"hm", Severity.WARNING)
    reader.outcomes(archive, source, [found, raw, cut, warning])
    folder = tmp_path / "out"
    restore(archive, folder, None, nothing)
    paths = {(row["kind"], row["code"]): row for row in index(folder / "index.csv")}
    name = "row 1 of table badge (id 7)"
    assert paths["image", ""]["path"] == f"dump.sql/{name}.png"
    assert paths["badge_class", ""]["path"] == f"dump.sql.documents/{name}.badge-class.json"
    assert paths["issuer", ""]["path"] == f"dump.sql.documents/{name}.issuer.json"
    assert paths["problem", "broken"]["path"] == "dump.sql.unread/row 2.broken.bin"
    assert paths["problem", "cut"]["path"] == "dump.sql.unread/dump.sql.cut.bin"
    assert "64 KiB" in paths["problem", "cut"]["note"]
    assert (folder / paths["problem", "cut"]["path"]).read_bytes() == b"x" * 65_536
    assert paths["warning", "odd"]["path"] == "dump.sql.unread/dump.sql.odd.bin"


def test_a_document_that_stood_as_a_file_stands_there_again(archive, reader, make, sign, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    document = make.json(make.assertion(1))
    jws = sign({**make.assertion(2), "verify": {"type": "signed", "url": "https://x.example/k"}})
    found = [Found("src/a.json", assertion=document), Found("src/b.jws", jws=jws)]
    reader.outcomes(archive, source, found)
    restore(archive, tmp_path / "out", None, nothing)
    assert (tmp_path / "out/src/a.json").read_bytes() == document
    assert (tmp_path / "out/src/b.jws").read_bytes() == jws


@pytest.mark.parametrize(
    ("sql", "lost"),
    [
        # The picture is made of its document too.
        ("update document set content = replace(content, 'Assertion', 'Assertiom')", "both"),
        ("update artwork set content = zeroblob(3)", "image"),
        ("update image set splice_at = splice_at + 1", "image"),
        ("update image set splice = 'text'", "image"),
        ("update document set content = cast(x'ff' as text)", "both"),
        ("update image set artwork_id = 99", "image"),
        ("delete from image", "image"),
        ("delete from document", "both"),
        ("update image set document_id = 99", "image"),
    ],
)
def test_a_damaged_row_is_reported_and_the_others_are_written(
    archive, reader, make, tmp_path, damage, index, sql, lost
):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, [Found("src/a.png", image=make.baked(1))])
    damage(archive, sql)
    folder = tmp_path / "out"
    with Archive.read(archive.path) as opened:
        restored = restore(opened, folder, None, nothing)
    assert restored.damages >= 1
    assert "src/a.png" in restored.damaged[0]
    rows = {row["kind"]: row for row in index(folder / "index.csv")}
    gone = {"image", "assertion"} if lost == "both" else {lost}
    for kind in gone:
        assert rows[kind]["path"] == ""
        assert "damaged" in rows[kind]["note"]
    others = {"image", "assertion"} - gone
    assert all((folder / rows[other]["path"]).is_file() for other in others)
    assert restored.written == 1 + len(others)


def test_a_text_that_is_damaged_keeps_no_other_row_from_being_read(
    archive, reader, make, tmp_path, damage
):
    source = tmp_path / "src"
    source.mkdir()
    raw = Problem("src/b.png", "no_badge_data", "None.", b"\x89PNG")
    reader.outcomes(archive, source, [Found("src/a.png", image=make.baked(1)), raw])
    damage(archive, "update problem set locator = cast(x'ff' as text)")
    with Archive.read(archive.path) as opened:
        restored = restore(opened, tmp_path / "out", None, nothing)
    assert restored.damages == 0
    assert (tmp_path / "out/src.unread").is_dir()
    assert (tmp_path / "out/src/a.png").is_file()
    assert (tmp_path / "out/src.documents/a.png.assertion.json").is_file()


def test_a_list_that_breaks_leaves_the_other_lists(archive, reader, make, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, listed(make, "src/", ["a.png", "b.png"]))
    broken = archive.one("select rootpage from sqlite_master where name = 'image'")[0]
    size = archive.one("pragma page_size")[0]
    archive.close()
    with archive.path.open("r+b") as file:
        file.seek((broken - 1) * size)
        file.write(b"\xff" * size)
    with Archive.read(archive.path) as opened:
        restored = restore(opened, tmp_path / "out", None, nothing)
    assert restored.damages == 1
    assert "src: " in restored.damaged[0]
    assert (tmp_path / "out/src.documents/b.png.assertion.json").is_file()


def test_many_damages_are_counted_and_some_are_named(archive, reader, make, tmp_path, damage):
    source = tmp_path / "src"
    source.mkdir()
    reader.outcomes(archive, source, listed(make, "src/", [f"{n}.png" for n in range(30)]))
    damage(archive, "update image set splice_at = 0")
    with Archive.read(archive.path) as opened:
        restored = restore(opened, tmp_path / "out", None, nothing)
    assert restored.damages == 30
    assert len(restored.damaged) == 20

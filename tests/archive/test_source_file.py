"""Files of a source that are no badge: kept, restored, checked, joined and forgotten."""

from __future__ import annotations

import os
import zipfile
from hashlib import sha256

import pytest

from benchmarks.memory import peak_of
from migrator.archive import originals
from migrator.archive.archive import Archive
from migrator.archive.intake import read_sources
from migrator.archive.life.forgetting import forget
from migrator.archive.life.union import join
from migrator.archive.proof.check import check
from migrator.archive.sourcefile import LONG
from migrator.errors import ArchiveDamaged, SourceUnreadable
from migrator.sources.found import FoundFile, Lent
from migrator.sources.place import open_place


def nothing(*_):
    return None


@pytest.fixture
def manifest(sample_zip):
    with zipfile.ZipFile(sample_zip) as packed:
        return packed.read("manifest.txt")


def kept(archive):
    return [
        tuple(row) for row in archive.all("select locator, cast(content as blob) from source_file")
    ]


def test_the_manifest_is_kept_byte_for_byte_and_once(archive, reader, sample_zip, manifest):
    for _ in range(2):
        reader.file(archive, sample_zip)
        assert kept(archive) == [(f"{sample_zip.name}!manifest.txt", manifest)]
    (file,) = originals.files(archive, 1)
    assert originals.content(archive, file) == manifest


def test_a_changed_byte_of_it_is_found(archive, reader, sample_zip):
    reader.file(archive, sample_zip)
    archive.conn.execute("update source_file set content = replace(content, 'maria', 'marla')")
    told = []
    check(archive, told.append, nothing)
    assert [(one.code, one.table) for one in told] == [("changed", "source_file")]


def test_it_comes_along_when_archives_are_joined(archive, reader, sample_zip, manifest, tmp_path):
    reader.file(archive, sample_zip)
    with Archive.open(tmp_path / "all.db") as everything:
        for _ in range(2):
            join(everything, archive.path, nothing)
            assert [content for _, content in kept(everything)] == [manifest]


def test_it_goes_with_the_person_it_names(archive, reader, sample_zip):
    reader.file(archive, sample_zip)
    forget(archive, "maria.garcia@example.org", nothing)
    assert kept(archive) == []
    assert b"maria.garcia@example.org" not in archive.path.read_bytes()


FILM = b"".join(b"%09d\n" % number for number in range(130_000))
ADDRESS = b"<maria.garcia@example.org>"


@pytest.fixture
def with_film(sample_zip, tmp_path):
    """Return a maker of the sample with a file that no adapter knows, longer than any value."""

    def make(film=FILM):
        path = tmp_path / "export.zip"
        path.write_bytes(sample_zip.read_bytes())
        with zipfile.ZipFile(path, "a") as packed:
            packed.writestr("film.mp4", film)
        return path

    return make


def read(archive, path):
    with open_place(path) as place:
        return read_sources(archive, place, nothing)


def films(archive):
    rows = archive.all("select id from source_file where locator like '%film.mp4'")
    (file,) = [one for one in originals.files(archive, 1) if one.locator.endswith("film.mp4")]
    assert [row[0] for row in rows] == [file.row]
    assert len(FILM) == file.size > LONG
    return b"".join(originals.pieces(archive, file))


def test_a_long_file_is_kept_byte_for_byte_and_once(archive, with_film):
    path = with_film()
    for _ in range(2):
        read(archive, path)
        assert films(archive) == FILM
    told = []
    checked = check(archive, told.append, nothing)
    assert told == []
    assert checked.bytes > len(FILM)
    (problem,) = archive.all("select code, severity, raw from problem where locator like '%film%'")
    assert tuple(problem) == ("unknown_file", "warning", None)


def lent(pieces):
    return FoundFile("src!film.mp4", Lent(sha256(FILM).digest(), len(FILM), pieces))


def test_a_long_file_that_is_known_is_not_written_again(archive, reader, tmp_path):
    written = []

    def pieces():
        written.append(FILM)
        yield FILM

    for _ in range(2):
        reader.outcomes(archive, tmp_path, [lent(pieces)])
        assert written == [FILM]
    assert films(archive) == FILM


def test_what_changes_while_it_is_written_is_not_kept(archive, reader, make, tmp_path):
    def pieces():
        yield FILM[:LONG]
        raise SourceUnreadable("It has changed.", "Archive it again.")

    with pytest.raises(SourceUnreadable):
        reader.outcomes(archive, tmp_path, [make.found(1), lent(pieces)])
    assert kept(archive) == []
    reader.outcomes(archive, tmp_path, [make.found(1), lent(lambda: iter([FILM]))])
    assert films(archive) == FILM


def test_a_changed_byte_of_a_long_file_is_found(archive, with_film):
    read(archive, with_film())
    row = archive.one("select id from source_file where locator like '%film.mp4'")
    with archive.conn.blobopen("source_file", "content", row[0]) as blob:
        blob.seek(700_000)
        blob.write(b"?")
    told = []
    check(archive, told.append, nothing)
    assert [(one.code, one.table) for one in told] == [("changed", "source_file")]
    with pytest.raises(ArchiveDamaged, match="not what it was"):
        films(archive)


def test_a_long_file_comes_along_when_archives_are_joined(archive, with_film, tmp_path):
    read(archive, with_film())
    with Archive.open(tmp_path / "all.db") as everything:
        for _ in range(2):
            join(everything, archive.path, nothing)
            assert films(everything) == FILM
        told = []
        check(everything, told.append, nothing)
        assert told == []


@pytest.mark.parametrize("at", [0, 256 * 1024 - 9, 700_000, len(FILM) - len(ADDRESS)])
def test_a_long_file_goes_with_the_person_it_names(archive, with_film, at):
    film = FILM[:at] + ADDRESS + FILM[at + len(ADDRESS) :]
    read(archive, with_film(film))
    assert films(archive) == film
    forget(archive, "maria.garcia@example.org", nothing)
    assert kept(archive) == []
    assert b"maria.garcia@example.org" not in archive.path.read_bytes()


def test_a_long_file_that_names_nobody_stays(archive, with_film):
    read(archive, with_film())
    forgotten = forget(archive, "maria.garcia@example.org", nothing)
    assert forgotten.remains == ()
    assert films(archive) == FILM


@pytest.mark.no_cover  # memory is measured, and measuring coverage takes some
def test_memory_is_flat_however_long_the_files_of_a_zip_are(tmp_path, sample_zip):
    path, kept_in = tmp_path / "export.zip", tmp_path / "a.db"
    path.write_bytes(sample_zip.read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        for number in range(3):
            packed.writestr(f"{number}.mp4", os.urandom(48 << 20))
    assert peak_of("archive", str(path), "--archive", str(kept_in)) < 150
    assert peak_of("check", "--archive", str(kept_in)) < 60
    assert peak_of("restore", str(tmp_path / "out"), "--archive", str(kept_in)) < 60
    assert (tmp_path / "out/export.zip/2.mp4").stat().st_size == 48 << 20

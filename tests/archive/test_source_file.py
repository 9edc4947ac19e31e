"""Files of a source that are no badge: kept, restored, checked, joined and forgotten."""

from __future__ import annotations

import zipfile

import pytest

from migrator.archive import originals
from migrator.archive.archive import Archive
from migrator.archive.life.forgetting import forget
from migrator.archive.life.union import join
from migrator.archive.proof.check import check


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

"""Every file the archive keeps of a source, to be written back byte for byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from migrator import errors
from migrator.archive import sourcefile
from migrator.archive.archive import Archive
from migrator.archive.documents import document_bytes
from migrator.archive.shelf import image_file
from migrator.archive.sourcefile import IS_LONG

CUT = 64 * 1024
"""Of a table's row that could not be read adapters keep so many bytes: there may have been more."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class KeptSource:
    """A source that was read: what a person knows it by, how it was read, and where it stood.

    What one place holds may have been read by several adapters: these are so many sources.
    """

    id: int
    adapter: str
    label: str
    place: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of a source: where it stood, what it is, and of which badge.

    `kind` is image, file, assertion, badge_class, issuer, jws, problem or warning; `row` its id in
    the table that holds it; `digest` the SHA-256 it was kept with (None for what could not be read,
    which is kept without); `size` its bytes where they are too many to be held (`pieces` gives
    them then); `note` says what a person should know of it.
    """

    kind: str
    locator: str
    row: int
    digest: bytes | None = None
    size: int | None = None
    identity: str | None = None
    badge: str | None = None
    url: str | None = None
    code: str | None = None
    note: str = ""


_IMAGES = """
select sighting.id, sighting.locator, sighting.image_id as row, image.digest,
  assertion.identity, badge_class.name as badge, sighting.hosted_url as url
from sighting
left join image on image.id = sighting.image_id
left join assertion on assertion.id = sighting.assertion_id
left join badge_class on badge_class.id = assertion.badge_class_id
where sighting.source_id = ? and sighting.id > ? and sighting.image_id is not null
order by sighting.id limit ?
"""
_DOCUMENTS = """
select one.id, one.locator, sighting_document.kind, sighting_document.document_id as row,
  document.digest, assertion.identity, badge_class.name as badge,
  iif(sighting_document.url = '', substr(assertion.identity, 5), sighting_document.url) as url
from (select id, locator, assertion_id from sighting
  where source_id = ? and id > ? order by id limit ?) as one
left join sighting_document
  on sighting_document.sighting_id = one.id and sighting_document.origin = 'found'
left join document on document.id = sighting_document.document_id
left join assertion on assertion.id = one.assertion_id
left join badge_class on badge_class.id = assertion.badge_class_id
order by one.id, sighting_document.document_id, sighting_document.kind
"""
_SOURCE_FILES = """
select id, locator, digest, iif(IS_LONG, length(content), null) as size from source_file
where +source_id = ? and id > ? order by id limit ?
""".replace("IS_LONG", IS_LONG.format("content"))
# The plus keeps SQLite on the order of the ids, so that no batch is sorted anew.
_PROBLEMS = """
select id, locator, code, severity, length(cast(raw as blob)) as size from problem
where +source_id = ? and id > ? and raw is not null order by id limit ?
"""


def sources(archive: Archive) -> list[KeptSource]:
    """Return every source of the archive, oldest first."""
    rows = archive.all("select id, adapter, label, place from source order by id")
    return [KeptSource(*row) for row in rows]


def images(archive: Archive, source_id: int) -> Iterator[KeptFile]:
    """Yield the baked images of a source, in the order they were read."""
    for row in _batches(archive, _IMAGES, source_id):
        yield KeptFile(
            *("image", row["locator"], row["row"], row["digest"], None, row["identity"]),
            *(row["badge"], row["url"]),
        )


def documents(archive: Archive, source_id: int) -> Iterator[KeptFile]:
    """Yield the documents found in a source, in the order they were read."""
    for row in _batches(archive, _DOCUMENTS, source_id):
        if row["row"] is not None:
            yield KeptFile(
                *(row["kind"], row["locator"], row["row"], row["digest"], None),
                *(row["identity"], row["badge"], row["url"]),
            )


def unread(archive: Archive, source_id: int) -> Iterator[KeptFile]:
    """Yield what is kept of what could not be read, in the order it was met."""
    for row in _batches(archive, _PROBLEMS, source_id):
        note = "perhaps only its first 64 KiB" if row["size"] == CUT else ""
        yield KeptFile(*(row["severity"], row["locator"], row["id"]), code=row["code"], note=note)


def files(archive: Archive, source_id: int) -> Iterator[KeptFile]:
    """Yield what belongs to a source and is no badge, in the order it was met."""
    for row in _batches(archive, _SOURCE_FILES, source_id):
        yield KeptFile("file", row["locator"], row["id"], row["digest"], row["size"])


KINDS: tuple[Callable[[Archive, int], Iterator[KeptFile]], ...] = (images, files, unread, documents)
"""Where the files of a source are listed.

One more kind of kept file is one more function here, and its table in _TABLES and _READ.
"""


_TABLES = {"file": "source_file", "image": "image", "problem": "problem", "warning": "problem"}


def content(archive: Archive, file: KeptFile) -> bytes:
    """Return a file byte for byte, held against its digest; raises ArchiveDamaged."""
    return _content(archive, _TABLES.get(file.kind, "document"), file.row)


def pieces(archive: Archive, file: KeptFile) -> Iterator[bytes]:
    """Yield a long file piece by piece, held against its digest at its end; raises ArchiveDamaged.

    Read it once before its pieces are used for anything.
    """
    seen = sha256()
    try:
        for piece in sourcefile.pieces(archive.conn, file.row):
            seen.update(piece)
            yield piece
    except sqlite3.Error as error:
        raise _damaged(f"source_file {file.row} cannot be read ({error})") from error
    if seen.digest() != file.digest:
        raise _damaged(f"source_file {file.row} is not what it was when it was kept")


def image_content(archive: Archive, image_id: int) -> bytes:
    """Return a baked image as found, held against its digest; raises ArchiveDamaged."""
    return _content(archive, "image", image_id)


def document_content(archive: Archive, document_id: int) -> bytes:
    """Return a document as found, held against its digest; raises ArchiveDamaged."""
    return _content(archive, "document", document_id)


def _batches(archive: Archive, query: str, source_id: int) -> Iterator[sqlite3.Row]:
    last = 0
    while rows := readable_rows(archive, query, source_id, last, _BATCH):
        last = rows[-1]["id"]
        yield from rows


def readable_rows(archive: Archive, query: str, *values: Any) -> list[sqlite3.Row]:
    """Return the rows of a query, a text that is damaged with signs for what cannot be read.

    One such text would else keep a whole batch from being read. Raises ArchiveDamaged.
    """
    before = archive.conn.text_factory
    archive.conn.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        return archive.all(query, *values)
    finally:
        archive.conn.text_factory = before


_READ = {
    # As BLOB: text that is damaged comes back as it is, and is found out by its digest.
    "document": "select null, digest from document where id = ?",
    "source_file": "select cast(content as blob), digest from source_file where id = ?",
    "problem": "select cast(raw as blob), null from problem where id = ?",
    "image": "select null, digest from image where id = ?",
}


def _content(archive: Archive, table: str, row_id: int) -> bytes:
    try:
        data, digest = tuple(archive.all(_READ[table], row_id)[0])
        if table == "image":
            data = image_file(archive, row_id)
        elif table == "document":
            data = document_bytes(archive.conn, row_id)
        data = bytes(data)
    except (LookupError, TypeError, ValueError, sqlite3.Error, errors.ArchiveDamaged) as error:
        raise _damaged(f"{table} {row_id} cannot be read ({error})") from error
    if digest is not None and sha256(data).digest() != digest:
        raise _damaged(f"{table} {row_id} is not what it was when it was kept")
    return data


def _damaged(what: str) -> errors.ArchiveDamaged:
    return errors.ArchiveDamaged(
        f"Row {what}.", "Take the archive from your backup, or read the source again."
    )

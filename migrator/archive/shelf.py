"""Taking badges off the shelf: what is kept of each, and what is kept under an address."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.artwork import join
from migrator.archive.digest import short_digest
from migrator.archive.documents import document_bytes, together
from migrator.archive.selection import EVERYTHING, Selection


@dataclass(frozen=True, slots=True)
class Kept:
    """One badge as kept: enough to decide how it can be sent. The image is fetched by its id.

    `deleted` says that the learner had removed it from every source it was found in, `named` that
    its badge class is known.
    """

    assertion_id: int
    identity: str
    title: str
    version: str | None
    verification: str
    hosted_url: str | None
    learner_id: int | None
    document: bytes | None
    jws: str | None
    image_id: int | None
    deleted: bool
    named: bool


_KEPT = """
select assertion.id, assertion.identity, badge_class.name as title, assertion.version,
  assertion.badge_class_id is not null as named,
  assertion.verification, assertion.hosted_url, assertion.learner_id, assertion.image_id,
  document.content as document, frame.content as frame, document.frame_id, jws.content as jws,
  not exists (select 1 from sighting where sighting.assertion_id = assertion.id
    and not sighting.deleted) as deleted
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join document on document.id = assertion.document_id
left join frame on frame.id = document.frame_id
left join document as jws on jws.id = assertion.jws_id
"""


def kept(archive: Archive, assertion_id: int) -> Kept:
    """Return one badge; raises KeyError when there is none with this id."""
    row = archive.one(_KEPT + " where assertion.id = ?", assertion_id)
    if row is None:
        raise KeyError(assertion_id)
    return _kept(row)


def all_kept(
    archive: Archive, batch: int = 500, selection: Selection = EVERYTHING
) -> Iterator[list[Kept]]:
    """Yield every badge selected in batches, by id; memory does not grow with the archive."""
    last = 0
    where = selection.where()
    query = _KEPT + f" where assertion.id > ?{where.text} order by assertion.id limit ?"
    while rows := archive.all(query, last, *where.values, batch):
        last = rows[-1]["id"]
        yield [_kept(row) for row in rows]


def count(archive: Archive) -> int:
    """Return how many badges the archive holds."""
    row = archive.one("select count(*) from assertion")
    return int(row[0]) if row else 0


def image_file(archive: Archive, image_id: int) -> bytes:
    """Return a baked image as it was found, byte for byte.

    Raises KeyError when there is none with this id, ValueError when a part of it is damaged.
    """
    row = archive.one(
        "select artwork.content, image.splice_at, image.splice, image.document_id,"
        " image.document_at from image"
        " join artwork on artwork.id = image.artwork_id where image.id = ?",
        image_id,
    )
    if row is None:
        raise KeyError(image_id)
    artwork, at, splice, document, inside = row
    if document is not None:
        splice = join(splice, inside, document_bytes(archive.conn, document))
    return join(artwork, at, splice)


def artwork_of(archive: Archive, image_id: int) -> bytes | None:
    """Return the picture of a baked image without the badge that was baked into it."""
    row = archive.one(
        "select artwork.content from image join artwork on artwork.id = image.artwork_id"
        " where image.id = ?",
        image_id,
    )
    return None if row is None else bytes(row[0])


def document_at(archive: Archive, url: str) -> bytes | None:
    """Return the document that is (or was) served at an address; found ones before derived."""
    for origin in ("found", "derived"):
        number = document_id_at(archive, url, origin)
        if number is not None:
            return document_bytes(archive.conn, number)
    return None


def document_id_at(archive: Archive, url: str, origin: str) -> int | None:
    """Return the id of the newest document of an address that was "found", or "derived"."""
    # A badge class is served at one address for thousands of badges: one step, no sorting.
    for query, key in ((_AT_ADDRESS, url), (_OF_BADGE, short_digest(f"url:{url}".encode()))):
        row = archive.one(query, key, origin)
        if row is not None:
            return int(row[0])
    return None


_AT_ADDRESS = """
select document_id from sighting_document where url = ? and url <> '' and origin = ?
order by sighting_id desc limit 1
"""
_OF_BADGE = """
select sighting_document.document_id from assertion
join sighting on sighting.assertion_id = assertion.id
join sighting_document on sighting_document.sighting_id = sighting.id
where assertion.digest = ? and sighting_document.url = '' and origin = ?
order by sighting.id desc limit 1
"""


def artwork_at(archive: Archive, url: str) -> tuple[bytes, str] | None:
    """Return (file, media type) of the artwork a badge class or assertion shows at an address."""
    row = archive.one(
        "select artwork.content, artwork.media_type from image"
        " join artwork on artwork.id = image.artwork_id where image.id = coalesce("
        "(select image_id from assertion where image = ?1 and image_id is not null limit 1),"
        "(select assertion.image_id from badge_class"
        " join assertion on assertion.badge_class_id = badge_class.id"
        " where badge_class.image = ?1 and assertion.image_id is not null limit 1))",
        url,
    )
    return None if row is None else (row[0], row[1])


class ServedArchive:
    """An archive seen as a web of issuers: what stood at an address; may be asked by threads."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        """Return (body, media type) for an address, None where nothing is kept."""
        with self._lock:
            document = document_at(self._archive, url)
            if document is not None:
                return document, _media_type(document)
            return artwork_at(self._archive, url)


def _media_type(document: bytes) -> str:
    try:
        json.loads(document)
    except ValueError:
        return "text/plain"
    return "application/json"


def _kept(row: sqlite3.Row) -> Kept:
    jws, document = row["jws"], None
    if row["document"] is not None:
        document = together(row["document"], row["frame"], row["frame_id"])
    return Kept(
        assertion_id=row["id"],
        identity=row["identity"],
        title=row["title"] or row["hosted_url"] or row["identity"],
        version=row["version"],
        verification=row["verification"],
        hosted_url=row["hosted_url"],
        learner_id=row["learner_id"],
        document=document,
        jws=jws.decode("ascii", "replace") if isinstance(jws, bytes) else jws,
        image_id=row["image_id"],
        deleted=bool(row["deleted"]),
        named=bool(row["named"]),
    )

"""What the archive holds of one address, to be compared with what stands there today."""

from __future__ import annotations

from migrator.archive import shelf
from migrator.archive.archive import Archive
from migrator.archive.digest import short_digest
from migrator.archive.documents import document_bytes
from migrator.openbadges.identity import canonical_url

_MOST = 8


def kept_at(archive: Archive, url: str, kind: str) -> tuple[bytes, ...]:
    """Return the documents (or pictures) of an address: found ones first, then derived ones.

    A picture is given as artwork and, where it is known, as the file with the badge in it.
    """
    if kind == "image":
        return _pictures(archive, url)
    found = [shelf.document_at(archive, url)]
    found += [
        document_bytes(archive.conn, row[0])
        for origin in ("found", "derived")
        for row in archive.all(_DOCUMENTS, url, origin, _MOST)
    ]
    if kind == "assertion" and found == [None]:
        # What a source has of a badge need not say where it was served.
        digest = short_digest(f"url:{canonical_url(url)}".encode())
        found += [document_bytes(archive.conn, row[0]) for row in archive.all(_ASSERTION, digest)]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _pictures(archive: Archive, url: str) -> tuple[bytes, ...]:
    artwork = shelf.artwork_at(archive, url)
    if artwork is None:
        return ()
    row = archive.one(_IMAGE, url)
    return (artwork[0],) if row is None else (artwork[0], shelf.image_file(archive, row[0]))


_DOCUMENTS = """
select document_id, max(sighting_id) from sighting_document
where url = ? and url <> '' and origin = ?
group by document_id order by 2 desc limit ?
"""
_ASSERTION = "select document_id from assertion where digest = ? and document_id is not null"
_IMAGE = "select image_id from assertion where image = ? and image_id is not null limit 1"

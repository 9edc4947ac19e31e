"""The best copy of what stood at an address, whoever has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from migrator.archive import holdings, shelf
from migrator.archive.archive import Archive
from migrator.archive.originals import document_content
from migrator.archive.web import finds as webfinds
from migrator.archive.web.answers import WebAnswer
from migrator.errors import ArchiveDamaged
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Unreadable
from migrator.openbadges.versions import document_type

LIVING = ("alive", "moved")
FOUND = "found"
DERIVED = "derived"
_KEY_MARK = b"-----BEGIN"


def best_document(archive: Archive, url: str) -> WebAnswer | None:
    """Return the best copy of what stood at exactly this address, its body with it; else None.

    The host's own answer (outcomes LIVING) comes before what a source held, that before a web
    archive's capture, that before a WARC file's; last comes what the archive can rebuild (an
    original out of the Backpack's copy, a picture without what was baked into it). What is not of
    the web has the origin "found", and the outcome "found" or "derived". A damaged copy is none.
    """
    origins = webfinds.origins(archive, url)
    if "live" in origins:
        live = _of_web(archive, url, "live", LIVING)
        if live is not None:
            return live
    held = _document(archive, url, FOUND)
    if held is not None:
        return held
    for origin in ("wayback", "warc"):
        if origin in origins:
            again = _of_web(archive, url, origin, (webfinds.RECOVERED,))
            if again is not None:
                return again
    return _document(archive, url, DERIVED) or _picture(archive, url)


def held_documents(archive: Archive, assertion_id: int) -> Iterator[tuple[str, bytes]]:
    """Yield (kind, bytes) of what sources held of a badge; what is damaged is left out."""
    for held in holdings.documents_of(archive, assertion_id):
        with suppress(ArchiveDamaged):
            yield held.kind, document_content(archive, held.id)


def _of_web(archive: Archive, url: str, origin: str, outcomes: tuple[str, ...]) -> WebAnswer | None:
    with suppress(LookupError, ValueError):  # a damaged row
        return webfinds.newest_body(archive, url, origin, outcomes)
    return None


def _document(archive: Archive, url: str, outcome: str) -> WebAnswer | None:
    number = shelf.document_id_at(archive, url, outcome)
    if number is None:
        return None
    try:
        body = document_content(archive, number)
    except ArchiveDamaged:
        return None
    kind, media_type = _kind(body)
    return WebAnswer(url, FOUND, kind, outcome, media_type=media_type, body=body)


def _picture(archive: Archive, url: str) -> WebAnswer | None:
    found = shelf.artwork_at(archive, url)
    if found is None:
        return None
    return WebAnswer(url, FOUND, "image", DERIVED, media_type=found[1], body=found[0])


def _kind(body: bytes) -> tuple[str, str]:
    """Return what a document is (the kind of a web answer), and its media type."""
    if _KEY_MARK in body[:256]:
        return "key", "text/plain"
    try:
        kind = document_type(parse_object(body))
    except Unreadable:
        return "assertion", "text/plain"  # a JWS, or what a source had in its place
    return ("revocation_list" if kind == "other" else kind), "application/json"

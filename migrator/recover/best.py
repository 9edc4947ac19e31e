"""The best copy of what stood at an address, whoever has it."""

from __future__ import annotations

from migrator.archive import shelf, webfinds
from migrator.archive.archive import Archive
from migrator.archive.webanswers import WebAnswer
from migrator.openbadges.documents import parse_object
from migrator.openbadges.jws import is_jws
from migrator.openbadges.model import Unreadable
from migrator.openbadges.versions import document_type

LIVING = ("alive", "moved")
RECOVERED = "recovered"
FOUND = "found"
_KEY_MARK = b"-----BEGIN"


def best_document(archive: Archive, url: str) -> WebAnswer | None:
    """Return the best copy of what stood at exactly this address, its body with it; else None.

    The host's own answer (outcomes LIVING) comes before what a source held (origin and outcome
    "found"), that before a web archive's capture, that before a WARC file's. A badge's picture is
    "found" without what was baked into it.
    """
    live = webfinds.newest_body(archive, url, "live", LIVING)
    if live is not None:
        return live
    held = _held(archive, url)
    if held is not None:
        return held
    return webfinds.newest_body(archive, url, "wayback", (RECOVERED,)) or webfinds.newest_body(
        archive, url, "warc", (RECOVERED,)
    )


def _held(archive: Archive, url: str) -> WebAnswer | None:
    document = shelf.document_at(archive, url)
    if document is not None:
        kind = _kind(document)
        media_type = "text/plain" if kind in ("jws", "key") else "application/json"
        kind = "assertion" if kind == "jws" else kind
        return WebAnswer(url, FOUND, kind, FOUND, media_type=media_type, body=document)
    picture = shelf.artwork_at(archive, url)
    if picture is not None:
        return WebAnswer(url, FOUND, "image", FOUND, media_type=picture[1], body=picture[0])
    return None


def _kind(document: bytes) -> str:
    if _KEY_MARK in document[:256]:
        return "key"
    try:
        kind = document_type(parse_object(document))
    except Unreadable:
        return "jws" if is_jws(document.decode("latin-1")) else "assertion"
    return "revocation_list" if kind == "other" else kind

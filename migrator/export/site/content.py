"""What is put back at an address: the best copy the archive has, and where it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.originals import document_content, image_content
from migrator.archive.shelf import artwork_at, document_id_at
from migrator.archive.web import addressed
from migrator.archive.web import answers as webanswers
from migrator.archive.web import finds as webfinds
from migrator.openbadges.address import safe_url
from migrator.openbadges.baking import sniff
from migrator.openbadges.documents import parse
from migrator.openbadges.model import Unreadable

DERIVED = "derived"
FOUND = "found"
_LIVING = ("alive", "moved")
_RECOVERED = ("recovered",)
_BY_BACKPACK = "rebuilt from the copy the old backpack kept: the same facts, perhaps other blanks"
_UNBAKED = "the badge's picture with the badge data taken out of it"
_BAKED = "the picture the badge was found with, badge data inside"
_JSON = ("application/json", "application/ld+json")
_PICTURES = ("image/png", "image/svg+xml", "image/gif", "image/jpeg")
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}(; ?charset=[a-z0-9-]{1,30})?")


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes for an address; `origin` is found, live, wayback, warc or derived."""

    data: bytes
    media_type: str
    origin: str
    captured_at: str | None = None
    note: str = ""


class Missing(Exception):
    """Nothing can be put back at an address; the message says why."""


def content_at(archive: Archive, url: str, kind: str) -> Content:
    """Return what to put back at exactly this URL, byte for byte.

    What the host itself answered comes before what a source held, that before a web archive's
    capture, that before what was rebuilt. Raises Missing, and ArchiveDamaged for damaged rows.
    """
    revoked = kind == "assertion" and webanswers.latest(archive, url)
    if revoked and revoked.outcome == "revoked":
        raise Missing(f"the issuer had revoked it ({revoked.asked_at[:10]}), so it stays away")
    copies = _pictures(archive, url) if kind == "image" else _documents(archive, url, kind)
    best = next(copies, None)
    if best is None:
        raise Missing("the archive has no copy of it")
    return best


def _documents(archive: Archive, url: str, kind: str) -> Iterator[Content]:
    yield from _of_web(archive, url, kind, "live", _LIVING)
    found = document_id_at(archive, url, FOUND)
    if found is not None:
        yield _document(document_content(archive, found), kind, FOUND)
    for origin in ("wayback", "warc"):
        yield from _of_web(archive, url, kind, origin, _RECOVERED)
    derived = document_id_at(archive, url, DERIVED)
    if derived is not None:
        yield _document(document_content(archive, derived), kind, DERIVED, _BY_BACKPACK)


def _pictures(archive: Archive, url: str) -> Iterator[Content]:
    yield from _of_web(archive, url, "image", "live", _LIVING)
    for origin in ("wayback", "warc"):
        yield from _of_web(archive, url, "image", origin, _RECOVERED)
    baked = addressed.baked_image_at(archive, url)
    if baked is not None:
        data = image_content(archive, baked)
        yield Content(data, sniff(data) or "application/octet-stream", FOUND, note=_BAKED)
    artwork = artwork_at(archive, url)
    if artwork is not None:
        yield Content(*artwork, DERIVED, note=_UNBAKED)


def _of_web(
    archive: Archive, url: str, kind: str, origin: str, outcomes: tuple[str, ...]
) -> Iterator[Content]:
    try:
        answer = webfinds.newest_body(archive, url, origin, outcomes)
    except (LookupError, ValueError) as error:
        raise errors.ArchiveDamaged(
            f"What {safe_url(url)} answered cannot be read ({error}).",
            "Take the archive from your backup, or run `verify` or `recover` again.",
        ) from error
    if answer is None or answer.body is None:
        return
    when = answer.captured_at if origin != "live" else answer.asked_at
    media_type = media_type_of(answer.body, kind, answer.media_type or "")
    if kind != "image" or media_type in _PICTURES:
        yield Content(answer.body, media_type, origin, when)


def _document(data: bytes, kind: str, origin: str, note: str = "") -> Content:
    return Content(data, media_type_of(data, kind), origin, note=note)


def media_type_of(data: bytes, kind: str, said: str = "") -> str:
    """Return the media type to serve a file with: by what it is, then by what its host said."""
    said = said.strip().lower()
    if kind == "image" and (picture := sniff(data)):
        return picture
    bare = said.partition(";")[0].strip()
    if kind == "page":
        if said and _TYPE.fullmatch(said):
            return said
        return "text/html" if data.lstrip()[:1] == b"<" else "text/plain"
    if _is_json(data):
        return bare if bare in _JSON else _JSON[0]
    return "text/plain"


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(parse(data), (dict, list))
    except Unreadable:
        return False

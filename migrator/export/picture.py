"""The picture of a badge: as found where one was, else baked from artwork and the original."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldDocument, Holding
from migrator.archive.originals import document_content, image_content
from migrator.archive.shelf import artwork_at
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baked import is_rewritten
from migrator.openbadges.baking import bake, sniff, unbake
from migrator.openbadges.documents import decode, parse_object
from migrator.openbadges.model import Unreadable

FOUND = "issuer or backpack"
OURS = "badge-migrator"
ENDINGS = {"image/png": ".png", "image/svg+xml": ".svg"}

_SOFTWARE = b"Software\x00badge-migrator (put together from artwork and the original assertion)"
_COMMENT = (
    b"\n<!-- Software: badge-migrator (put together from artwork and the original assertion) -->\n"
)
_REMEMBERED = 32
_LARGEST_REMEMBERED = 1024 * 1024
_LARGEST_DATA_URI = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A baked image of a badge and who baked it: FOUND or OURS."""

    data: bytes
    media_type: str
    baked_by: str


class NoPicture(Exception):
    """There is no picture of a badge that can carry it; the message says why."""


class Pictures:
    """Gives each badge its picture. What badges of one class share is remembered, within limits."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._class_images: dict[int, int | None] = {}
        self._artworks: OrderedDict[int, bytes] = OrderedDict()

    def picture(self, holding: Holding, documents: list[HeldDocument]) -> Picture:
        """Return the picture of a badge; raises NoPicture, and ArchiveDamaged for damaged rows."""
        own = [] if holding.image_id is None else [image_content(self._archive, holding.image_id)]
        for data in own:
            if _carries(data):
                return Picture(data, sniff(data) or "", FOUND)
        if own:
            for image_id in holdings.images_of(self._archive, holding.assertion_id):
                data = image_content(self._archive, image_id)
                if _carries(data):
                    return Picture(data, sniff(data) or "", FOUND)
        return self._baked(holding, documents, own)

    def artwork(self, holding: Holding) -> Picture | None:
        """Return a picture to look at of a badge that none can be baked for, None without any."""
        own = [] if holding.image_id is None else [image_content(self._archive, holding.image_id)]
        for data in self._artwork(holding, own):
            if (media_type := sniff(data)) in ENDINGS:
                return Picture(data, media_type or "", FOUND)
        return None

    def _baked(self, holding: Holding, documents: list[HeldDocument], own: list[bytes]) -> Picture:
        texts: list[str] | None = None
        for artwork in self._artwork(holding, own):
            if not _is_whole(artwork):
                continue
            texts = texts or list(self._texts(holding, documents))
            for text in texts:
                if data := _with(artwork, text, holding):
                    return Picture(data, sniff(data) or "", OURS)
        if texts is None:
            raise NoPicture("no PNG or SVG picture of it is kept")
        raise NoPicture("nothing in it alone would be known as the same badge again")

    def _artwork(self, holding: Holding, own: list[bytes]) -> Iterator[bytes]:
        yield from own
        image_url, class_image = holdings.pictured_at(self._archive, holding.assertion_id)
        for url in (image_url, class_image):
            if url and url[:5].lower() == "data:" and (data := from_data_uri(url)):
                yield data
        if image_url and (found := artwork_at(self._archive, image_url)):
            yield found[0]
        if holding.badge_class_id is not None and (data := self._of_class(holding.badge_class_id)):
            yield data
        if class_image and (found := artwork_at(self._archive, class_image)):
            yield found[0]

    def _of_class(self, badge_class_id: int) -> bytes | None:
        if badge_class_id not in self._class_images:
            found = holdings.image_of_class(self._archive, badge_class_id)
            self._class_images[badge_class_id] = found
        image_id = self._class_images[badge_class_id]
        if image_id is None:
            return None
        data = self._artworks.get(image_id)
        if data is None:
            data = image_content(self._archive, image_id)
            if len(data) <= _LARGEST_REMEMBERED:
                self._artworks[image_id] = data
            if len(self._artworks) > _REMEMBERED:
                self._artworks.popitem(last=False)
        return data

    def _texts(self, holding: Holding, documents: list[HeldDocument]) -> Iterator[str]:
        """Yield what can be baked, best first: signature, original assertion, address, the rest."""
        second: list[str] = []
        for one in documents:
            if one.kind == "jws":
                yield decode(document_content(self._archive, one.id)).strip()
        for one in documents:
            if one.kind != "assertion":
                continue
            text = decode(document_content(self._archive, one.id))
            if _stands_alone(text):
                yield text
            else:
                second.append(text)
        if holding.hosted_url:
            yield holding.hosted_url
        yield from second


def from_data_uri(url: str) -> bytes | None:
    """Return the bytes a data: URI holds, None when it holds none or too many (8 MiB)."""
    head, comma, body = url.partition(",")
    if not comma or len(body) > _LARGEST_DATA_URI:
        return None
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote_to_bytes(body))
    except binascii.Error:
        return None


def _carries(data: bytes) -> bool:
    try:
        return any(one.kind != "other" for one in unbake(data).baked)
    except Unreadable:
        return False


def _is_whole(data: bytes) -> bool:
    """Say whether a picture can carry a badge, and is no half of one."""
    try:
        return unbake(data).media_type in ENDINGS
    except Unreadable:
        return False


def _with(artwork: bytes, text: str, holding: Holding) -> bytes | None:
    """Return a picture that carries a text and is read as the same badge; None if it cannot be."""
    try:
        data = _marked(bake(artwork, text, verify=holding.hosted_url))
        identity = read_badge(Pieces(image=data)).identity
    except Unreadable:
        return None
    return data if identity == holding.identity else None


def _stands_alone(text: str) -> bool:
    try:
        return not is_rewritten(parse_object(text.encode("utf-8", "replace")))
    except Unreadable:
        return False


def _marked(data: bytes) -> bytes:
    """Return a picture that says who baked it: a PNG's Software chunk, an SVG's comment."""
    if sniff(data) != "image/png":
        return data.rstrip() + _COMMENT
    behind_head = 8 + 12 + int.from_bytes(data[8:12], "big")
    body = b"tEXt" + _SOFTWARE
    chunk = struct.pack(">I", len(_SOFTWARE)) + body + struct.pack(">I", zlib.crc32(body))
    return data[:behind_head] + chunk + data[behind_head:]

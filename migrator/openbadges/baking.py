"""Baked images: what kind of picture this is, what it carries, and how to make it carry a text."""

from __future__ import annotations

import re

from migrator.openbadges import png, svg
from migrator.openbadges.baked import Baked, Unbaked, as_object, classify
from migrator.openbadges.credential import is_credential, unwrap
from migrator.openbadges.jws import payload
from migrator.openbadges.model import Unreadable

__all__ = ["Baked", "Unbaked", "bake", "sniff", "unbake"]

_HEAD_BYTES = 64 * 1024
_SVG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s/>]")
_HTML = re.compile(rb"<(?:!doctype\s+)?html", re.IGNORECASE)


def sniff(data: bytes) -> str | None:
    """Return the media type of a picture by its content, None for what is none we know.

    "image/png", "image/svg+xml", "image/gif" or "image/jpeg"; extensions lie.
    """
    if data.startswith(png.SIGNATURE):
        return png.MEDIA_TYPE
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return svg.MEDIA_TYPE if _is_svg(data[:_HEAD_BYTES]) else None


def unbake(data: bytes) -> Unbaked:
    """Return what an image carries: texts in the order in which to trust them, and warnings.

    An image that carries nothing gives no `baked`. Raises Unreadable for what is no image we know,
    one that is damaged before any badge data, and past the limits (4 MiB, 100,000 chunks).
    """
    media_type = sniff(data)
    if media_type == png.MEDIA_TYPE:
        return png.unbake(data)
    if media_type == svg.MEDIA_TYPE:
        return svg.unbake(data)
    if media_type is None:
        raise Unreadable("The file is no picture we know (PNG or SVG).")
    return Unbaked(media_type)


def bake(data: bytes, text: str, *, verify: str | None = None) -> bytes:
    """Return the image with this text as the only one it carries.

    PNG: an uncompressed iTXt chunk after IHDR. SVG: an element with a `verify` attribute (the text
    itself when it is an address or a JWS, else `verify`) and the JSON in CDATA.
    Raises Unreadable for an image or a text that cannot be baked.
    """
    if not text:
        raise Unreadable("There is no text to bake.")
    media_type = sniff(data)
    new = _is_credential(text)
    if media_type == png.MEDIA_TYPE:
        return png.bake(data, text, "openbadgecredential" if new else "openbadges")
    if media_type == svg.MEDIA_TYPE:
        return svg.bake(data, text, verify, "credential" if new else "assertion")
    raise Unreadable("Only PNG and SVG pictures can carry badge data.")


def _is_svg(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00")
    if not head.startswith(b"<"):
        return False
    found = _SVG.search(head)
    return found is not None and _HTML.search(head, 0, found.start()) is None


def _is_credential(text: str) -> bool:
    """Say whether a text is Open Badges 3.0, which has a keyword of its own."""
    kind, bare = classify(text)
    document = unwrap(payload(bare)) if kind == "jws" else as_object(text)
    return document is not None and is_credential(document)

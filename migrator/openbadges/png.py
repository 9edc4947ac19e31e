"""PNG: a walk over the chunks for baked text, and the splice that bakes."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from migrator.openbadges.baked import MAX_TEXT, Baked, Unbaked, classify, in_order_of_trust
from migrator.openbadges.documents import first_object
from migrator.openbadges.model import Unreadable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MEDIA_TYPE = "image/png"
MAX_CHUNKS = 100_000
KEYWORDS = frozenset({b"openbadges", b"openbadge", b"openbadgecredential"})

_HEAD = struct.Struct(">I4s")
_CRC = struct.Struct(">I")
_TEXTUAL = frozenset({b"tEXt", b"iTXt", b"zTXt"})
_LOOSE = re.compile(rb"(?:tEXt|iTXt|zTXt)openbadge(?:s|credential)?\x00", re.IGNORECASE)
_MAX_LOOSE = 16


class _Chunk(NamedTuple):
    """A chunk that carries baked text: its place in the file and its parts."""

    start: int
    end: int
    type: bytes
    keyword: bytes
    body: bytes


def unbake(data: bytes) -> Unbaked:
    """Return what a PNG carries, wherever it stands, and warnings about how it stands there.

    Chunks with a wrong CRC, behind the end, or behind a break of the chunk chain are read too.
    Raises Unreadable when the chain breaks and nothing was found, or a limit is passed.
    """
    warnings: dict[str, None] = {}
    found = [
        Baked(*classify(text), chunk.keyword.decode("latin-1"), chunk.start, chunk.end)
        for chunk in _chunks(data, warnings)
        if (text := _text(chunk, warnings)) is not None
    ]
    if "truncated" in warnings and not found:
        raise Unreadable("The PNG is cut off or damaged before any badge data.")
    if len(found) > 1:
        warnings["several_chunks"] = None
    return Unbaked(MEDIA_TYPE, in_order_of_trust(found), tuple(warnings))


def bake(data: bytes, text: str, keyword: str = "openbadges") -> bytes:
    """Return the PNG with this text as its only baked one, an iTXt chunk right after IHDR.

    Raises Unreadable for a PNG without IHDR, for no text, or one that is too long.
    """
    encoded = text.encode()
    if len(encoded) > MAX_TEXT:
        raise Unreadable("The text to bake is larger than 4 MiB.")
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise Unreadable("The PNG has no header, so nothing can be baked into it.")
    body = keyword.encode("latin-1") + b"\x00\x00\x00\x00\x00" + encoded
    checksum = _CRC.pack(zlib.crc32(b"iTXt" + body))
    view = memoryview(data)
    position = 8 + 12 + _HEAD.unpack_from(data, 8)[0]
    parts: list[bytes | memoryview] = [
        view[:position],
        _HEAD.pack(len(body), b"iTXt"),
        body,
        checksum,
    ]
    for chunk in sorted(_chunks(data, {}), key=lambda one: one.start):
        parts.append(view[position : chunk.start])
        position = chunk.end
    parts.append(view[position:])
    return b"".join(parts)


def _chunks(data: bytes, warnings: dict[str, None]) -> Iterator[_Chunk]:
    """Yield the chunks with a badge keyword; walks to IEND, then searches what is left."""
    offset, size, count = 8, len(data), 0
    unpack = _HEAD.unpack_from
    while offset + 12 <= size:
        length, kind = unpack(data, offset)
        end = offset + 12 + length
        if end > size or not kind.isalpha():
            break
        if kind in _TEXTUAL and (chunk := _carrier(data, offset, end, warnings)):
            yield chunk
        offset = end
        if kind == b"IEND":
            if offset < size:
                yield from _loose(data, offset, warnings)
            return
        count += 1
        if count > MAX_CHUNKS:
            raise Unreadable(f"The PNG has more than {MAX_CHUNKS:,} chunks.")
    warnings["truncated"] = None
    yield from _loose(data, offset, warnings)


def _loose(data: bytes, offset: int, warnings: dict[str, None]) -> Iterator[_Chunk]:
    """Yield badge chunks that stand behind the end, or behind a break of the chain."""
    for _count in range(_MAX_LOOSE):
        match = _LOOSE.search(data, max(offset, 12))
        if match is None:
            return
        start = match.start() - 4
        length = _HEAD.unpack_from(data, start)[0]
        end = start + 12 + length
        offset = match.end()
        if end > len(data):
            chunk = _cut_off(data, start)
        elif chunk := _carrier(data, start, end, warnings):
            warnings["chunk_after_end"] = None
            offset = end
        if chunk:
            yield chunk


def _cut_off(data: bytes, start: int) -> _Chunk | None:
    """Return a chunk that runs past the end of the file, if the JSON in it is complete.

    An address or a signature is not taken: nothing would tell that its end is missing.
    """
    keyword = data[start + 8 :].partition(b"\x00")[0].lower()
    rest = data[start + 9 + len(keyword) : start + MAX_TEXT].decode("utf-8", "replace")
    found = first_object(rest)
    if found is None:
        return None
    return _Chunk(start, len(data), b"tEXt", keyword, found.encode("utf-8", "replace"))


def _carrier(data: bytes, start: int, end: int, warnings: dict[str, None]) -> _Chunk | None:
    """Return a textual chunk when its keyword is one of ours, after looking at its CRC."""
    keyword_end = data.find(b"\x00", start + 8, min(start + 8 + 80, end - 4))
    if keyword_end < 0:
        return None
    keyword = data[start + 8 : keyword_end].lower()
    if keyword not in KEYWORDS:
        return None
    view = memoryview(data)
    if zlib.crc32(view[start + 4 : end - 4]) != _CRC.unpack_from(data, end - 4)[0]:
        warnings["bad_crc"] = None
    kind = data[start + 4 : start + 8]
    return _Chunk(start, end, kind, keyword, data[keyword_end + 1 : end - 4])


def _text(chunk: _Chunk, warnings: dict[str, None]) -> str | None:
    body = chunk.body
    kind = chunk.type.lower()
    if kind == b"ztxt":
        inflated = _inflate(body[1:], warnings)
        return None if inflated is None else _decode(inflated, warnings)
    if kind == b"itxt":
        return _international(body, warnings)
    return _decode(body, warnings)


def _international(body: bytes, warnings: dict[str, None]) -> str | None:
    """Read the inside of an iTXt chunk: flag, method, language, translated keyword, text."""
    parts = body[2:].split(b"\x00", 2)
    if len(parts) < 3 or body[0] > 1:
        # The frame was written wrongly; the text is searched as a whole.
        warnings["odd_chunk"] = None
        return _decode(body, warnings)
    if body[0] == 0:
        return _decode(parts[2], warnings)
    inflated = _inflate(parts[2], warnings)
    return None if inflated is None else _decode(inflated, warnings)


def _inflate(body: bytes, warnings: dict[str, None]) -> bytes | None:
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(body, MAX_TEXT + 1)
    except zlib.error:
        warnings["bad_compression"] = None
        return None
    if not inflater.eof:
        if len(inflated) > MAX_TEXT:
            raise Unreadable("The badge data in the image is larger than 4 MiB.")
        warnings["bad_compression"] = None
    return inflated


def _decode(body: bytes, warnings: dict[str, None]) -> str:
    if len(body) > MAX_TEXT:
        raise Unreadable("The badge data in the image is larger than 4 MiB.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        warnings["text_not_utf8"] = None
        return body.decode("latin-1")

"""Checksums of web archives: `sha1:BASE32`, bare base32 SHA-1 (CDX), hexadecimal or base64."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b32decode, b64decode

_KNOWN = {"sha1": "sha1", "sha256": "sha256", "sha512": "sha512", "md5": "md5"}


def matches(checksum: str, *payloads: bytes) -> bool | None:
    """Say whether one of the payloads has this checksum; None when it cannot be told.

    Several payloads, because programs differ over what they sum up: a body as it was sent or as it
    was meant (WARC 1.1, 5.9 leaves it open).
    """
    name, wanted = _read(checksum)
    if name is None or wanted is None:
        return None
    return any(_sum(name, one) == wanted for one in payloads)


def _read(checksum: str) -> tuple[str | None, bytes | None]:
    name, colon, value = checksum.strip().rpartition(":")
    algorithm = _KNOWN.get(name.lower().replace("-", "")) if colon else "sha1"
    if algorithm is None:
        return None, None
    return algorithm, _decoded(value, hashlib.new(algorithm, usedforsecurity=False).digest_size)


def _decoded(value: str, size: int) -> bytes | None:
    for decode in (bytes.fromhex, _from_base32, _from_base64):
        try:
            found = decode(value)
        except (ValueError, binascii.Error):
            continue
        if len(found) == size:
            return found
    return None


def _from_base32(value: str) -> bytes:
    return b32decode(value + "=" * (-len(value) % 8), casefold=True)


def _from_base64(value: str) -> bytes:
    return b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


def _sum(name: str, payload: bytes) -> bytes:
    return hashlib.new(name, payload, usedforsecurity=False).digest()

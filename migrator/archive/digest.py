"""Digests that rows are known by: the same in every archive."""

from __future__ import annotations

import json
from hashlib import sha256


def digest_of(values: object) -> bytes:
    """Return the SHA-256 of columns as compact JSON; raises TypeError for bytes."""
    return sha256(json.dumps(values, separators=(",", ":")).encode()).digest()


def short_digest(data: bytes) -> bytes:
    """Return the first half of the SHA-256: enough to tell rows apart, and half as large to find.

    What proves that kept bytes are unchanged is always the whole digest.
    """
    return sha256(data).digest()[:16]

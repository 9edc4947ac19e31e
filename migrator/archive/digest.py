"""The digest of a normal form: what makes a badge class or issuer the same in every archive."""

from __future__ import annotations

import json
from hashlib import sha256


def digest_of(values: object) -> bytes:
    """Return the SHA-256 of columns as compact JSON; raises TypeError for bytes."""
    return sha256(json.dumps(values, separators=(",", ":")).encode()).digest()

"""Signed badges: reading a compact JWS, and checking its signature with the issuer's key."""

from __future__ import annotations

import base64
import binascii
import re

from migrator.openbadges.documents import BLANK, parse_object
from migrator.openbadges.model import JsonObject, Unreadable

ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    *("EdDSA", "Ed25519"),
)
"""What a badge may be signed with. Shared secrets (HS*) and `none` prove nothing."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


def is_jws(text: str) -> bool:
    """Say whether a text is a compact JWS: three base64url parts, a header with `alg`, JSON."""
    try:
        return isinstance(header(text).get("alg"), str) and bool(payload(text))
    except Unreadable:
        return False


def header(jws: str) -> JsonObject:
    """Return the protected header of a compact JWS; raises Unreadable."""
    return parse_object(_decode(_parts(jws)[0]))


def payload(jws: str) -> JsonObject:
    """Return the payload of a compact JWS, not verified; raises Unreadable."""
    return parse_object(_decode(_parts(jws)[1]))


def verify(jws: str, public_key_pem: bytes) -> bool:
    """Say whether a compact JWS was signed with this key (PEM public key or certificate).

    False for a key that is none or does not fit, and for algorithms other than `ALGORITHMS`.
    """
    from migrator.openbadges.signature import holds  # noqa: PLC0415 # it loads cryptography

    try:
        algorithm = header(jws).get("alg")
    except Unreadable:
        return False
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        return False
    return holds(jws.strip(BLANK), algorithm, public_key_pem)


def _parts(jws: str) -> tuple[str, str, str]:
    found = _COMPACT.fullmatch(jws.strip(BLANK))
    if found is None:
        raise Unreadable(
            "The text is no JWS: three base64url parts with dots between are expected."
        )
    return found[1], found[2], found[3]


def _decode(part: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        data = b""
    # Strict: one text for one value, or the digest of a JWS would be no identity.
    if not data or base64.urlsafe_b64encode(data).rstrip(b"=") != part.encode():
        raise Unreadable("The text is no JWS: a part of it is no base64url.")
    return data

"""The signature of a JWS, checked with joserfc; imported only where a signature is checked."""

from __future__ import annotations

from typing import Any, ClassVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, deserialize_compact


class _Registry(JWSRegistry):
    """Room for badges that carry their picture as a data URI, as old signed badges do."""

    max_header_length: ClassVar[int] = 64 * 1024  # type: ignore[misc] # read, never set
    max_payload_length: ClassVar[int] = 4 * 1024 * 1024  # type: ignore[misc] # the same

    def get_alg(self, name: str) -> Any:
        """Return the one algorithm asked for, without joserfc's warning about the name EdDSA."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"the key was asked to check {name!r}")
        return self.algorithms[name]


def holds(jws: str, algorithm: str, public_key_pem: bytes) -> bool:
    """Say whether the signature of a compact JWS was made with this key by this algorithm.

    The key is a PEM public key or certificate; False when it is none, or does not fit.
    """
    key = _key(public_key_pem)
    if key is None:
        return False
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    try:
        deserialize_compact(jws, key, algorithms=[algorithm], registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def _key(pem: bytes) -> RSAKey | ECKey | OKPKey | None:
    try:
        if b"CERTIFICATE" in pem:
            raw: object = load_pem_x509_certificate(pem.strip()).public_key()
        else:
            raw = load_pem_public_key(pem.strip())
    except (ValueError, UnsupportedAlgorithm):
        return None
    # Built directly: `import_key` warns about 1024-bit keys, which issuers of 2013 had.
    if isinstance(raw, RSAPublicKey):
        return RSAKey(raw, raw)
    if isinstance(raw, EllipticCurvePublicKey):
        return ECKey(raw, raw)
    if isinstance(raw, (Ed25519PublicKey, Ed448PublicKey)):
        return OKPKey(raw, raw)
    return None

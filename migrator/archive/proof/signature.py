"""Signatures over a manifest's header: Ed25519 (RFC 8037), as a detached JWS (RFC 7515, F)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Self

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from migrator import errors

_ALGORITHM: Final = "Ed25519"  # RFC 9864
_KEYRING = ("badge-migrator manifest", "signing key")


class Key:
    """An Ed25519 key, both halves or the public one alone. It is never kept in an archive."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    @classmethod
    def new(cls) -> Self:
        """Make a key."""
        return cls(OKPKey.generate_key(_ALGORITHM, private=True))

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Read a key; raises ValueError for what is no Ed25519 key in PEM."""
        try:
            key = OKPKey.import_key(pem)
            curve = key.as_dict(private=False).get("crv")
        except (JoseError, ValueError, TypeError) as error:
            raise ValueError("it is no key in PEM form") from error
        if curve != _ALGORITHM:
            raise ValueError("it is no Ed25519 key")
        return cls(key)

    @classmethod
    def from_public(cls, text: object) -> Self:
        """Read the public half as `public` gives it; raises ValueError for anything else."""
        try:
            return cls(OKPKey.import_key({"kty": "OKP", "crv": _ALGORITHM, "x": f"{text}"}))
        except (JoseError, ValueError, TypeError) as error:
            raise ValueError("it is no public key") from error

    @property
    def secret(self) -> bool:
        """Whether it can sign."""
        return self._key.is_private

    @property
    def public(self) -> str:
        """The public half in base64url (RFC 8037, "x")."""
        return str(self._key.as_dict(private=False)["x"])

    @property
    def fingerprint(self) -> str:
        """A short name of the public half (RFC 7638 thumbprint)."""
        return self._key.thumbprint()

    def pem(self, *, secret: bool) -> str:
        """Return the key (or its public half) in PEM form."""
        return self._key.as_pem(private=secret).decode()

    def sign(self, data: bytes) -> str:
        """Return a detached JWS over the data."""
        token = jws.serialize_compact({"alg": _ALGORITHM}, data, self._key, algorithms=[_ALGORITHM])
        return jws.detach_content(token)

    def has_signed(self, data: bytes, signature: str) -> bool:
        """Say whether a detached JWS is this key's, over this data."""
        try:
            jws.deserialize_compact(signature, self._key, algorithms=[_ALGORITHM], payload=data)
        except (JoseError, ValueError):
            return False
        return True


def read_key(path: Path) -> Key:
    """Read a key from a file; raises Usage."""
    try:
        return Key.from_pem(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise errors.Usage(
            f"{path} cannot be read as a key: {error}.",
            "Make one with `badge-migrator manifest key FILE`.",
        ) from error


def write_key(path: Path, key: Key) -> Path:
    """Write a new key to a file only its owner can read, its public half beside it (FILE.pub).

    Returns the path of the public half. Raises Usage where a file stands already.
    """
    public = path.with_name(f"{path.name}.pub")
    try:
        for file, mode, text in (
            (path, 0o600, key.pem(secret=True)),
            (public, 0o644, key.pem(secret=False)),
        ):
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
                out.write(text)
    except OSError as error:
        raise errors.Usage(
            f"{error.filename} cannot be written ({error.strerror}).", "Name another file."
        ) from error
    return public


def kept_key() -> Key:
    """Return the key in the system keyring; raises Usage when there is none."""
    import keyring  # noqa: PLC0415 - a tenth of a second
    from keyring.errors import KeyringError  # noqa: PLC0415 - the same

    try:
        pem = keyring.get_password(*_KEYRING)
        return Key.from_pem(pem or "")
    except (KeyringError, ValueError) as error:
        raise errors.Usage(
            "There is no signing key in the system keyring.",
            "Make one with `badge-migrator manifest key`, or use a key file with --key.",
        ) from error


def keep_key(key: Key) -> None:
    """Put a new key into the system keyring; raises Usage where one is, or none can be kept."""
    import keyring  # noqa: PLC0415 - a tenth of a second
    from keyring.errors import KeyringError  # noqa: PLC0415 - the same

    try:
        there = keyring.get_password(*_KEYRING)
        if not there:
            keyring.set_password(*_KEYRING, key.pem(secret=True))
            there = keyring.get_password(*_KEYRING)
            if there:
                return
    except KeyringError as error:
        raise errors.Usage(
            f"The system keyring cannot be used ({error}).", "Name a file for the key instead."
        ) from error
    if there:
        raise errors.Usage(
            "There is a signing key in the system keyring already.",
            "Use it with --keyring, or name a file for another.",
        )
    raise errors.Usage("This system keeps no keyring.", "Name a file for the key instead.")

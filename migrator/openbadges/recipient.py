"""The recipient of an assertion: an address, or a hash by which an address can be recognised."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from migrator.openbadges.model import Recipient

_HASHED = re.compile(r"\s*(md5|sha1|sha256|sha512)\$([0-9a-f]+)\s*", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def hash_identity(address: str, algorithm: str, salt: str | None) -> str:
    """Return `algorithm$hex` of an address with the salt after it (none: of the address alone).

    Algorithms: md5, sha1, sha256, sha512 (reference/mozilla-backpack.md 6).
    Raises ValueError for any other.
    """
    name = algorithm.lower()
    if name not in ("md5", "sha1", "sha256", "sha512"):
        raise ValueError(f"no recipient is hashed with {algorithm!r}")
    digest = hashlib.new(name, usedforsecurity=False)
    digest.update((address + (salt or "")).encode("utf-8", "replace"))
    return f"{name}${digest.hexdigest()}"


def looks_hashed(identity: str) -> bool:
    """Say whether an identity is written as `algorithm$hex`."""
    return _HASHED.fullmatch(identity) is not None


def matches(recipient: Recipient, address: str) -> bool:
    """Say whether an assertion was awarded to exactly this spelling of an address.

    A plain identity is compared letter by letter, a hash with its hex in any case.
    """
    if not recipient.hashed:
        return recipient.identity == address
    written = _HASHED.fullmatch(recipient.identity)
    if written is None:
        return False
    computed = hash_identity(address, written[1], recipient.salt).partition("$")[2]
    return hmac.compare_digest(computed, written[2].lower())


def case_variants(address: str) -> tuple[str, ...]:
    """Return the spellings the Backpack tried for an address, as it is first, none twice.

    As is, lower, UPPER, First letter only, Every Word, LOCAL@lower
    (reference/mozilla-backpack.md 6).
    """
    local, at, domain = address.rpartition("@")
    spellings = (
        address,
        address.lower(),
        address.upper(),
        address[:1].upper() + address[1:].lower(),
        _WORD.sub(lambda word: word[0][:1].upper() + word[0][1:].lower(), address),
        local.upper() + at + domain.lower(),
    )
    return tuple(dict.fromkeys(spellings))


def matching_spelling(recipient: Recipient, addresses: Iterable[str]) -> str | None:
    """Return the first spelling that an assertion was awarded to, None when none is it.

    Tries the addresses as written first, then the case variants of each.
    """
    known = list(addresses)
    for address in known:
        if matches(recipient, address):
            return address
    for address in known:
        for spelling in case_variants(address)[1:]:
            if matches(recipient, spelling):
                return spelling
    return None

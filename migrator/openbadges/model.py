"""The normal form of a badge: Open Badges 2.0 terms, whatever version it was found in.

Every value is as the issuer wrote it, but for dates (ISO 8601 UTC) and relative URLs of 0.5
documents (joined to the issuer's origin, reference/mozilla-backpack.md 6). `None` means "not said".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


class Version(StrEnum):
    """The Open Badges version a document is written in."""

    V0_5 = "0.5"
    V1_0 = "1.0"
    V1_1 = "1.1"
    V2_0 = "2.0"
    V3_0 = "3.0"


class Verification(StrEnum):
    """How an assertion can be proven: by its hosted document or by its signature."""

    HOSTED = "hosted"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a badge was awarded to: an address as written, or `algorithm$hex` of it."""

    identity: str
    type: str = "email"
    hashed: bool = False
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence for one assertion."""

    url: str | None = None
    narrative: str | None = None
    name: str | None = None
    description: str | None = None
    genre: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """A standard or objective a badge class is aligned to."""

    target_name: str | None = None
    target_url: str | None = None
    target_description: str | None = None
    target_framework: str | None = None
    target_code: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who awards: an issuer profile."""

    name: str
    url: str | None = None
    id: str | None = None
    description: str | None = None
    email: str | None = None
    image: str | None = None
    revocation_list: str | None = None


@dataclass(frozen=True, slots=True)
class BadgeClass:
    """What is awarded: one badge class and, where known, its issuer."""

    name: str
    id: str | None = None
    description: str | None = None
    image: str | None = None
    criteria_url: str | None = None
    criteria_narrative: str | None = None
    issuer_id: str | None = None
    issuer: Issuer | None = None
    alignment: tuple[Alignment, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assertion:
    """One award to one recipient and, where known, the badge class behind it.

    `version` is None when the issuer's own document is not known: only its address (an image baked
    with a URL), or what rows of a database say of it.
    """

    version: Version | None = None
    recipient: Recipient | None = None
    id: str | None = None
    uid: str | None = None
    badge_class_id: str | None = None
    badge_class: BadgeClass | None = None
    verification: Verification = Verification.HOSTED
    verification_url: str | None = None
    issued_on: str | None = None
    expires: str | None = None
    image: str | None = None
    narrative: str | None = None
    evidence: tuple[Evidence, ...] = ()
    revoked: bool = False
    revocation_reason: str | None = None

    @property
    def hosted_url(self) -> str | None:
        """The URL at which the assertion itself is (or was) served, None for signed badges."""
        if self.verification is Verification.SIGNED:
            return None
        for url in (self.id, self.verification_url):
            if url and url[:8].lower().startswith(("http://", "https://")):
                return url
        return None


@dataclass(frozen=True, slots=True)
class Addresses:
    """The identities of an account, as the destination compares recipients with them.

    `verified` and `unverified` e-mail addresses in their exact spelling; `variants` are further
    spellings of verified ones that the account has saved.
    """

    verified: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every spelling the destination tries."""
        return (*self.verified, *self.variants, *self.unverified)


class Unreadable(ValueError):
    """Bytes that are no badge document; the message says what is wrong with them."""

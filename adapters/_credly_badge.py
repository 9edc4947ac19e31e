"""A badge in Credly's words (reference page badge-formats.md, 1.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator.openbadges.model import Assertion, BadgeClass, Issuer, JsonObject, Recipient
from migrator.openbadges.values import address, items, label, mapping, text
from migrator.sources.found import Found, FoundLearner
from migrator.sources.rowdocument import row_document
from migrator.sources.writtendate import written_date

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
PAGE = re.compile(
    rf"https?://(?:www\.)?(?:credly|youracclaim)\.com/(?:earner/earned/badge|badges|go)/({UUID})"
    r"[^\s\"',;]*"
)
"""The page of a badge, for people; what is a badge for programs stands elsewhere."""
OBI = re.compile(
    rf"https?://(?:api\.credly|www\.credly|www\.youracclaim)\.com/(?:api/)?v1/obi/v\d/\w+/{UUID}"
)
_ID = re.compile(UUID)
_ASSERTION = "https://api.credly.com/v1/obi/v2/badge_assertions/{}"
_KEPT = (
    *("state", "image_url", "badge_url", "issuer_earner_id", "locale", "country_name"),
    *("state_or_province", "earn_this_badge_url"),
)


@dataclass(frozen=True, slots=True)
class Award:
    """What a list of Credly says of one badge; "" for what it does not say."""

    number: str = ""
    email: str = ""
    name: str = ""
    issued_at: str = ""
    expires_at: str = ""
    state: str = ""
    badge_class: BadgeClass | None = None
    unread: Mapping[str, str] | None = None

    @property
    def url(self) -> str | None:
        """The address of the assertion, None when the list does not have the badge's number."""
        return _ASSERTION.format(self.number.lower()) if self.number else None

    @property
    def document(self) -> bytes:
        """What the list says, as a document that says where it is from."""
        return row_document(
            Assertion(
                # Credly hashes the address in small letters, and without salt.
                recipient=Recipient(self.email.lower()) if self.email else None,
                verification_url=self.url,
                badge_class=self.badge_class,
                issued_on=written_date(self.issued_at, "mdy"),
                expires=written_date(self.expires_at, "mdy"),
                revoked=self.state.lower() == "revoked",
            ),
            "a list of Credly",
            unread=self.unread,
        )

    def found(self, locator: str) -> Found:
        """Return the badge as the list has it; one that the learner rejected counts as deleted."""
        return Found(
            locator,
            self.document,
            hosted_url=self.url,
            holder=self.email or None,
            deleted=self.state.lower() == "rejected",
        )

    def learner(self, locator: str) -> FoundLearner | None:
        """Return the person, when the list has name and address."""
        return FoundLearner(locator, (self.email,), self.name) if self.email and self.name else None


def is_badge(value: JsonObject) -> bool:
    """Say whether an entry is a badge of a profile page or of the API for organisations."""
    return isinstance(value.get("badge_template"), dict) and number_in(value) != ""


def number_in(value: JsonObject) -> str:
    """Return the number of a badge, "" without one."""
    found = _ID.fullmatch(label(value.get("id")) or "")
    return found[0] if found else ""


def award_of(value: JsonObject) -> Award:
    """Return what an entry of the profile page or of the API says."""
    person = mapping(value.get("user")) or {}
    email = label(value.get("recipient_email")) or label(person.get("email")) or ""
    names = (
        label(value.get(f"issued_to_{part}")) or label(person.get(part))
        for part in ("first_name", "last_name")
    )
    return Award(
        number=number_in(value),
        email=email if "@" in email else "",
        name=" ".join(filter(None, names)),
        issued_at=label(value.get("issued_at")) or label(value.get("issued_at_date")) or "",
        expires_at=label(value.get("expires_at")) or label(value.get("expires_at_date")) or "",
        state=label(value.get("state")) or "",
        badge_class=_badge_class(value),
        unread={name: said for name in _KEPT if (said := label(value.get(name)))},
    )


def _badge_class(value: JsonObject) -> BadgeClass | None:
    template = mapping(value.get("badge_template")) or {}
    name = label(template.get("name"))
    if name is None:
        return None
    skills = (label((mapping(one) or {}).get("name")) for one in items(template.get("skills")))
    return BadgeClass(
        name=name,
        description=label(template.get("description")),
        image=address(template.get("image_url")) or address(template.get("image")),
        issuer=_issuer(value, template),
        tags=tuple(filter(None, skills)),
    )


def _issuer(value: JsonObject, template: JsonObject) -> Issuer | None:
    """Return the first of the issuing organisations, the primary one before others."""
    issuer = mapping(value.get("issuer")) or mapping(template.get("issuer")) or {}
    entries = [one for one in items(issuer.get("entities")) if isinstance(one, dict)]
    entries.sort(key=lambda one: one.get("primary") is not True)
    found = [mapping(one.get("entity")) or {} for one in entries]
    for one in (*found, mapping(template.get("owner")) or {}):
        if name := label(one.get("name")):
            return Issuer(name, url=text(one.get("url")))
    return None

"""What Salava says of a badge, in the words of its tables and of its personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from migrator.openbadges.address import web_address
from migrator.openbadges.content import from_bytes
from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Recipient,
    Unreadable,
)
from migrator.sources.found import Found, Problem, Severity
from migrator.sources.rowdocument import row_badge_class, row_document

_SOURCE = "a Salava passport"
_DELETED = (
    "The learner had {} this badge in the passport, and its data was still there. It stays in the "
    "archive and is not moved unless you run `plan --with-deleted`."
)
_UNREADABLE = (
    "The passport's copy of this assertion cannot be read. {} What its tables say was kept; "
    "the badge may still be at its address."
)


@dataclass(frozen=True, slots=True)
class Told:
    """One badge of a learner as Salava tells it; `fate` is "deleted", "declined" or "".

    `number` and `class_number` are Salava's own; the badge class is as its issuer wrote it.
    """

    number: str | None
    class_number: str | None
    email: str | None
    badge_class: BadgeClass
    json: bytes | None = None
    jws: str | None = None
    url: str | None = None
    issued_on: str | None = None
    expires: str | None = None
    added_at: str | None = None
    revoked: bool = False
    fate: str = ""
    evidence: tuple[Evidence, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    def found(self, locator: str) -> Found:
        """Return the badge: the original where Salava kept it, else what it says."""
        found = self._of_original(locator) or self._of_words(locator)
        if self.fate:
            sentence = _DELETED.format(self.fate)
            warning = _warning(locator, "deleted_badge", sentence)
            found = replace(found, deleted=True, warnings=(*found.warnings, warning))
        return replace(found, holder=self.email, added_at=self.added_at)

    def _of_original(self, locator: str) -> Found | None:
        """Return the badge with the issuer's assertion or signature, None without one."""
        if self.jws:
            return Found(locator, badge_class=self._class(None), jws=self.jws.strip().encode())
        if not self.json:
            return None
        try:
            own = from_bytes(self.json).assertion
        except Unreadable as error:
            sentence = _UNREADABLE.format(error)
            warning = _warning(locator, "assertion_unreadable", sentence, self.json)
            return replace(self._of_words(locator), warnings=(warning,))
        return Found(locator, self.json, self._class(own), hosted_url=self.url)

    def _class(self, own: Assertion | None) -> bytes | None:
        """Return the badge class as a document, for an assertion that has none inside."""
        if (own and own.badge_class) or not self.badge_class.name:
            return None
        class_id = own.badge_class_id if own else None
        return row_badge_class(replace(self.badge_class, id=class_id), _SOURCE, unread=self.unread)

    def _of_words(self, locator: str) -> Found:
        url = web_address(self.url)
        key = f"salava {self.class_number} {self.number}" if self.number else None
        said = Assertion(
            id=url,
            recipient=Recipient(self.email) if self.email else None,
            issued_on=self.issued_on,
            expires=self.expires,
            revoked=self.revoked,
            badge_class=self.badge_class,
            evidence=self.evidence,
        )
        document = row_document(said, _SOURCE, key=key, unread=self.unread)
        return Found(locator, document, hosted_url=url)


def evidence(texts: Mapping[str, str | None]) -> Evidence:
    """Return evidence by the names of its columns."""
    names = ("narrative", "name", "description", "genre", "audience")
    return Evidence(web_address(texts.get("url")), *(texts.get(name) for name in names))


def issuer(texts: Mapping[str, str | None]) -> Issuer | None:
    """Return an issuer by the names of its columns."""
    name = texts.get("name")
    if not name:
        return None
    description, email = texts.get("description"), texts.get("email")
    return Issuer(name, web_address(texts.get("url")), description=description, email=email)


def alignment(texts: Mapping[str, str | None]) -> Alignment:
    """Return an alignment by the names of its columns."""
    return Alignment(texts.get("name"), web_address(texts.get("url")), texts.get("description"))


def _warning(locator: str, code: str, sentence: str, raw: bytes = b"") -> Problem:
    return Problem(locator, code, sentence, raw, Severity.WARNING)

"""What the rehearsal remembers of issuing: issuers with their staff, badge classes, awards.

Source: reference/badgr-api.md 9; recordings 5-issuer.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

AWARDERS = ("owner", "editor", "staff")
"""Roles that may award."""
EDITORS = ("owner", "editor")
"""Roles that may also make and change badge classes."""


def stamp(moment: datetime) -> str:
    """Return a moment as Badgr writes when something was made."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(slots=True)
class OwnIssuer:
    """An issuer that was made here; `staff` is account and role, `made_by` an account."""

    id: str
    made_at: str
    made_by: str
    name: str
    url: str
    email: str
    description: str = ""
    image: bytes | None = None
    staff: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OwnBadgeClass:
    """A badge class that was made here."""

    id: str
    issuer: OwnIssuer
    made_at: str
    made_by: str
    name: str
    description: str
    image: bytes
    criteria_url: str | None = None
    criteria_narrative: str | None = None
    alignments: list[Any] = field(default_factory=list)
    tags: list[Any] = field(default_factory=list)
    expires: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Award:
    """An award made here; `number` is its place in time, `changed` that of its last change.

    `notified` says that its recipient would have got a mail.
    """

    id: str
    badge_class: OwnBadgeClass
    number: int
    made_at: str
    made_by: str
    identity: str
    type: str
    hashed: bool
    issued_on: str
    narrative: str | None = None
    evidence: tuple[tuple[str | None, str | None], ...] = ()
    expires: str | None = None
    notified: bool = False
    acceptance: str = "Unaccepted"
    revoked: bool = False
    reason: str | None = None
    changed: int = 0
    salt: str = field(default_factory=lambda: uuid.uuid4().hex)
    media: str = ""


class Issuing:
    """Everything of issuing, behind one lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.issuers: dict[str, OwnIssuer] = {}
        self.badge_classes: dict[str, OwnBadgeClass] = {}
        self.awards: dict[str, Award] = {}
        self._of_badge_class: dict[str, list[Award]] = {}
        self._of_recipient: dict[str, list[Award]] = {}
        self._by_media: dict[str, Award] = {}
        self._time = 0

    def add_issuer(self, issuer: OwnIssuer) -> None:
        """Keep an issuer; who makes it owns it."""
        with self.lock:
            issuer.staff[issuer.made_by] = "owner"
            self.issuers[issuer.id] = issuer

    def hire(self, issuer_id: str, account: str, role: str) -> None:
        """Give an account a role with an issuer: owner, editor or staff."""
        with self.lock:
            self.issuers[issuer_id].staff[account] = role

    def add_badge_class(self, badge_class: OwnBadgeClass) -> None:
        """Keep a badge class."""
        with self.lock:
            self.badge_classes[badge_class.id] = badge_class
            self._of_badge_class[badge_class.id] = []

    def add(self, awards: list[Award]) -> None:
        """Keep awards: all of them, or none."""
        with self.lock:
            for award in awards:
                award.number = award.changed = self.tick()
                self.awards[award.id] = award
                self._of_badge_class[award.badge_class.id].append(award)
                self._of_recipient.setdefault(award.identity, []).append(award)
                self._by_media[award.media] = award

    def tick(self) -> int:
        """Return the next place in time."""
        with self.lock:
            self._time += 1
            return self._time

    def has(self, badge_class: OwnBadgeClass, identity: str) -> bool:
        """Whether somebody was awarded a badge class already."""
        with self.lock:
            found = self._of_recipient.get(identity, ())
            return any(one.badge_class is badge_class and not one.revoked for one in found)

    def of_badge_class(self, badge_class: OwnBadgeClass) -> list[Award]:
        """Return the awards of a badge class, oldest first."""
        with self.lock:
            return list(self._of_badge_class[badge_class.id])

    def of_issuers(self, issuers: list[OwnIssuer]) -> list[Award]:
        """Return the awards of issuers, oldest first."""
        with self.lock:
            return [one for one in self.awards.values() if one.badge_class.issuer in issuers]

    def to(self, identities: tuple[str, ...]) -> list[Award]:
        """Return the awards to any of these identities, newest first."""
        with self.lock:
            found = [one for who in identities for one in self._of_recipient.get(who, ())]
            return sorted(found, key=lambda one: -one.number)

    def with_picture(self, media: str) -> Award | None:
        """Return the award whose picture is at this path."""
        with self.lock:
            return self._by_media.get(media)

    def remove(self, thing: OwnIssuer | OwnBadgeClass) -> None:
        """Forget an issuer or a badge class that was never awarded."""
        with self.lock:
            if isinstance(thing, OwnIssuer):
                self.issuers.pop(thing.id, None)
            else:
                self.badge_classes.pop(thing.id, None)

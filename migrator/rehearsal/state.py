"""What the rehearsal backpack remembers: accounts, badges and collections, in memory only.

Every method takes the one lock, so that six posts of one badge at the same moment end as they do on
the real server: one 201 and five DUPLICATE_BADGE (reference/badgr-api.md 5.5). Nothing is fetched
while the lock is held.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hmac import compare_digest

from migrator.openbadges.model import Addresses, Assertion, BadgeClass, Issuer, JsonObject
from migrator.rehearsal.issuers.issuing import Issuing

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the time of day, with its zone."""
    return datetime.now(UTC)


def entity_id() -> str:
    """Return a new identifier as Badgr writes them: a UUID in 22 characters."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """An account that exists before the rehearsal begins; the first address is the primary one.

    `unverified` names the addresses, of those in `emails`, whose owner has not confirmed them yet.
    """

    emails: tuple[str, ...]
    password: str = field(repr=False)
    unverified: tuple[str, ...] = ()
    first_name: str = "Rehearsal"
    last_name: str = "Learner"


@dataclass(slots=True)
class Email:
    """One address of an account; `sent_at` is when its confirmation mail was last asked for."""

    id: int
    email: str
    verified: bool = False
    primary: bool = False
    variants: list[str] = field(default_factory=list)
    sent_at: datetime | None = None


@dataclass(slots=True)
class Account:
    """One account of the backpack."""

    id: str
    first_name: str
    last_name: str
    password: str = field(repr=False)
    emails: list[Email] = field(default_factory=list)
    username: str = field(default_factory=lambda: "badgr" + secrets.token_hex(12))
    legacy_token: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    forgot_at: datetime | None = None

    @property
    def verified(self) -> bool:
        """Whether at least one address is confirmed; without one nothing but the profile works."""
        return any(email.verified for email in self.emails)

    @property
    def primary(self) -> str:
        """The primary address."""
        return next((email.email for email in self.emails if email.primary), "")

    @property
    def addresses(self) -> Addresses:
        """The identities recipients are compared with (reference/badgr-api.md 4)."""
        return Addresses(
            verified=tuple(email.email for email in self.emails if email.verified),
            unverified=tuple(email.email for email in self.emails if not email.verified),
            variants=tuple(variant for email in self.emails for variant in email.variants),
        )

    def knows(self, password: str) -> bool:
        """Whether this is the password."""
        return compare_digest(self.password.encode(), password.encode())


@dataclass(frozen=True, slots=True)
class IssuerRow:
    """An issuer as stored: its own id or a blank node, under an identifier of the backpack."""

    id: str
    open_badge_id: str
    issuer: Issuer


@dataclass(frozen=True, slots=True)
class BadgeClassRow:
    """A badge class as stored; `caption` is what its image says besides its address."""

    id: str
    open_badge_id: str
    badge_class: BadgeClass
    issuer: IssuerRow
    caption: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """One imported badge, or one awarded here. `address` is the spelling the recipient matched.

    `changed` is the place in time of its last change (`Issuing.tick`).
    """

    id: str
    account: str
    open_badge_id: str
    assertion: Assertion
    badge_class: BadgeClassRow
    address: str
    media: str
    extra: JsonObject
    pending: bool
    salt: str = field(default_factory=lambda: uuid.uuid4().hex)
    acceptance: str = "Accepted"
    changed: int = 0


@dataclass(slots=True)
class Collection:
    """One collection of an account; `share_hash` is empty while it is not published."""

    id: str
    account: str
    name: str
    description: str = ""
    share_hash: str = ""
    assertions: list[str] = field(default_factory=list)

    def publish(self, published: bool) -> None:
        """Give it a public address or take it away; publishing anew makes a new address."""
        if published != bool(self.share_hash):
            self.share_hash = secrets.token_hex(16) if published else ""


class State:
    """Everything the backpack remembers, behind one lock."""

    def __init__(self, accounts: tuple[AccountOptions, ...] = ()) -> None:
        self.lock = threading.RLock()
        self.issuing = Issuing()
        self.accounts: dict[str, Account] = {}
        self.held: dict[str, Held] = {}
        self.collections: dict[str, Collection] = {}
        self.issuers: dict[str, IssuerRow] = {}
        self.badge_classes: dict[str, BadgeClassRow] = {}
        self.media: dict[str, str] = {}
        self.imports: Counter[tuple[str, str]] = Counter()
        self.credentials: dict[str, dict[tuple[str, str], bytes | str]] = {}
        self.profiles: dict[str, JsonObject] = {}
        self.imported: dict[str, dict[str, JsonObject]] = {}
        self.requests: Counter[tuple[str, int]] = Counter()
        self._by_address: dict[str, str] = {}
        self._by_badge: dict[tuple[str, str], str] = {}
        self._by_account: dict[str, dict[str, None]] = {}
        self._collections_by_account: dict[str, dict[str, None]] = {}
        self._email_ids = 0
        for options in accounts:
            self.add_account(options)

    # Accounts

    def add_account(self, options: AccountOptions) -> Account:
        """Open an account; its first address is the primary one."""
        with self.lock:
            account = Account(
                entity_id(), options.first_name, options.last_name, password=options.password
            )
            self.accounts[account.id] = account
            self._by_account[account.id] = {}
            self._collections_by_account[account.id] = {}
            for address in options.emails:
                email = self.add_email(account, address)
                email.verified = address not in options.unverified
                email.primary = email is account.emails[0]
            return account

    def add_email(self, account: Account, address: str) -> Email:
        """Add an unverified address to an account."""
        with self.lock:
            self._email_ids += 1
            email = Email(self._email_ids, address)
            account.emails.append(email)
            self._by_address[address.lower()] = account.id
            return email

    def remove_email(self, account: Account, email: Email) -> None:
        """Take an address from an account."""
        with self.lock:
            account.emails.remove(email)
            self._by_address.pop(email.email.lower(), None)

    def owner(self, address: str) -> Account | None:
        """Return the account with this address; upper and lower case are the same here."""
        with self.lock:
            return self.accounts.get(self._by_address.get(address.lower(), ""))

    def confirm(self, address: str) -> bool:
        """Do what the link in the confirmation mail does; False when nobody has the address."""
        with self.lock:
            account = self.owner(address)
            if account is None:
                return False
            for email in account.emails:
                if email.email.lower() == address.lower():
                    email.verified = True
            return True

    # Badges

    def keep_issuer(self, row: IssuerRow) -> IssuerRow:
        """Get or create an issuer; one without an id is new each time (reference 5.5)."""
        with self.lock:
            kept = self.issuers.setdefault(row.open_badge_id, row)
            self.issuers.setdefault(kept.id, kept)
            return kept

    def keep_badge_class(self, row: BadgeClassRow) -> BadgeClassRow:
        """Get or create a badge class."""
        with self.lock:
            kept = self.badge_classes.setdefault(row.open_badge_id, row)
            self.badge_classes.setdefault(kept.id, kept)
            return kept

    def has(self, account: str, open_badge_id: str) -> bool:
        """Whether the account holds the badge already."""
        with self.lock:
            return (account, open_badge_id) in self._by_badge

    def add(self, held: Held, image: str) -> bool:
        """Store an imported badge and where its image came from; False when it is there already."""
        with self.lock:
            key = (held.account, held.open_badge_id)
            if key in self._by_badge:
                return False
            self._by_badge[key] = held.id
            self._by_account[held.account][held.id] = None
            self.held[held.id] = held
            self.media[held.media] = image
            self.imports[key] += 1
            return True

    def remove(self, held: Held) -> None:
        """Delete an imported badge, also from every collection."""
        with self.lock:
            self.held.pop(held.id, None)
            self.media.pop(held.media, None)
            self._by_badge.pop((held.account, held.open_badge_id), None)
            self._by_account[held.account].pop(held.id, None)
            for collection in self.collections.values():
                if held.id in collection.assertions:
                    collection.assertions.remove(held.id)

    def of(self, account: str) -> list[Held]:
        """Return the badges of an account in the order of their import."""
        with self.lock:
            return [self.held[key] for key in self._by_account.get(account, ())]

    def is_pending(self, held: Held) -> bool:
        """Whether a badge waits for its address to be confirmed."""
        if not held.pending:
            return False
        with self.lock:
            addresses = self.accounts[held.account].addresses
            return held.address not in (*addresses.verified, *addresses.variants)

    # Collections

    def add_collection(self, collection: Collection) -> None:
        """Store a new collection."""
        with self.lock:
            self.collections[collection.id] = collection
            self._collections_by_account[collection.account][collection.id] = None

    def remove_collection(self, collection: Collection) -> None:
        """Delete a collection; its badges stay."""
        with self.lock:
            self.collections.pop(collection.id, None)
            self._collections_by_account[collection.account].pop(collection.id, None)

    def collections_of(self, account: str) -> list[Collection]:
        """Return the collections of an account, oldest first."""
        with self.lock:
            found = self._collections_by_account.get(account, ())
            return [self.collections[key] for key in found]

    def shared(self, share_hash: str) -> Collection | None:
        """Return the published collection at this public address."""
        with self.lock:
            found = (each for each in self.collections.values() if each.share_hash == share_hash)
            return next(found, None) if share_hash else None

"""Repair by the learner: the addresses an account lacks, added where the learner agrees.

Source: reference/badgr-api.md 4 (which addresses decide what) and 3 (waiting after a failure).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import holdings
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.mismatches import mismatches
from migrator.destinations.base import Destination, Outcome, OutcomeState, Session, TryLater
from migrator.openbadges.model import Addresses
from migrator.transfer.entering import check_not_refused, enter
from migrator.transfer.keys import Keys
from migrator.transfer.spelling import needed, same_address

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TRIES = 3
_LONGEST_WAIT = 60.0
"""Seconds; a backpack that asks for more is left in peace until the next run."""


class How(StrEnum):
    """How an address gets into an account."""

    ADDRESS = "address"
    SPELLING = "spelling"
    CONFIRM_FIRST = "confirm_first"
    THERE = "there"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Missing:
    """One address an account lacks, for so many badges.

    `how`: a new address, another spelling of one it has, one its owner must confirm first, one that
    has come since the plan was made, or no address at all.
    """

    account: Account
    address: str
    badges: int
    how: How


class End(StrEnum):
    """What adding one address ended in."""

    MAIL_SENT = "mail_sent"
    ADDED = "added"
    ALREADY_THERE = "already_there"
    CONFIRM_FIRST = "confirm_first"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one address; `detail` is the destination's word where it refused."""

    username: str
    address: str
    end: End
    detail: str = ""


def missing(archive: Archive, destination_id: int, username: str | None = None) -> list[Missing]:
    """Return the addresses that accounts lack for badges that wait for them, by account.

    Only what a badge itself names, or what its hash proves of an address the archive knows.
    """
    accounts = {one.id: one for one in accounts_store.accounts(archive, destination_id)}
    counted: dict[tuple[int, str], int] = {}
    for one in mismatches(archive, destination_id):
        account = accounts[one.account_id]
        known: tuple[str, ...] = ()
        if one.learner_id is not None:
            known = holdings.addresses_of(archive, one.learner_id)
        address = needed(one.recipient, account.addresses, known)
        if address is not None and _is_meant(account, username):
            counted[account.id, address] = counted.get((account.id, address), 0) + 1
    return [
        Missing(accounts[number], address, badges, how(address, accounts[number].addresses))
        for (number, address), badges in counted.items()
    ]


def how(address: str, account: Addresses) -> How:
    """Say how an address would get into an account."""
    if address in (*account.verified, *account.variants):
        return How.THERE
    if not _ADDRESS.fullmatch(address):
        return How.IMPOSSIBLE
    if any(same_address(address, one) for one in account.verified):
        return How.SPELLING
    if any(same_address(address, one) for one in account.unverified):
        return How.CONFIRM_FIRST
    return How.ADDRESS


@dataclass(frozen=True, slots=True)
class Repair:
    """Adds addresses to the accounts of one destination; the archive notes what they have now."""

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: Keys
    sleep: Callable[[float], None] = time.sleep

    def add(self, wanted: Iterable[Missing]) -> list[Added]:
        """Add addresses, account by account; run again it adds nothing twice.

        Raises SignInFailed and TryLater as signing in does; Usage where the destination has no way
        to add addresses.
        """
        if not self.destination.capabilities.emails:
            raise errors.Usage(
                f"Addresses of {self.saved.name} cannot be added from here.",
                "Add them in the settings of the backpack, then run `retry`.",
            )
        by_account: dict[str, list[str]] = {}
        for one in wanted:
            by_account.setdefault(one.account.username, []).append(one.address)
        return [
            added
            for username, addresses in by_account.items()
            for added in self._for_account(username, addresses)
        ]

    def _for_account(self, username: str, addresses: list[str]) -> list[Added]:
        account = accounts_store.find_account(self.archive, self.saved.id, username)
        if account is not None:
            check_not_refused(account, self.saved.name)
        try:
            session = enter(self.destination, self.keys, self.saved.name, username)
        except errors.PasswordRefused as error:
            if account is not None:
                accounts_store.note_refusal(self.archive, account.id, error.what)
            raise
        try:
            return [_add(session, username, address, self.sleep) for address in addresses]
        finally:
            known = session.addresses
            accounts_store.save_account(self.archive, self.saved.id, username, known)
            session.close()


def _add(session: Session, username: str, address: str, sleep: Callable[[float], None]) -> Added:
    """Add one address to a session, which knows the account as it is now."""
    way = how(address, session.addresses)
    if way in _SETTLED:
        end, detail = _SETTLED[way]
        return Added(username, address, end, detail)
    call = session.add_spelling if way is How.SPELLING else session.add_email
    try:
        outcome = _patiently(lambda: call(address), sleep)
    except TryLater as error:
        return Added(username, address, End.LATER, error.what)
    return Added(username, address, _END[outcome.state, way is How.SPELLING], outcome.detail)


def _patiently(call: Callable[[], Outcome], sleep: Callable[[float], None]) -> Outcome:
    """Wait as long as the backpack asks after an address it refused, within reason."""
    outcome = call()
    for _ in range(_TRIES - 1):
        wait = outcome.after
        if outcome.state is not OutcomeState.TRY_AGAIN or wait is None or wait > _LONGEST_WAIT:
            break
        sleep(wait)
        outcome = call()
    return outcome


def _is_meant(account: Account, username: str | None) -> bool:
    return username is None or account.username.lower() == username.lower()


_SETTLED: dict[How, tuple[End, str]] = {
    How.THERE: (End.ALREADY_THERE, ""),
    How.CONFIRM_FIRST: (End.CONFIRM_FIRST, ""),
    How.IMPOSSIBLE: (End.REFUSED, "this is no e-mail address"),
}
_END: dict[tuple[OutcomeState, bool], End] = {
    (state, spelling): end
    for spelling in (False, True)
    for state, end in (
        (OutcomeState.DONE, End.ADDED if spelling else End.MAIL_SENT),
        (OutcomeState.ALREADY_THERE, End.ALREADY_THERE),
        (OutcomeState.REFUSED, End.REFUSED),
        (OutcomeState.TRY_AGAIN, End.LATER),
        (OutcomeState.UNKNOWN, End.LATER),
    )
}

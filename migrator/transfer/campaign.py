"""Signing in, and pushing for every account of a destination in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.destinations.base import (
    Credentials,
    Destination,
    NotAccepted,
    Session,
    TryLater,
)
from migrator.transfer.collections import Made, make_collections
from migrator.transfer.push import UNREACHABLE, Limits, Sent, Tally, push_account

_LATER_IN_A_ROW = 3


class Keys(Protocol):
    """Where passwords and tokens are kept: never in the archive."""

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return how an account signs in, None when nothing is known."""

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep tokens as they arrive: by then the ones before them are dead."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account that has just signed in: how many badges it holds over there."""

    account: Account
    badges_there: int


@dataclass(frozen=True, slots=True)
class AccountPush:
    """What a push came to for one account.

    `trouble` says why it could not sign in or go on; `later` that this passes by itself.
    """

    username: str
    tally: Tally
    collections: tuple[Made, ...] = ()
    trouble: str | None = None
    later: bool = False


def login(
    archive: Archive, destination: Destination, keys: Keys, credentials: Credentials
) -> SignedIn:
    """Sign in, keep the tokens, and note the account with its addresses; raises SignInFailed."""
    saved = accounts_store.save_destination(archive, destination.kind, destination.url)
    session = destination.sign_in(credentials, partial(keys.save, saved.name))
    try:
        account = accounts_store.save_account(
            archive, saved.id, credentials.username, session.addresses
        )
        return SignedIn(account, sum(1 for _ in session.held()))
    finally:
        session.close()


@dataclass(frozen=True, slots=True)
class Campaign:
    """One push of one archive to one destination: who signs in how, and what wraps the session."""

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: Keys
    wrap: Callable[[Session], Session]
    limits: Limits
    publish_collections: bool = False

    def accounts(self, username: str | None) -> list[Account]:
        """Return the accounts that have work, or the one asked for; raises Usage for a stranger."""
        known = accounts_store.accounts(self.archive, self.saved.id)
        if username is not None:
            known = [one for one in known if one.username.lower() == username.lower()]
            if not known:
                raise errors.Usage(
                    f"{username} has not signed in at {self.saved.name}.",
                    f"Run: badge-migrator login {self.saved.name} --as {username}",
                )
        selection = self.limits.selection
        busy: set[int] = set()
        while more := ledger.accounts_with_work(
            self.archive, self.saved.id, max(busy, default=0), selection=selection
        ):
            busy.update(more)
        return [one for one in known if one.id in busy]

    def push(self, username: str | None, watch: Callable[[Sent], None]) -> list[AccountPush]:
        """Push for each account in turn; one that cannot sign in does not stop the others.

        A destination that answers nobody ends the push for all of them.
        """
        pushed: list[AccountPush] = []
        left = self.limits.badges
        later = 0
        for account in self.accounts(username):
            if self.limits.stop() or (left is not None and left <= 0):
                break
            one = self._push_one(account, replace(self.limits, badges=left), watch)
            pushed.append(one)
            later = later + 1 if one.later else 0
            if one.tally.stopped == UNREACHABLE or later >= _LATER_IN_A_ROW:
                break
            if left is not None:
                left -= sum(one.tally.sent.values())
        return pushed

    def _push_one(
        self, account: Account, limits: Limits, watch: Callable[[Sent], None]
    ) -> AccountPush:
        credentials = self.keys.credentials(self.saved.name, account.username)
        if credentials is None:
            return AccountPush(
                account.username,
                Tally(),
                trouble=f"No password or token is known for {account.username}."
                f" Run: badge-migrator login {self.saved.name} --as {account.username}",
            )
        try:
            keep = partial(self.keys.save, self.saved.name)
            session = self.destination.sign_in(credentials, keep)
            try:
                return self._work(account, session, limits, watch)
            finally:
                session.close()
        except (errors.SignInFailed, NotAccepted) as error:
            return AccountPush(account.username, Tally(), trouble=str(error))
        except TryLater as error:
            return AccountPush(account.username, Tally(), trouble=str(error), later=True)

    def _work(
        self, account: Account, session: Session, limits: Limits, watch: Callable[[Sent], None]
    ) -> AccountPush:
        accounts_store.save_account(
            self.archive, self.saved.id, account.username, session.addresses
        )
        wrapped = self.wrap(session)
        tally = push_account(self.archive, account, wrapped, limits, watch)
        if tally.stopped is not None:
            return AccountPush(account.username, tally)
        try:
            made = make_collections(
                self.archive, account, wrapped, publish=self.publish_collections
            )
        except TryLater as error:
            return AccountPush(account.username, tally, trouble=str(error), later=True)
        return AccountPush(account.username, tally, tuple(made))

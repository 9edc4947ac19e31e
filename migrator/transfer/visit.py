"""One account's turn: sign in, do the errand there, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, held
from migrator.destinations.base import Destination, NotAccepted, Session, TryLater
from migrator.destinations.wrappers import DryRun
from migrator.transfer.collections import Made
from migrator.transfer.engine import Work
from migrator.transfer.entering import check_not_refused, enter
from migrator.transfer.keys import SharedKeys
from migrator.transfer.push import Budget, Tally


class Treatment(Protocol):
    """How the destination is treated (`migrator.destinations.manners`)."""

    def sign_in(self, enter: Callable[[], Session]) -> Session:
        """Sign in, and return a session that is as polite from then on."""


class Errand(Protocol):
    """What is done at an account that has signed in, with its lease held."""

    def __call__(
        self, account: Account, session: Session, lease: Lease, tally: Tally
    ) -> Work[tuple[Made, ...]]:
        """Return the collections that were made; raises what the session raises."""


@dataclass(frozen=True, slots=True)
class AccountPush:
    """What a visit came to for one account.

    `trouble` says why it could not sign in or go on, `later` that this passes by itself, `locked`
    that another process is at work on this account.
    """

    username: str
    tally: Tally
    collections: tuple[Made, ...] = ()
    trouble: str | None = None
    later: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Visits:
    """What the visits of one run have in common.

    Each holds the lease on its account, so that a push and a comparison never meet at one.
    """

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: SharedKeys
    treatment: Treatment
    budget: Budget
    errand: Errand
    run_id: int
    dry_run: bool = False

    def visit(self, account: Account) -> Work[AccountPush]:
        """Do everything for one account; whatever is its own trouble is in the result.

        A password that was refused is not tried again before a person says so: the destination
        would shut the account out for longer each time.
        """
        try:
            check_not_refused(account, self.saved.name)
        except errors.PasswordRefused as error:
            self.budget.failures += 1
            return AccountPush(account.username, Tally(), trouble=str(error))
        try:
            with held(self.archive, f"push:{account.id}", self.run_id) as lease:
                return (yield from self._visited(account, lease))
        except errors.ArchiveLocked as error:
            return AccountPush(
                account.username, Tally(), trouble=str(error), later=True, locked=True
            )

    def _visited(self, account: Account, lease: Lease) -> Work[AccountPush]:
        tally = Tally()
        try:
            session: Session = yield partial(self._enter, account.username)
            try:
                accounts_store.save_account(
                    self.archive, self.saved.id, account.username, session.addresses
                )
                made = yield from self.errand(account, session, lease, tally)
                return AccountPush(account.username, tally, made)
            finally:
                session.close()
        except (errors.SignInFailed, NotAccepted) as error:
            if isinstance(error, errors.PasswordRefused):
                accounts_store.note_refusal(self.archive, account.id, str(error))
            self.budget.failures += 1
            return AccountPush(account.username, tally, trouble=str(error))
        except TryLater as error:
            if self.budget.limits.stop():
                tally.stopped = "interrupted"
                return AccountPush(account.username, tally)
            return AccountPush(account.username, tally, trouble=str(error), later=True)

    def _enter(self, username: str) -> Session:
        """Sign in (in a thread of the crew); raises SignInFailed and TryLater."""
        session = self.treatment.sign_in(
            partial(enter, self.destination, self.keys, self.saved.name, username)
        )
        return DryRun(session) if self.dry_run else session

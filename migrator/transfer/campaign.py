"""Signing in, and pushing for every account of a destination, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import ended
from migrator.destinations.base import Credentials, Destination
from migrator.transfer.engine import Engine, Work
from migrator.transfer.keys import Keys, SharedKeys
from migrator.transfer.push import UNREACHABLE, Budget, Limits, Sent
from migrator.transfer.visit import AccountPush, Treatment, Visits

_PAGE = 200
_LATER_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account that has just signed in: how many badges it holds over there."""

    account: Account
    badges_there: int


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
    """One push of one archive to one destination, for `threads` accounts side by side.

    A person's badges go one after the other: their order and their token stay in one place.
    """

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: Keys
    treatment: Treatment
    limits: Limits
    publish_collections: bool = False
    threads: int = 1
    dry_run: bool = False

    def accounts(self, username: str | None) -> Iterator[Account]:
        """Return the accounts that have work, or the one asked for; raises Usage for a stranger."""
        if username is None:
            return self._with_work()
        account = accounts_store.find_account(self.archive, self.saved.id, username)
        if account is None:
            raise errors.Usage(
                f"{username} has not signed in at {self.saved.name}.",
                f"Run: badge-migrator login {self.saved.name} --as {username}",
            )
        return iter([account] if self._page(account.id - 1, 1) == [account.id] else [])

    def push(self, username: str | None, watch: Callable[[Sent], None]) -> list[AccountPush]:
        """Push for each account; one that cannot sign in does not stop the others.

        `watch` is told of each badge once its outcome is on disk. A destination that answers
        nobody ends the push for all. Raises ArchiveLocked when other processes have all the work.
        """
        accounts = self.accounts(username)
        ledger.durable(self.archive)
        run_id = self.archive.begin_run(f"push to {self.saved.name}")
        with ended(self.archive, run_id):
            round_trip = _Round(self, run_id, watch)
            return round_trip.done(accounts)

    def _with_work(self) -> Iterator[Account]:
        last = 0
        while page := self._page(last, _PAGE):
            for number in page:
                account = accounts_store.account(self.archive, number)
                if account is not None:  # forgotten meanwhile
                    yield account
            last = page[-1]

    def _page(self, after: int, limit: int) -> list[int]:
        selection = self.limits.selection
        return ledger.accounts_with_work(self.archive, self.saved.id, after, limit, selection)


class _Round:
    """One push under way: who has been visited, and whether it goes on."""

    def __init__(self, campaign: Campaign, run_id: int, watch: Callable[[Sent], None]) -> None:
        self._campaign = campaign
        self._budget = Budget(campaign.limits, campaign.archive.now)
        self._watch = watch
        self._said: list[Sent] = []
        self._pushed: list[AccountPush] = []
        self._later = 0
        self._away = False
        self._visits = Visits(
            *(campaign.archive, campaign.saved, campaign.destination, SharedKeys(campaign.keys)),
            *(campaign.treatment, self._budget, self._said.append, run_id),
            publish_collections=campaign.publish_collections,
            dry_run=campaign.dry_run,
        )

    def done(self, accounts: Iterator[Account]) -> list[AccountPush]:
        """Visit the accounts; returns what came of each, in the order in which they ended."""
        campaign = self._campaign
        engine = Engine(campaign.archive, campaign.threads, self._ended, self._committed)
        engine.run(self._works(accounts))
        locked = [one for one in self._pushed if one.locked]
        if locked and len(locked) == len(self._pushed):
            raise errors.ArchiveLocked(locked[0].trouble or "")
        return self._pushed

    def _works(self, accounts: Iterator[Account]) -> Iterator[Work[AccountPush]]:
        for account in accounts:
            if self._away or self._budget.spent:
                return
            yield self._visits.visit(account)

    def _ended(self, one: AccountPush) -> None:
        self._pushed.append(one)
        if not one.locked:
            self._later = self._later + 1 if one.later else 0
        away = one.tally.stopped == UNREACHABLE or self._later >= _LATER_IN_A_ROW
        self._away = self._away or away

    def _committed(self) -> None:
        for sent in self._said:
            self._watch(sent)
        self._said.clear()

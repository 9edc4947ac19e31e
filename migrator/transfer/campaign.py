"""Signing in, and pushing for every account of a destination, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.archive import shard as shards
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, ended
from migrator.archive.shard import WHOLE, Shard
from migrator.destinations.base import Credentials, Destination, Session
from migrator.transfer.collections import Made, collecting
from migrator.transfer.engine import Work
from migrator.transfer.keys import Keys, SharedKeys
from migrator.transfer.push import Budget, Limits, Pusher, Sent, Tally
from migrator.transfer.round import Round
from migrator.transfer.visit import AccountPush, Treatment, Visits

_PAGE = 200


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

    A person's badges go one after the other: their order and their token stay in one place. `shard`
    is the part of the accounts this push sees to.
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
    shard: Shard = WHOLE

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
        budget, said = Budget(self.limits, self.archive.now), list[Sent]()
        visits = Visits(
            *(self.archive, self.saved, self.destination, SharedKeys(self.keys), self.treatment),
            *(budget, _Delivery(self, budget, said.append), run_id),
            dry_run=self.dry_run,
        )

        def committed() -> None:
            for sent in said:
                watch(sent)
            said.clear()

        with ended(self.archive, run_id):
            return Round(visits, self.threads, committed).done(accounts)

    def _with_work(self) -> Iterator[Account]:
        for page in self._pages():
            for number in page:
                account = accounts_store.account(self.archive, number)
                if account is not None:  # forgotten meanwhile
                    yield account

    def _pages(self) -> Iterator[list[int]]:
        if self.shard.whole:
            last = 0
            while page := self._page(last, _PAGE):
                yield page
                last = page[-1]
            return
        ours = shards.accounts(self.archive, self.saved.id, self.shard)
        for first in range(0, len(ours), _PAGE):
            some = ours[first : first + _PAGE]
            selection = self.limits.selection
            yield ledger.with_work_among(self.archive, self.saved.id, some, selection)

    def _page(self, after: int, limit: int) -> list[int]:
        selection = self.limits.selection
        return ledger.accounts_with_work(self.archive, self.saved.id, after, limit, selection)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What is done at an account in a push: what is due is sent, then sorted into collections."""

    campaign: Campaign
    budget: Budget
    watch: Callable[[Sent], None]

    def __call__(
        self, account: Account, session: Session, lease: Lease, tally: Tally
    ) -> Work[tuple[Made, ...]]:
        """Return the collections that were made; raises what the session raises."""
        campaign = self.campaign
        pusher = Pusher(
            *(campaign.archive, account, session, self.budget, self.watch, lease),
            tally=tally,
            dry_run=campaign.dry_run,
            described=campaign.destination.capabilities.described,
        )
        yield from pusher.work()
        collects = campaign.destination.capabilities.collections
        if tally.stopped is not None or campaign.dry_run or not collects:
            return ()
        publish = campaign.publish_collections
        return tuple((yield from collecting(campaign.archive, account, session, publish=publish)))

"""Reconciling: what the archive knows of badges over there is compared with what is there now.

Only the archive is put right, never the destination: a badge that is there has arrived, whoever
brought it; one that is gone was deleted by somebody, and is not sent again unless a person says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import compared, ledger
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import ended
from migrator.destinations.base import Destination
from migrator.transfer.comparison import Comparison, Watcher
from migrator.transfer.keys import Keys, SharedKeys
from migrator.transfer.push import Budget, Limits
from migrator.transfer.round import Round
from migrator.transfer.visit import AccountPush, Treatment, Visits

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One comparison of an archive with a destination, for `threads` accounts side by side.

    One that was stopped goes on with the accounts that are left. `learners` are ids (None: every
    account), `send_again` puts what was deleted over there back on the plan, and `dry_run` writes
    nothing of it down.
    """

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: Keys
    treatment: Treatment
    stop: Callable[[], bool] = lambda: False
    learners: tuple[int, ...] | None = None
    threads: int = 1
    dry_run: bool = False
    send_again: bool = False

    @property
    def since(self) -> str:
        """Return the moment since when an account has to be compared, to be done with."""
        if self.dry_run or self.learners is not None:
            return _NEVER
        return compared.begun(self.archive, compared.whole(self.saved))

    def accounts(self, username: str | None, since: str) -> Iterator[Account]:
        """Return the accounts to compare, or the one asked for; raises Usage for a stranger."""
        if username is None:
            return self._due(since)
        account = accounts_store.find_account(self.archive, self.saved.id, username)
        if account is None:
            raise errors.Usage(
                f"{username} has not signed in at {self.saved.name}.",
                f"Run: badge-migrator login {self.saved.name} --as {username}",
            )
        return iter([account])

    def count(self, since: str) -> int:
        """Return how many accounts are to be compared."""
        return compared.count_to_compare(self.archive, self._whom(since))

    def compared_since(self, since: str) -> int:
        """Return how many accounts were compared since a moment, and are not compared again."""
        return self.count(_NEVER) - self.count(since)

    def run(self, username: str | None, since: str, watcher: Watcher) -> list[AccountPush]:
        """Compare each account; one that cannot sign in does not stop the others.

        Raises ArchiveLocked when other processes are at work on all of them.
        """
        accounts = self.accounts(username, since)
        ledger.durable(self.archive)
        part = self.dry_run or username is not None or self.learners is not None
        name = f"reconcile a part of {self.saved.name}" if part else compared.whole(self.saved)
        run_id = self.archive.begin_run(name)
        said: list[Callable[[], None]] = []
        visits = Visits(
            *(self.archive, self.saved, self.destination, SharedKeys(self.keys), self.treatment),
            Budget(Limits(stop=self.stop), self.archive.now),
            Comparison(self.archive, watcher, said.append, self.dry_run, self.send_again),
            run_id,
            dry_run=self.dry_run,
        )

        def committed() -> None:
            for say in said:
                say()
            said.clear()

        with ended(self.archive, run_id):
            visited = Round(visits, self.threads, committed).done(accounts)
        if self.stop() or any(one.later for one in visited):
            self.archive.end_run(run_id, "incomplete")
        return visited

    def _due(self, since: str) -> Iterator[Account]:
        last, whom = 0, self._whom(since)
        while page := compared.accounts_to_compare(self.archive, whom, last, _PAGE):
            for number in page:
                account = accounts_store.account(self.archive, number)
                if account is not None:  # forgotten meanwhile
                    yield account
            last = page[-1]

    def _whom(self, since: str) -> compared.Whom:
        learners = None if self.learners is None else json.dumps(self.learners)
        return compared.Whom(self.saved.id, since, learners)


_NEVER = "9999"
"""After every moment: each account is compared, however lately it was."""

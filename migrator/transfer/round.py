"""A round of visits: many accounts side by side, as long as there is anybody to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from migrator import errors
from migrator.archive.accounts import Account
from migrator.transfer.engine import Engine, Work
from migrator.transfer.push import UNREACHABLE
from migrator.transfer.visit import AccountPush, Visits

_LATER_IN_A_ROW = 3


class Round:
    """One round under way: who has been visited, and whether it goes on.

    `committed` is called after each transaction: what came of the visits is on disk by then.
    """

    def __init__(self, visits: Visits, threads: int, committed: Callable[[], None]) -> None:
        self._visits = visits
        self._engine = Engine(visits.archive, threads, self._ended, committed)
        self._pushed: list[AccountPush] = []
        self._later = 0
        self._away = False

    def done(self, accounts: Iterator[Account]) -> list[AccountPush]:
        """Visit the accounts; returns what came of each, in the order in which they ended.

        Raises ArchiveLocked when other processes are at work on all of them.
        """
        self._engine.run(self._works(accounts))
        locked = [one for one in self._pushed if one.locked]
        if locked and len(locked) == len(self._pushed):
            raise errors.ArchiveLocked(locked[0].trouble or "")
        return self._pushed

    def _works(self, accounts: Iterator[Account]) -> Iterator[Work[AccountPush]]:
        for account in accounts:
            if self._away or self._visits.budget.spent:
                return
            yield self._visits.visit(account)

    def _ended(self, one: AccountPush) -> None:
        self._pushed.append(one)
        if not one.locked:
            self._later = self._later + 1 if one.later else 0
        away = one.tally.stopped == UNREACHABLE or self._later >= _LATER_IN_A_ROW
        self._away = self._away or away

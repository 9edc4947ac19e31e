"""A cohort of accounts: taken from a file, matched with learners, and each signed in once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.matching import State, accounts, match, rematch
from migrator.archive.people import People
from migrator.archive.told import Line, Telling, Told
from migrator.destinations.base import Destination, NotAccepted, Session, TryLater
from migrator.transfer import recipients
from migrator.transfer.accountfile import Bad, Read
from migrator.transfer.entering import check_not_refused, enter
from migrator.transfer.keys import Keys

_REFUSED_IN_A_ROW = 5
_LATER_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file came to: `lines = good + bad`; `recognised` badges had a hashed recipient."""

    lines: int
    good: int
    bad: int
    told: Told
    recognised: int

    @property
    def balances(self) -> bool:
        """Whether every line and every account is accounted for."""
        return self.lines == self.good + self.bad and self.told.balances


def import_accounts(
    archive: Archive,
    saved: SavedDestination,
    outcomes: Iterable[Read | Bad],
    watch: Callable[[Read | Bad], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Keep what a file says of accounts, and match them; `watch` is told of each line as it ends.

    A line that gives an address to another account than an earlier line did is a bad one. All good
    lines are kept together or none is. Raises ArchiveLocked while a plan is being made.
    """
    telling = Telling(archive, saved.id)
    counted: Counter[bool] = Counter()

    def good() -> Iterator[Line]:
        for one in outcomes:
            outcome = one
            if isinstance(one, Read) and (met := telling.conflict(one.line)):
                outcome = Bad(one.line.number, _CONFLICT.format(*met))
            counted[isinstance(outcome, Read)] += 1
            watch(outcome)
            if isinstance(outcome, Read):
                yield outcome.line

    telling.take(good(), progress)
    told = telling.keep()
    recognised = recipients.assign(archive)
    if recognised:
        match_anew(archive, saved)
    return Imported(counted.total(), counted[True], counted[False], told, recognised)


def match_anew(archive: Archive, saved: SavedDestination) -> None:
    """Tie accounts to the learners they are matched with now."""
    with archive.writing() as conn:
        rematch(conn, saved.id, archive.now())


def join_learners(archive: Archive, saved: SavedDestination) -> int:
    """Make one learner of several that one account was matched with, where an admin says so.

    Returns of how many accounts the learners were joined.
    """
    match(archive, saved.id)
    groups = [one.learners for one in accounts(archive) if one.state is State.SEVERAL]
    with archive.writing() as conn:
        people = People(conn, lambda: None)
        for addresses in groups:
            people.learner(addresses)
        rematch(conn, saved.id, archive.now())
    return len(groups)


class End(StrEnum):
    """What the sign-in of one account ended in."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    REFUSED_BEFORE = "refused_before"
    FAILED = "failed"
    LATER = "later"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Checked:
    """One account's sign-in, with a sentence where it did not succeed."""

    username: str
    end: End
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Signs in to accounts one after the other; a wrong password is never tried twice.

    `politely` makes a sign-in at the destination's pace. With `again` accounts whose password was
    refused are tried once more.
    """

    archive: Archive
    saved: SavedDestination
    destination: Destination
    keys: Keys
    politely: Callable[[Callable[[], Session]], Session]
    stop: Callable[[], bool] = lambda: False
    again: bool = False

    def run(self, of: Iterable[Account]) -> Iterator[Checked]:
        """Yield what came of each account.

        After five refusals in a row with nobody let in, or three times no answer, the others are
        not asked: then it is not the accounts that are wrong.
        """
        refused = later = 0
        for account in of:
            given_up = refused >= _REFUSED_IN_A_ROW or later >= _LATER_IN_A_ROW
            if given_up or self.stop():
                yield Checked(account.username, End.NOT_ASKED)
                continue
            one = self._one(account)
            refused = 0 if one.end is End.SIGNED_IN else refused + (one.end is End.REFUSED)
            later = later + 1 if one.end is End.LATER else 0
            yield one

    def _one(self, account: Account) -> Checked:
        username = account.username
        try:
            if not self.again:
                check_not_refused(account, self.saved.name)
        except errors.PasswordRefused as error:
            return Checked(username, End.REFUSED_BEFORE, str(error))
        try:
            session = self.politely(
                lambda: enter(self.destination, self.keys, self.saved.name, username)
            )
        except errors.PasswordRefused as error:
            accounts_store.note_refusal(self.archive, account.id, error.what)
            return Checked(username, End.REFUSED, str(error))
        except (errors.SignInFailed, NotAccepted) as error:
            return Checked(username, End.FAILED, str(error))
        except TryLater as error:
            return Checked(username, End.LATER, str(error))
        try:
            accounts_store.save_account(self.archive, self.saved.id, username, session.addresses)
        finally:
            session.close()
        return Checked(username, End.SIGNED_IN)


_CONFLICT = "{} belongs to another account by line {}."

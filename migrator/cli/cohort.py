"""What `badge-migrator accounts` says of a file, of a matching and of sign-ins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from migrator import errors, passwords
from migrator.archive import matching as store
from migrator.archive.accounts import SavedDestination, destinations
from migrator.archive.archive import Archive
from migrator.archive.matching import AccountMatch, Matching, State, Unmatched
from migrator.cli.console import Console, complain
from migrator.files.table import line as csv_line
from migrator.report.words import badges, plain
from migrator.transfer.accountfile import FIELDS, AccountFile, Bad, Read
from migrator.transfer.cohort import Checked, End, Imported

_SHOWN = 100
_COLUMNS = (
    *("what", "state", "account", "addresses", "matched_by", "learners", "badges"),
    *("signed_in_at", "next"),
)
_STATES = {
    State.MATCHED: "matched with one learner",
    State.SEVERAL: "matched with several learners",
    State.SECOND: "of a learner who has another account here",
    State.NOBODY: "without a learner",
}
_ENDS = {
    End.SIGNED_IN: "signed in",
    End.REFUSED: "refused: the password is wrong, or the account shut out",
    End.REFUSED_BEFORE: "refused before, and not tried again",
    End.FAILED: "could not sign in",
    End.LATER: "to be tried later",
    End.NOT_ASKED: "not asked",
}


@contextmanager
def opened_file(path: Path, settings: Iterable[str], *, secrets: bool) -> Iterator[AccountFile]:
    """Open an admin's file; raises Usage when it cannot be read, or a setting is none."""
    told = {}
    for pair in settings:
        name, equals, value = pair.partition("=")
        known = name.strip().removeprefix("column.")
        if not equals or known not in FIELDS:
            raise errors.Usage(
                f"{pair} sets nothing here.", "There are: column.email=NAME, column.account=NAME."
            )
        told[known] = value.strip()
    try:
        with path.open("rb") as stream:
            yield AccountFile(stream, told, secrets=secrets)
    except OSError as error:
        raise errors.Usage(
            f"{path} cannot be read ({error.strerror}).", "Name a table (CSV) of accounts."
        ) from error


@dataclass(slots=True)
class Keeping:
    """Hears of each line of a file: keeps its password where one was asked for, and bad lines."""

    destination: str
    console: Console
    bad: list[Bad] = field(default_factory=list)
    more: int = 0
    passwords: int = 0
    not_kept: int = 0

    def watch(self, outcome: Read | Bad) -> None:
        """Take one line's outcome."""
        if isinstance(outcome, Bad):
            if len(self.bad) < _SHOWN:
                self.bad.append(outcome)
                self.console.say(f"  line {outcome.number:,}: {plain(outcome.sentence)}")
            else:
                self.more += 1
        elif outcome.password and not self.not_kept:
            if passwords.keep(self.destination, outcome.line.username, outcome.password):
                self.passwords += 1
            else:
                self.not_kept = 1

    def say_end(self, *, asked: bool) -> None:
        """Say how many more bad lines there were, and what became of passwords."""
        if self.more:
            self.console.say(f"  ... and {self.more:,} more lines that cannot be used.")
        if self.not_kept:
            complain(
                "The passwords of the file were not kept: there is no system keyring here that"
                " keeps any. Use BADGE_MIGRATOR_PASSWORD_... or --password-command instead."
            )
        elif asked:
            complain(
                f"{self.passwords:,} passwords are in the system keyring now. Delete them from the"
                " file: whoever reads it can sign in as these people."
            )


def say_imported(console: Console, imported: Imported, joined: int, lines: AccountFile) -> None:
    """Say what a file came to, and what has changed by it."""
    told = imported.told
    for one in told.changes:
        said = [*(f"+ {plain(x)}" for x in one.added), *(f"- {plain(x)}" for x in one.removed)]
        console.say(f"  line {one.line:,}, {plain(one.username)}: {', '.join(said)}")
    if told.changed > len(told.changes):
        console.say(f"  ... and {told.changed - len(told.changes):,} more changed accounts.")
    for name in told.left[:_SHOWN]:
        console.say(f"  {plain(name)} is removed: other accounts have its addresses now.")
    if lines.ignored:
        complain(
            f"Not read, because it holds secrets: {', '.join(map(plain, lines.ignored))}. Better"
            " delete it from the file. Passwords come from the keyring, the environment or"
            " --password-command."
        )
    if lines.damage:
        complain(f"The file ends too early: {lines.damage}")
    if not lines.account_column:
        console.say("No column names the account: the first address of each line is taken for it.")
    if imported.recognised:
        console.say(f"{badges(imported.recognised)} with a hashed recipient found their learner.")
    if joined:
        console.say(f"{joined:,} accounts had several learners, who are one each now.")
    console.say(
        f"{imported.lines:,} lines = {imported.good:,} read + {imported.bad:,} that cannot be used;"
        f" missing: {imported.lines - imported.good - imported.bad}."
    )
    console.say(
        f"{told.accounts:,} accounts = {told.new:,} new + {told.changed:,} brought up to date"
        f" + {told.known:,} as they were;"
        f" missing: {told.accounts - told.new - told.changed - told.known}."
    )


def matched(opened: Archive, saved: SavedDestination) -> Matching:
    """Match the accounts of a destination as they stand."""
    return store.match(opened, saved.id)


def say_matching(console: Console, matching: Matching) -> None:
    """Say how accounts and learners fit together, as sums that add up."""
    parts = [f"{count:,} {_STATES[state]}" for state, count in matching.accounts.items() if count]
    total = sum(matching.accounts.values())
    console.say(f"{total:,} accounts here = {' + '.join(parts) or '0'}.")
    console.say(
        f"{matching.learners:,} learners with badges = {matching.with_account:,} with an account"
        f" + {matching.undecided:,} to be decided + {matching.without:,} without an account."
    )
    console.say(
        f"{badges(matching.badges)} = {matching.badges_with_account:,} of learners with an account"
        f" + {matching.badges_undecided:,} to be decided"
        f" + {matching.badges_without:,} of learners without"
        f" + {matching.badges_of_nobody:,} of nobody who is known."
    )


def check_books(imported: Imported | None, matching: Matching) -> None:
    """Raise MigratorError when any of the sums does not add up."""
    if not matching.balances or (imported is not None and not imported.balances):
        raise errors.MigratorError(
            f"The counts do not balance: {matching}.", "This is a defect; please report it."
        )


def known_destination(opened: Archive, text: str) -> SavedDestination:
    """Return a destination the archive knows; raises Usage for any other."""
    known = destinations(opened)
    found = [one for one in known if text in (one.name, one.kind)]
    if len(found) != 1:
        from migrator.destinations import registry

        named = registry.resolve(text)
        found = [one for one in known if (one.kind, one.url) == (named.kind, named.url)]
    if not found:
        raise errors.Usage(
            f"The archive knows no account at {text}.",
            f"Import some: badge-migrator accounts import accounts.csv --to {text}",
        )
    return found[0]


def say_lists(
    console: Console, opened: Archive, saved: SavedDestination, limit: int | None
) -> None:
    """Show accounts, then learners without one; at most `limit` of each."""
    if console.json:
        return
    for one in store.accounts(opened, limit):
        by = f", by {plain(', '.join(one.by))}" if one.by else ""
        console.say(f"  {plain(one.username)}: {_STATES[one.state]}{by} ({badges(one.badges)})")
        for following in filter(None, (_refused(one), next_of_account(saved, one))):
            console.say(f"      {plain(following)}")
    for alone in store.unmatched(opened, limit):
        name = f"{plain(alone.name)}, " if alone.name else ""
        console.say(
            f"  no account: {name}{plain(', '.join(alone.addresses))} ({badges(alone.badges)})"
        )
        console.say(f"      {next_of_learner(saved, alone)}")
    if limit is not None:
        console.say(f"At most {limit:,} of each are shown; --first 0 or --csv shows all.")


def next_of_account(saved: SavedDestination, one: AccountMatch) -> str:
    """Return the next step for an account, "" when there is nothing to decide."""
    if one.state is State.SEVERAL:
        first, second = one.learners[:2]
        return f"If they are one person: badge-migrator learner merge {first} {second}"
    if one.state is State.SECOND:
        return f"The badges go to {one.first}. If that is wrong, correct the file and import it."
    if one.state is State.NOBODY:
        return (
            "No badge is known for its addresses: add a learner's address to its line, and import."
        )
    return "" if one.signed_in_at else f"badge-migrator accounts check --to {saved.name} --new"


def next_of_learner(saved: SavedDestination, one: Unmatched) -> str:
    """Return the next step for a learner without an account."""
    return (
        f"Add a line with {plain(one.addresses[0])} and the account to the file, or:"
        f" badge-migrator login {saved.name} --as EMAIL"
    )


def _refused(one: AccountMatch) -> str:
    return f"Its password was refused: {one.refusal}" if one.refusal else ""


def print_table(
    opened: Archive, saved: SavedDestination, change: Callable[[str], str] | None
) -> None:
    """Print everybody as CSV, line by line: memory does not grow with it."""
    said = change or (lambda text: text)
    print(csv_line(_COLUMNS), end="")
    for one in store.accounts(opened):
        row = (
            *("account", one.state, one.username, " ".join(one.told), " ".join(one.by)),
            *(" ".join(one.learners), one.badges, one.signed_in_at or ""),
            _refused(one) or next_of_account(saved, one),
        )
        print(said(csv_line(row)), end="")
    for alone in store.unmatched(opened):
        addresses = " ".join(alone.addresses)
        who = ("learner", "no_account", "", addresses, "", addresses, alone.badges, "")
        print(said(csv_line((*who, next_of_learner(saved, alone)))), end="")


def next_step(saved: SavedDestination, matching: Matching) -> str:
    """Return the next thing to type after the lists."""
    if not sum(matching.accounts.values()):
        return f"Next: badge-migrator accounts import accounts.csv --to {saved.name}"
    if matching.undecided:
        return "Next: decide on the accounts with several learners, shown first."
    return f"Next: badge-migrator accounts check --to {saved.name}"


def say_checked(console: Console, ended: list[Checked], limit: int | None) -> None:
    """Say whom the destination did not let in, and how many it did."""
    wrong = [one for one in ended if one.sentence]
    for one in wrong[:limit]:
        console.say(f"  {plain(one.username)}: {plain(one.sentence)}")
    if len(wrong) > len(wrong[:limit]):
        console.say(f"  ... and {len(wrong) - len(wrong[:limit]):,} more; --first 0 shows all.")
    counted = Counter(one.end for one in ended)
    parts = [f"{counted[end]:,} {words}" for end, words in _ENDS.items() if counted[end]]
    missing = len(ended) - counted.total()
    console.say(f"{len(ended):,} accounts = {' + '.join(parts) or '0'}; missing: {missing}.")


def after_check(
    saved: SavedDestination, ended: list[Checked], matching: Matching, *, interrupted: bool
) -> tuple[int, str]:
    """Return the exit code, and the next thing to do."""
    counted = Counter(one.end for one in ended)
    again = f"badge-migrator accounts check --to {saved.name}"
    if interrupted:
        return 130, f"To go on: {again} --new"
    if not ended:
        return 0, next_step(saved, matching)
    if counted[End.REFUSED] and not counted[End.SIGNED_IN]:
        return 5, "Nobody was let in. Are these the right passwords, and is it the right backpack?"
    if counted[End.REFUSED] or counted[End.REFUSED_BEFORE] or counted[End.FAILED]:
        return 5, f"Put these right, then: {again} --again. The others can go on: plan, then push."
    if counted[End.LATER] or counted[End.NOT_ASKED]:
        return 4, f"Later: {again} --new"
    return 0, f"Next: badge-migrator plan --to {saved.name}"

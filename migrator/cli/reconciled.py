"""What `reconcile` says: each difference as it is found, then the sums, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.archive.totals import DestinationTotal
    from migrator.cli.console import Console
    from migrator.transfer.comparison import Change, Compared, Difference
    from migrator.transfer.reconcile import Reconciliation
    from migrator.transfer.there import Fit
    from migrator.transfer.visit import AccountPush


@dataclass(slots=True)
class Heard:
    """What the comparison has told so far; of each kind the first ones are listed by name."""

    console: Console
    saved: SavedDestination
    show: Callable[[int], None]
    first: int
    accounts: int = 0
    known: int = 0
    there: int = 0
    missing: int = 0
    sent_again: int = 0
    repaired: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    fits: Counter[Fit] = field(default_factory=Counter)
    listed: Counter[Change] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    def difference(self, one: Difference) -> None:
        """List a difference, if not too many of its kind were listed."""
        from migrator.transfer.comparison import Change

        self.listed[one.change] += 1
        if self.first and self.listed[one.change] > self.first:
            return
        self.differences.append(one)
        if one.change is not Change.UNKNOWN:
            self.console.say(f"  {one.username}: {_told(one)}")

    def account(self, one: Compared) -> None:
        """Count an account."""
        from migrator.report.words import badges
        from migrator.transfer.there import Fit

        self.accounts += 1
        self.known += one.known
        self.there += one.there
        self.missing += one.missing
        self.sent_again += one.sent_again
        self.repaired += one.repaired
        self.changes.update(one.changes)
        self.fits.update(one.fits)
        unknown = one.fits[Fit.UNKNOWN]
        if unknown and (not self.first or len(self.unknown) < self.first):
            self.unknown[one.username] = unknown
            verb = "is" if unknown == 1 else "are"
            self.console.say(
                f"  {one.username}: {badges(unknown)} there {verb} not in this archive;"
                f" {_keeping(self.saved, one.username)}"
            )
        self.show(self.accounts)


_TOLD = {
    "arrived": "is there: noted",
    "gone": "is still deleted there",
    "deleted": "was there on {since}, and somebody has deleted it since",
    "new_id": "has another id there (deleted and added again): noted",
    "confirmed": "is no longer hidden: its address was confirmed",
    "hidden": "is hidden until its address is confirmed",
    "not_arrived": "never arrived: planned again",
}
_IN_ALL = {
    "same": "as the archive knew",
    "gone": "still deleted over there",
    "arrived": "found there",
    "deleted": "deleted over there since",
    "new_id": "with another id",
    "confirmed": "confirmed meanwhile",
    "hidden": "hidden meanwhile",
    "not_arrived": "that never arrived",
}
_OVER_THERE = {
    "known": "of this account in the archive",
    "copy": "second copies of them",
    "elsewhere": "in the archive, not moved from here",
    "unknown": "not in this archive",
}


def _told(one: Difference) -> str:
    from migrator.report.words import day, plain

    return f"{plain(one.title)} {_TOLD[one.change].format(since=day(one.since))}"


def _keeping(saved: SavedDestination, username: str) -> str:
    """Say how badges over there are taken into the archive."""
    from migrator.cli.live import live_source

    if live_source(saved.name) is None:
        return "archive an export of that backpack to keep them"
    return f"`badge-migrator archive {saved.name} --as {username}` keeps them"


def total_of(opened: Archive, saved: SavedDestination) -> DestinationTotal:
    """Return how the badges stand at a destination."""
    from migrator.archive.totals import totals

    return next(one for one in totals(opened).destinations if one.name == saved.name)


def say_going_on(console: Console, job: Reconciliation, since: str) -> None:
    """Say so, where accounts were compared before the last comparison was stopped."""
    if done := job.compared_since(since):
        accounts = "1 account was" if done == 1 else f"{done:,} accounts were"
        console.say(f"Going on: {accounts} compared since {since[:16]}.")


def say_end(
    console: Console,
    heard: Heard,
    visited: list[AccountPush],
    totals: tuple[DestinationTotal, DestinationTotal],
    *,
    dry_run: bool,
) -> None:
    """Say the sums; `totals` are how the badges stood before and stand now."""
    from dataclasses import asdict

    from migrator.report.words import badges, transfer_balance

    before, after = totals
    for change, listed in heard.listed.items():
        if heard.first and listed > heard.first and change != "unknown":
            console.say(f"  ... and {listed - heard.first:,} more {_IN_ALL[change]}.")
    for one in visited:
        if one.trouble:
            console.say(f"  {one.username}: {one.trouble}")
    of_accounts = f"{heard.accounts:,} account" + ("" if heard.accounts == 1 else "s")
    console.say(
        f"{badges(heard.known)} of {of_accounts} = {_sum(heard.changes, _IN_ALL)};"
        f" missing: {heard.known - heard.changes.total()}."
    )
    console.say(
        f"{badges(heard.there)} over there = {_sum(heard.fits, _OVER_THERE)};"
        f" missing: {heard.there - heard.fits.total()}."
    )
    if heard.sent_again:
        console.say(f"{badges(heard.sent_again)} put back on the plan.")
    console.result(
        "reconcile",
        {
            "destination": before.name,
            "dry_run": dry_run,
            "accounts": heard.accounts,
            "troubles": [
                {"account": one.username, "trouble": one.trouble, "later": one.later}
                for one in visited
                if one.trouble
            ],
            "known": heard.known,
            "changes": dict(heard.changes),
            "there": heard.there,
            "fits": dict(heard.fits),
            "differences": [asdict(one) for one in heard.differences],
            "listed": dict(heard.listed),
            "sent_again": heard.sent_again,
            "missing": heard.missing + after.missing,
            "before": _states(before),
            "after": _states(after),
        },
    )
    console.say(f"Before: {transfer_balance(before)}")
    console.last(f"Now:    {transfer_balance(after)}")


def _sum(counts: Counter[Change] | Counter[Fit], words: dict[str, str]) -> str:
    parts = [f"{counts[key]:,} {said}" for key, said in words.items() if counts[key]]  # type: ignore[index] # a StrEnum is its text
    return " + ".join(parts) or "0"


def _states(total: DestinationTotal) -> dict[str, int]:
    from migrator.report.words import shown

    found: Counter[str] = Counter()
    for one in total.states:
        found[shown(one.state, one.reason)] += one.badges
    return dict(found)


def exit_code(
    heard: Heard,
    visited: list[AccountPush],
    *,
    interrupted: bool,
    dry_run: bool,
    total: DestinationTotal,
) -> int:
    """Return the exit code: what is deleted over there is for a person to decide (3)."""
    from migrator.report.words import DELETED

    if interrupted:
        return 130
    if heard.missing or total.missing:
        return 1
    if not total.accounts or any(one.trouble and not one.later for one in visited):
        return 5
    if any(one.later for one in visited) or (dry_run and heard.repaired):
        return 4
    return 3 if _states(total).get(DELETED) else 0


def following(
    saved: SavedDestination, heard: Heard, total: DestinationTotal, code: int, *, dry_run: bool
) -> str:
    """Say what to do next, as the last line."""
    from migrator.report.words import DELETED, badges
    from migrator.transfer.there import Fit

    again = f"badge-migrator reconcile --to {saved.name}"
    login = f"badge-migrator login {saved.name} --as EMAIL"
    states = _states(total)
    deleted = states.get(DELETED, 0)
    verb, them = ("was", "it") if deleted == 1 else ("were", "them")
    gone = (
        f"{badges(deleted)} {verb} deleted over there. If that was meant, there is nothing to do."
        f" To move {them} again: {again} --send-again"
    )
    ways = (
        (not total.accounts, f"Nobody has signed in. Next: {login}"),
        (code == 5, f"Next: {login}, then {again}"),
        (code == 4 and dry_run, f"To write this down: {again}"),
        (code in (4, 130), f"To go on: {again}"),
        (states.get("planned"), f"Next: badge-migrator push --to {saved.name}"),
        (deleted, gone),
        (
            heard.fits[Fit.UNKNOWN],
            "The archive knows what it has moved; what else is there is listed above.",
        ),
        (heard.repaired, "The archive knows again what is there."),
        (True, "The archive knew what is there: nothing to do."),
    )
    return next(text for fits, text in ways if fits)

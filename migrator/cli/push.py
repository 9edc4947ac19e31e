"""`badge-migrator push`: send what is planned; stop and go on as often as you like."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.consent import Yes
from migrator.cli.console import Console
from migrator.cli.options import (
    DEFAULT_ARCHIVE,
    ArchiveFile,
    AsJson,
    IssuedAfter,
    IssuedBefore,
    OfBadgeClass,
    OfIssuer,
    OfLearner,
    OfSource,
    PublishCollections,
    To,
    Username,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.archive.selection import Selection
    from migrator.archive.totals import DestinationTotal
    from migrator.destinations.base import Destination, Session
    from migrator.transfer.campaign import AccountPush
    from migrator.transfer.push import Sent
    from migrator.transfer.repair import Added


def push(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    username: Username = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Send at most this many badges now.")
    ] = None,
    add_emails: Annotated[
        bool,
        typer.Option(
            "--add-emails",
            help="First add e-mail addresses that badges wait for to the account, after asking.",
        ),
    ] = False,
    publish_collections: PublishCollections = False,
    learner: OfLearner = None,
    issuer: OfIssuer = None,
    badge_class: OfBadgeClass = None,
    issued_after: IssuedAfter = None,
    issued_before: IssuedBefore = None,
    source: OfSource = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send what is planned, one durable step at a time.

    Ctrl-C stops after the badge under way; run the same command again to go on. A badge is never
    sent twice: the destination is looked at first.
    """
    from migrator.archive.archive import Archive
    from migrator.cli import emails
    from migrator.cli.destination import resolve
    from migrator.cli.selecting import select

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        selection = select(
            opened,
            learner=learner,
            issuer=issuer,
            badge_class=badge_class,
            issued_after=issued_after,
            issued_before=issued_before,
            source=source,
        )
        added: list[Added] = []
        if add_emails:
            added = emails.add_emails(
                opened, destination, saved, console, username=username, yes=yes
            )
        code = send(
            opened,
            destination,
            saved,
            console,
            username=username,
            limit=limit,
            publish=publish_collections,
            added=added,
            selection=selection,
        )
    if code:
        raise typer.Exit(code)


def send(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    username: str | None,
    limit: int | None,
    publish: bool,
    added: Sequence[Added] = (),
    selection: Selection | None = None,
) -> int:
    """Push with progress, say what came of it, and return the exit code.

    `added` are the addresses that were added to accounts before; without a `selection` everything
    that is planned is sent.
    """
    from migrator.archive import ledger, totals
    from migrator.archive import selection as selections
    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import Campaign
    from migrator.transfer.push import Limits

    done = 0
    chosen = selection or selections.EVERYTHING
    due = ledger.count_due_all(opened, saved.id, chosen)
    with stoppable("the badge under way") as stop, progress("Sending", due) as show:

        def watch(sent: Sent) -> None:
            nonlocal done
            done += 1
            show(done)
            _say_sent(console, sent)

        campaign = Campaign(
            opened,
            saved,
            destination,
            Keychain(),
            _wrapping(destination, stop),
            Limits(limit, stop, chosen),
            publish,
        )
        pushed = campaign.push(username, watch)
        interrupted = stop()
    total = next(one for one in totals.totals(opened).destinations if one.name == saved.name)
    meant = total
    if not chosen.everything:
        meant = selections.total(opened, saved.id, saved.name, chosen)
    _say_end(console, saved, pushed, total, meant, interrupted=interrupted, added=added)
    return _exit_code(pushed, meant, interrupted=interrupted)


def _wrapping(destination: Destination, stop: Callable[[], bool]) -> Callable[[Session], Session]:
    from migrator.destinations.wrappers import RateLimited, Retrying
    from migrator.net import RateLimiter

    # One for all accounts: the pace is the destination's, not a learner's.
    limiter = RateLimiter(destination.capabilities.requests_per_minute)
    return lambda session: Retrying(RateLimited(session, limiter), stop=stop)


def _say_sent(console: Console, sent: Sent) -> None:
    from migrator.reasons import REASONS
    from migrator.report.words import STATE_WORDS, plain

    why = f": {REASONS[sent.reason].sentence}" if sent.reason in REASONS else ""
    console.say(f"  {plain(sent.title)}: {STATE_WORDS[sent.state]}{why}")


def _say_end(
    console: Console,
    saved: SavedDestination,
    pushed: list[AccountPush],
    total: DestinationTotal,
    meant: DestinationTotal,
    *,
    interrupted: bool,
    added: Sequence[Added],
) -> None:
    """Say it: `total` is of all badges, `meant` of those selected (the same where all are)."""
    from dataclasses import asdict

    from migrator.cli import selecting
    from migrator.cli.emails import following
    from migrator.report.words import badges, plain, transfer_balance

    for one in pushed:
        for made in one.collections:
            if made.trouble:
                console.say(f"  Collection {plain(made.name)}: {plain(made.trouble)}")
                continue
            word = "made" if made.new else "brought up to date"
            left = f" ({badges(made.missing)} of it not there)" if made.missing else ""
            console.say(f"  Collection {plain(made.name)}: {word}, {badges(made.badges)}{left}")
        if one.trouble:
            console.say(f"  {one.username}: {one.trouble}")
    console.result(
        "push",
        {
            "destination": saved.name,
            "interrupted": interrupted,
            "accounts": [asdict(one) for one in pushed],
            "addresses": [asdict(one) for one in added],
            "states": dict(_states(total)),
            "missing": total.missing,
            **({"selected": selecting.selected_facts(meant, total)} if meant is not total else {}),
        },
    )
    if meant is not total:
        console.say(selecting.selected_line(meant, total))
    console.last(transfer_balance(total))
    console.last(following(list(added), saved) or _next(saved, meant, interrupted=interrupted))


def _states(total: DestinationTotal) -> Counter[str]:
    states: Counter[str] = Counter()
    for one in total.states:
        states[one.state] += one.badges
    return states


def _next(saved: SavedDestination, total: DestinationTotal, *, interrupted: bool) -> str:
    states = _states(total)
    if not total.accounts:
        return f"Nobody has signed in. Next: badge-migrator login {saved.name} --as EMAIL"
    if total.not_planned:
        return f"Next: badge-migrator plan --to {saved.name}"
    left = states["planned"] + states["waiting"] + states["sending"]
    if interrupted or left:
        return f"To go on: badge-migrator push --to {saved.name}"
    if states["refused"] + states["held"]:
        return "Next: badge-migrator status EMAIL tells each person what is left to do."
    return "Next: badge-migrator status"


def _exit_code(pushed: list[AccountPush], total: DestinationTotal, *, interrupted: bool) -> int:
    states = _states(total)
    if interrupted:
        return 130
    if total.missing:
        return 1
    if not total.accounts or any(
        (one.trouble and not one.later) or one.tally.stopped in _SIGN_IN for one in pushed
    ):
        return 5
    later = total.not_planned or any(one.later for one in pushed)
    if later or states["planned"] + states["waiting"] + states["sending"]:
        return 4
    return 3 if states["refused"] + states["held"] else 0


_SIGN_IN = ("sign_in_failed", "account_unverified")

"""`badge-migrator push`: send what is planned; stop and go on as often as you like."""

from __future__ import annotations

from dataclasses import dataclass
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
    PasswordCommand,
    PublishCollections,
    To,
    Username,
)
from migrator.cli.shard import OfShard, SideBySide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.archive.selection import Selection
    from migrator.archive.shard import Shard
    from migrator.destinations.base import Destination
    from migrator.secrets import Keychain
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
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            min=1,
            max=32,
            help="Accounts pushed at the same time; without it as many as the destination likes.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TIME", help="Send nothing new after this time, such as 18:00."
        ),
    ] = None,
    max_failures: Annotated[
        int | None,
        typer.Option(
            "--max-failures",
            min=1,
            help="Stop after so many refused badges and failed sign-ins.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Sign in and look, but send nothing."),
    ] = False,
    learner: OfLearner = None,
    issuer: OfIssuer = None,
    badge_class: OfBadgeClass = None,
    issued_after: IssuedAfter = None,
    issued_before: IssuedBefore = None,
    source: OfSource = None,
    shard: OfShard = None,
    side_by_side: SideBySide = 1,
    password_command: PasswordCommand = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send what is planned, one durable step at a time.

    Ctrl-C stops after the badges under way; run the same command again to go on. A badge is never
    sent twice: the destination is looked at first.
    """
    from migrator.archive.archive import Archive
    from migrator.cli import emails
    from migrator.cli.destination import resolve
    from migrator.cli.moment import moment
    from migrator.cli.selecting import select
    from migrator.cli.shard import named

    console = Console(as_json)
    part = named(shard, username)
    last_moment = moment(until) if until else None
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
            publish=publish_collections,
            added=added,
            bounds=Bounds(
                *(limit, selection, max_failures, last_moment, threads, dry_run, password_command),
                *(part, side_by_side),
            ),
        )
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a person says of one push: how far, what of it (None: all), how fast, for real or not.

    `until` is ISO 8601 UTC; without `threads` the destination's own number is taken. `shard` is
    the part of all (None: all), `side_by_side` how many pushes share the destination's pace.
    """

    badges: int | None = None
    selection: Selection | None = None
    failures: int | None = None
    until: str | None = None
    threads: int | None = None
    dry_run: bool = False
    password_command: str | None = None
    shard: Shard | None = None
    side_by_side: int = 1


def send(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    username: str | None,
    publish: bool,
    added: Sequence[Added] = (),
    bounds: Bounds | None = None,
    keys: Keychain | None = None,
) -> int:
    """Push with progress, say what came of it, and return the exit code.

    `added` are the addresses that were added to accounts before, `keys` those of a sign-in before.
    """
    from migrator.archive import ledger, totals
    from migrator.archive import selection as selections
    from migrator.archive import shard as shards
    from migrator.cli.progress import progress
    from migrator.cli.pushed import Said, exit_code, say_end
    from migrator.cli.stop import stoppable
    from migrator.destinations.manners import Manners
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import Campaign
    from migrator.transfer.push import Limits
    from migrator.transfer.shard import share

    bounds = bounds or Bounds()
    chosen = bounds.selection or selections.EVERYTHING
    shard = bounds.shard or shards.WHOLE
    if shard.whole:
        due = ledger.count_due_all(opened, saved.id, chosen)
    else:
        due = shards.count_due(opened, saved.id, shard, chosen)
    capabilities = share(destination.capabilities, bounds.side_by_side)
    threads = bounds.threads or capabilities.at_once
    under_way = "the badge under way" if threads == 1 else "the badges under way"
    with stoppable(under_way) as stop, progress("Sending", due) as show:
        said = Said(console, show, every=due <= _FEW)
        campaign = Campaign(
            opened,
            saved,
            destination,
            keys or Keychain(bounds.password_command),
            Manners(capabilities, stop=_or_late(stop, bounds.until)),
            Limits(bounds.badges, stop, chosen, bounds.failures, bounds.until),
            publish,
            threads,
            bounds.dry_run,
            shard,
        )
        pushed = campaign.push(username, said.watch)
        interrupted = stop()
    total = next(one for one in totals.totals(opened).destinations if one.name == saved.name)
    meant = total
    if not shard.whole:
        meant = shards.total(opened, saved.id, saved.name, shard, chosen)
    elif not chosen.everything:
        meant = selections.total(opened, saved.id, saved.name, chosen)
    if bounds.dry_run:
        console.say(f"Dry run: {said.would_be_sent} would be sent, and nothing was.")
    say_end(
        *(console, saved, pushed, total, meant, shard),
        interrupted=interrupted,
        added=added,
    )
    return exit_code(pushed, meant, interrupted=interrupted)


def _or_late(stop: Callable[[], bool], until: str | None) -> Callable[[], bool]:
    """Say whether to stop, also because it is too late."""
    from migrator.archive.archive import utc_now

    return stop if until is None else lambda: stop() or utc_now() >= until


_FEW = 200
"""Up to so many badges, each gets its line."""

"""`badge-migrator reconcile`: compare the archive with what the accounts hold over there."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import (
    DEFAULT_ARCHIVE,
    ArchiveFile,
    AsJson,
    OfLearner,
    PasswordCommand,
    To,
    Username,
)


def reconcile(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    username: Username = None,
    learner: OfLearner = None,
    send_again: Annotated[
        bool,
        typer.Option(
            "--send-again", help="Put badges that were deleted over there back on the plan."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Compare and say it, but write nothing down.")
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            min=1,
            max=32,
            help="Accounts asked at the same time; without it as many as the destination likes.",
        ),
    ] = None,
    first: Annotated[
        int, typer.Option("--first", metavar="N", min=0, help="List the first N of each; 0: all.")
    ] = 20,
    password_command: PasswordCommand = None,
    as_json: AsJson = False,
) -> None:
    """Compare what the archive knows with what each account holds over there, and put it right.

    Only the archive is changed, never the backpack. A badge that somebody has deleted over there is
    listed, and sent again only when you say so. Ctrl-C stops after the accounts under way; run the
    same command again to go on.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.cli.progress import progress
    from migrator.cli.reconciled import (
        Heard,
        exit_code,
        following,
        say_end,
        say_going_on,
        total_of,
    )
    from migrator.cli.selecting import select
    from migrator.cli.stop import stoppable
    from migrator.destinations.manners import Manners
    from migrator.secrets import Keychain
    from migrator.transfer.comparison import Watcher
    from migrator.transfer.reconcile import Reconciliation

    console = Console(as_json)
    Archive.read(archive_file).close()  # none is made where there is none
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        learners = select(opened, learner=learner).learners if learner else None
        before = total_of(opened, saved)
        with stoppable("the accounts under way") as stop:
            job = Reconciliation(
                *(opened, saved, destination, Keychain(password_command)),
                Manners(destination.capabilities, stop=stop),
                *(stop, learners, threads or destination.capabilities.at_once),
                dry_run=dry_run,
                send_again=send_again,
            )
            since = job.since
            say_going_on(console, job, since)
            accounts = 1 if username else job.count(since)
            with progress("Comparing", accounts, "accounts") as show:
                heard = Heard(console, saved, show, first)
                watcher = Watcher(heard.difference, heard.account)
                visited = job.run(username, since, watcher)
            interrupted = stop()
        after = total_of(opened, saved)
    code = exit_code(heard, visited, interrupted=interrupted, dry_run=dry_run, total=after)
    say_end(console, heard, visited, (before, after), dry_run=dry_run)
    console.last(following(saved, heard, after, code, dry_run=dry_run))
    if code:
        raise typer.Exit(code)

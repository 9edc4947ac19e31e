"""`badge-migrator accounts`: a cohort's accounts at a destination, from an admin's own file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, PasswordCommand, To

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.cli.cohort import Keeping
    from migrator.transfer.accountfile import AccountFile
    from migrator.transfer.cohort import Checked, Imported

accounts = typer.Typer(
    help="For admins: the accounts of a cohort, matched with the learners of the archive.",
    no_args_is_help=True,
)
First = Annotated[
    int, typer.Option("--first", metavar="N", min=0, help="Show the first N of each; 0: all.")
]
Mask = Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")]


@accounts.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table (CSV): addresses and their account.")
    ],
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Say which column is which: column.email=NAME, column.account=NAME.",
        ),
    ] = None,
    join_learners: Annotated[
        bool,
        typer.Option(
            "--join-learners",
            help="Addresses of one account are one person's: make one learner of them.",
        ),
    ] = False,
    allow_secrets: Annotated[
        bool,
        typer.Option(
            "--allow-secrets-in-file",
            help="Take passwords from the file into the system keyring, never into the archive.",
        ),
    ] = False,
    mask: Mask = False,
    as_json: AsJson = False,
) -> None:
    """Take over which e-mail addresses belong into which account; nothing is sent.

    Import a corrected file as often as you like: nothing is added twice, and what has changed is
    brought up to date and named. Lines that cannot be used are named, and the others are kept.
    """
    from migrator.archive.archive import Archive
    from migrator.cli import cohort, cohort_facts
    from migrator.cli.destination import resolve
    from migrator.report.words import masked

    console = Console(as_json, masked if mask else None)
    with cohort.opened_file(file, settings or [], secrets=allow_secrets) as lines:
        Archive.read(archive_file).close()  # none is made where there is none
        with Archive.open(archive_file) as opened:
            _, saved = resolve(opened, to)
            keeping = cohort.Keeping(saved.name, console)
            imported = _imported(opened, saved, lines, keeping)
            joined = _joined(opened, saved) if join_learners else 0
            matching = cohort.matched(opened, saved)
    cohort.say_imported(console, imported, joined, lines)
    keeping.say_end(asked=allow_secrets)
    cohort.say_matching(console, matching)
    console.result(
        "accounts_import", cohort_facts.import_facts(saved, imported, joined, keeping, matching)
    )
    cohort.check_books(imported, matching)
    console.last(f"Next: badge-migrator accounts list --to {saved.name}")
    if imported.bad or lines.damage:
        raise typer.Exit(3)


@accounts.command("list")
def list_(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    first: First = 20,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print all of it as a table for a spreadsheet.")
    ] = False,
    mask: Mask = False,
    as_json: AsJson = False,
) -> None:
    """Show how accounts and learners fit together, before anything is sent.

    Accounts that need a decision come first, then learners without an account; each with the next
    step.
    """
    from migrator.archive import matching as store
    from migrator.archive.archive import Archive
    from migrator.cli import cohort, cohort_facts
    from migrator.report.words import masked

    console = Console(as_json, masked if mask else None)
    with Archive.read(archive_file) as opened:
        saved = cohort.known_destination(opened, to)
        matching = store.match(opened, saved.id)
        if as_csv:
            cohort.print_table(opened, saved, change=masked if mask else None)
            return
        limit = first or None
        cohort.say_lists(console, opened, saved, limit)
        cohort.say_matching(console, matching)
        console.result("accounts", cohort_facts.list_facts(opened, saved, matching, limit))
    cohort.check_books(None, matching)
    console.last(cohort.next_step(saved, matching))


@accounts.command()
def check(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    password_command: PasswordCommand = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Try accounts again whose password was refused before."),
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Only accounts that have not signed in yet.")
    ] = False,
    first: First = 20,
    mask: Mask = False,
    as_json: AsJson = False,
) -> None:
    """Sign in to each account once, at the destination's pace, and note the addresses it has.

    A wrong password is never tried twice: each failure doubles the time the backpack shuts an
    account out, up to an hour.
    """
    from migrator.archive import accounts as store
    from migrator.archive.archive import Archive
    from migrator.cli import cohort, cohort_facts
    from migrator.cli.destination import resolve
    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable
    from migrator.destinations.manners import Manners
    from migrator.report.words import masked
    from migrator.secrets import Keychain
    from migrator.transfer.cohort import Check, match_anew

    console = Console(as_json, masked if mask else None)
    Archive.read(archive_file).close()  # none is made where there is none
    ended: list[Checked] = []
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        known = [one for one in store.accounts(opened, saved.id) if not (new and one.signed_in)]
        with (
            stoppable("the sign-in under way") as stop,
            progress("Signing in", len(known), "accounts") as show,
        ):
            manners = Manners(destination.capabilities, stop=stop)
            keys = Keychain(password_command)
            work = Check(opened, saved, destination, keys, manners.sign_in, stop, again)
            for one in work.run(known):
                ended.append(one)
                show(len(ended))
            interrupted = stop()
        match_anew(opened, saved)
        matching = cohort.matched(opened, saved)
    cohort.say_checked(console, ended, first or None)
    console.result("accounts_check", cohort_facts.check_facts(saved, ended, matching))
    cohort.check_books(None, matching)
    code, following = cohort.after_check(saved, ended, matching, interrupted=interrupted)
    console.last(following)
    if code:
        raise typer.Exit(code)


def _imported(
    opened: Archive, saved: SavedDestination, lines: AccountFile, keeping: Keeping
) -> Imported:
    from migrator.cli.progress import progress
    from migrator.transfer.cohort import import_accounts

    with progress("Reading", None, "lines") as show:
        return import_accounts(opened, saved, lines, keeping.watch, show)


def _joined(opened: Archive, saved: SavedDestination) -> int:
    from migrator.transfer.cohort import join_learners

    joined = join_learners(opened, saved)
    if joined:
        complain(f"Made one learner each for {joined:,} accounts that had several.")
    return joined

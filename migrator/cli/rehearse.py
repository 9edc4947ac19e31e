"""`badge-migrator rehearse serve`: a backpack on this computer to try a migration against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import AsJson

if TYPE_CHECKING:
    from migrator.rehearsal.server import Description, Rehearsal, RehearsalOptions
    from migrator.rehearsal.state import AccountOptions

PASSWORD = "rehearsal"  # noqa: S105 - opens nothing but a server that lives on this computer

rehearse = typer.Typer(
    help="Rehearse a migration against a backpack on this computer.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rehearse.callback()
def about() -> None:
    """Rehearse a migration against a backpack on this computer."""


@rehearse.command()
def serve(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Documents of the issuers: FOLDER/host/path, or web.json."),
    ] = None,
    archive_file: Annotated[
        Path | None,
        typer.Option("--from-archive", help="Serve the issuers' documents kept in this archive."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            "--account",
            metavar="EMAIL[,EMAIL...]",
            help="An account and its addresses; ? before an address means not confirmed yet.",
        ),
    ] = None,
    dead: Annotated[
        list[str] | None, typer.Option("--dead", metavar="HOST", help="A host that is gone.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the backpack; 0 means any free one.")] = 8400,
    web_port: Annotated[int, typer.Option(help="Port of the web of issuers; 0: any.")] = 8401,
    slow: Annotated[float, typer.Option(help="Seconds each import takes longer.")] = 0.0,
    fail: Annotated[float, typer.Option(help="Percent of imports that fail.")] = 0.0,
    limit: Annotated[int, typer.Option(help="Imports a minute before it says 429.")] = 0,
    lose: Annotated[
        float, typer.Option(help="Percent of imports that work but whose answer is lost.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Which imports go wrong.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Start the rehearsal backpack and its web of issuers; Ctrl-C stops both.

    Accounts have the password `rehearsal`. Nothing leaves this computer.
    """
    from contextlib import ExitStack

    from migrator.archive.archive import Archive
    from migrator.archive.shelf import ServedArchive
    from migrator.rehearsal.faults import Faults
    from migrator.rehearsal.server import RehearsalOptions

    with ExitStack() as stack:
        documents = None
        if archive_file is not None:
            documents = ServedArchive(stack.enter_context(Archive.read(archive_file)))
        options = RehearsalOptions(
            accounts=_accounts(account or []),
            port=port,
            web_port=web_port,
            folder=folder,
            documents=documents,
            dead=tuple(dead or ()),
            faults=Faults(slow=slow, fail=fail, limit=limit, lose=lose, seed=seed),
        )
        rehearsal = stack.enter_context(_started(options))
        _announce(Console(as_json), rehearsal.describe())
        _wait()


def _started(options: RehearsalOptions) -> Rehearsal:
    from migrator import errors
    from migrator.rehearsal.server import serve as start

    try:
        return start(options)
    except OSError as error:
        raise errors.Usage(
            f"The rehearsal cannot listen on 127.0.0.1 ({error}).",
            "Another one may be running; choose other ports with --port and --web-port.",
        ) from error


def _accounts(texts: list[str]) -> tuple[AccountOptions, ...]:
    from migrator.rehearsal.state import AccountOptions

    accounts = []
    for text in texts:
        addresses = [one.strip() for one in text.split(",") if one.strip()]
        accounts.append(
            AccountOptions(
                emails=tuple(one.removeprefix("?") for one in addresses),
                password=PASSWORD,
                unverified=tuple(one[1:] for one in addresses if one.startswith("?")),
            )
        )
    return tuple(accounts)


def _announce(console: Console, description: Description) -> None:
    console.say(f"The rehearsal backpack is at {description.url}")
    console.say(f"The web of issuers is at   {description.web_url}")
    for email in description.emails:
        console.say(f"  account {email}, password {PASSWORD}")
    for host in description.dead:
        console.say(f"  dead host {host}")
    console.say(
        f"Try: badge-migrator login badgr:{description.url} --as"
        f" {description.emails[0] if description.emails else 'EMAIL'}"
    )
    console.say(
        f"     badge-migrator plan --to badgr:{description.url} --via {description.web_url}"
    )
    console.say("What arrived is shown at /__rehearsal__/. Ctrl-C stops.")
    console.result(
        "rehearsal",
        {
            "url": description.url,
            "web_url": description.web_url,
            "accounts": list(description.emails),
            "dead": list(description.dead),
        },
    )


def _wait() -> None:
    import sys
    import threading

    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nThe rehearsal is over; what arrived in it is gone.", file=sys.stderr)

"""`badge-migrator migrate`: the whole journey in one command."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import (
    DEFAULT_ARCHIVE,
    ArchiveFile,
    AsJson,
    CheckWeb,
    Map,
    PublishCollections,
    Set,
    Sources,
    To,
    Username,
    Via,
)


def migrate(
    sources: Sources,
    to: To,
    username: Username = None,
    source_username: Annotated[
        str | None,
        typer.Option(
            "--source-as",
            metavar="EMAIL",
            help="The account at a live source, where it is another one than --as.",
        ),
    ] = None,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    check: CheckWeb = False,
    via: Via = None,
    publish_collections: PublishCollections = False,
    settings: Set = None,
    settings_file: Map = None,
    as_json: AsJson = False,
) -> None:
    """Archive, sign in, plan and push in one go; run it again to go on after any stop.

    Every step is one of the other commands and can be taken alone. A source may be a backpack too
    (badgr:us): its password is BADGE_MIGRATOR_SOURCE_PASSWORD, or asked for at the terminal.
    """
    from migrator.archive import accounts
    from migrator.archive.archive import Archive
    from migrator.cli.archive import chosen_settings
    from migrator.cli.destination import resolve
    from migrator.cli.login import say_signed_in, sign_in
    from migrator.cli.plan import WebAsked, make_plan
    from migrator.cli.push import send
    from migrator.cli.reading import Wanted, check_sources, read_all
    from migrator.secrets import Keychain

    console = Console(as_json)
    chosen = chosen_settings(settings, settings_file)
    keys = Keychain()
    holder = source_username or username
    wanted = Wanted(tuple(sources), None, holder, chosen, alone=False)
    for source in sources:
        _check_apart(source, to, same=holder == username)
    if not archive_file.exists():
        check_sources(wanted)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        read = read_all(opened, wanted, console)
        if username is not None or not accounts.accounts(opened, saved.id):
            name = username or typer.prompt(f"Your e-mail address at {saved.url}")
            say_signed_in(
                console, saved, sign_in(opened, destination, saved, name, console, keys=keys)
            )
        make_plan(
            opened,
            destination,
            saved,
            console,
            web=WebAsked(check=check or via is not None, via=via),
        )
        code = send(
            opened,
            destination,
            saved,
            console,
            username=username,
            publish=publish_collections,
            keys=keys,
        )
    if code == 0 and not read.complete:
        code = 3
    if code:
        raise typer.Exit(code)


def _check_apart(source: str, to: str, *, same: bool) -> None:
    """Raise Usage where badges would be moved from an account to itself."""
    from migrator.cli.live import live_source
    from migrator.destinations import registry

    live = live_source(source)
    if live is None or not same or ":" not in to:
        return
    url = registry.resolve(to).url
    if live[1].rstrip("/") == url:
        raise errors.Usage(
            f"{url} is the source and the destination, with the same account.",
            "Name another backpack with --to, or another account with --source-as.",
        )

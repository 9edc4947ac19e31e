"""`badge-migrator migrate`: the whole journey in one command."""

from __future__ import annotations

import typer

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
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    check: CheckWeb = False,
    via: Via = None,
    publish_collections: PublishCollections = False,
    settings: Set = None,
    settings_file: Map = None,
    as_json: AsJson = False,
) -> None:
    """Archive, sign in, plan and push in one go; run it again to go on after any stop.

    Every step is one of the other commands and can be taken alone.
    """
    from migrator.archive import accounts
    from migrator.archive.archive import Archive
    from migrator.cli.archive import chosen_settings, read_one
    from migrator.cli.destination import resolve
    from migrator.cli.login import say_signed_in, sign_in
    from migrator.cli.plan import WebAsked, make_plan
    from migrator.cli.push import send

    console = Console(as_json)
    chosen = chosen_settings(settings, settings_file)
    with Archive.open(archive_file) as opened:
        reads = [
            read
            for source in sources
            for read in read_one(opened, source, None, console, username, chosen)
        ]
        destination, saved = resolve(opened, to)
        if username is not None or not accounts.accounts(opened, saved.id):
            name = username or typer.prompt(f"Your e-mail address at {saved.url}")
            say_signed_in(console, saved, sign_in(opened, destination, saved, name, console))
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
        )
    if code == 0 and any(read.counts.problems for read in reads):
        code = 3
    if code:
        raise typer.Exit(code)

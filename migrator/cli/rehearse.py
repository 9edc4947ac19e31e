"""`badge-migrator rehearse`: a backpack, or a restored site, on this computer, to try things."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import AsJson

if TYPE_CHECKING:
    from migrator.rehearsal.server import Description, Rehearsal, RehearsalOptions
    from migrator.rehearsal.site import RestoredSite
    from migrator.rehearsal.state import AccountOptions

PASSWORD = "rehearsal"  # noqa: S105 - opens nothing but a server that lives on this computer
CLIENT_ID = "rehearsal"
REDIRECT = "https://school.example.org/badges"
"""How this program is known at the rehearsal, for a sign-in in the browser."""

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
    web_port: Annotated[
        int | None,
        typer.Option(help="Port of the web of issuers; 0: any; without it the one after --port."),
    ] = None,
    via: Annotated[
        str | None,
        typer.Option(
            "--via",
            metavar="URL",
            help="Fetch badges from this local address instead (such as `rehearse site`).",
        ),
    ] = None,
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
    from migrator.rehearsal.tokens import PUBLIC, Application

    program = Application(CLIENT_ID, "badge-migrator", PUBLIC.scopes, redirect_uris=(REDIRECT,))
    with ExitStack() as stack:
        documents = None
        if archive_file is not None:
            documents = ServedArchive(stack.enter_context(Archive.read(archive_file)))
        options = RehearsalOptions(
            accounts=_accounts(account or []),
            applications=(PUBLIC, program),
            port=port,
            web_port=web_port if web_port is not None else port and port + 1,
            folder=folder,
            documents=documents,
            dead=tuple(dead or ()),
            faults=Faults(slow=slow, fail=fail, limit=limit, lose=lose, seed=seed),
        )
        rehearsal = stack.enter_context(_started(options, via))
        _announce(Console(as_json), rehearsal.describe(), via)
        _wait()


@rehearse.command()
def site(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="What `export restore-site` has written: a folder or a ZIP."
        ),
    ],
    port: Annotated[int, typer.Option(help="Its port; 0 means any free one.")] = 8402,
    archive_file: Annotated[
        Path | None,
        typer.Option(
            "--from-archive", help="Play all other hosts from this archive; else they are dead."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve a restored site under the names of its hosts, on this computer; Ctrl-C stops it.

    So it can be tried before anybody puts it up. Nothing leaves this computer.
    """
    from contextlib import ExitStack

    from migrator import errors
    from migrator.archive.archive import Archive
    from migrator.archive.shelf import ServedArchive
    from migrator.rehearsal.site import RestoredSite, SiteServer

    with ExitStack() as stack:
        others = None
        if archive_file is not None:
            others = ServedArchive(stack.enter_context(Archive.read(archive_file)))
        restored = RestoredSite(folder)
        try:
            server = stack.enter_context(SiteServer(restored, port, others))
        except OSError as error:
            raise errors.Usage(
                f"The site cannot be served on 127.0.0.1 ({error}).",
                "Another one may be running; choose another port with --port.",
            ) from error
        _announce_site(Console(as_json), restored, server.url)
        _wait("The site is no longer served.")


def _announce_site(console: Console, restored: RestoredSite, url: str) -> None:
    from migrator.report.words import number, plain

    changed = restored.changed()
    console.say(f"{number(restored.files)} addresses are served at {url}, by name, of:")
    console.lines(f"  {plain(host)}" for host in restored.hosts)
    for name in changed[:20]:
        console.say(f"  {plain(name)} is not what the manifest says, or is not there.")
    if len(changed) > 20:
        console.say(f"  ... and {len(changed) - 20:,} more.")
    console.say(f"Try: badge-migrator rehearse serve --via {url} --account EMAIL")
    console.say(f"     badge-migrator plan --to badgr:http://127.0.0.1:8400 --check --via {url}")
    if (one := restored.example) is not None:
        target = f"{url}{one.path}{'?' if one.query else ''}{one.query}".replace("'", "%27")
        console.say(f"     curl -i -H 'Host: {one.host}' '{target}'")
    console.say("Ctrl-C stops it.")
    console.result(
        "site",
        {
            "url": url,
            "hosts": list(restored.hosts),
            "addresses": restored.files,
            "changed": changed,
        },
    )


def _started(options: RehearsalOptions, via: str | None) -> Rehearsal:
    from migrator import errors
    from migrator.rehearsal.server import over_http
    from migrator.rehearsal.server import serve as start

    try:
        return start(options, fetching=None if via is None else lambda _own: over_http(via))
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


def _announce(console: Console, description: Description, via: str | None) -> None:
    web_url = via or description.web_url
    console.say(f"The rehearsal backpack is at {description.url}")
    console.say(f"The web of issuers is at   {web_url}")
    for email in description.emails:
        console.say(f"  account {email}, password {PASSWORD}")
    for host in description.dead:
        console.say(f"  dead host {host}")
    console.say(
        f"Try: badge-migrator login badgr:{description.url} --as"
        f" {description.emails[0] if description.emails else 'EMAIL'}"
    )
    console.say(f"     badge-migrator plan --to badgr:{description.url} --via {web_url}")
    console.say(
        f"It also speaks Badge Connect and Open Badges 3.0: badge-connect:{description.url},"
        f" open-badges-3:{description.url}"
    )
    console.say("What arrived is shown at /__rehearsal__/. Ctrl-C stops.")
    console.result(
        "rehearsal",
        {
            "url": description.url,
            "web_url": web_url,
            "accounts": list(description.emails),
            "dead": list(description.dead),
        },
    )


def _wait(farewell: str = "The rehearsal is over; what arrived in it is gone.") -> None:
    import sys
    import threading

    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print(f"\n{farewell}", file=sys.stderr)

"""`badge-migrator login`: sign an account in and keep its tokens in the system keyring."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import SignedIn


def login(
    destination: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="The backpack, such as badgr:eu.")
    ],
    username: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The account's e-mail.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser",
            help="Sign in in the browser: for accounts without a password (single sign-on).",
        ),
    ] = False,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id",
            metavar="ID",
            help="How the backpack knows this program, where its operator has registered it; a"
            " secret is taken from BADGE_MIGRATOR_CLIENT_SECRET.",
        ),
    ] = None,
    redirect: Annotated[
        str | None,
        typer.Option(
            "--redirect", metavar="URL", help="The address that was registered for --client-id."
        ),
    ] = None,
    find_region: Annotated[
        bool,
        typer.Option(
            "--find-region",
            help="Try the password once in each region of the service, until one knows it.",
        ),
    ] = False,
    issuer: Annotated[
        bool,
        typer.Option("--issuer", help="Sign in to award badges (`reaward`), not to a backpack."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sign in at a destination and tie the account to the learner in the archive.

    The password is asked for, or taken from BADGE_MIGRATOR_PASSWORD; it is never written down.
    Without one, sign in in the browser and paste the address at which it ends.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve

    console = Console(as_json)
    program = Program(browser or client_id is not None, client_id, redirect)
    _check(program, find_region=find_region, issuer=issuer)
    with Archive.open(archive_file) as opened:
        if find_region:
            where, saved, signed_in = _found(opened, destination, username, console)
        else:
            where, saved = resolve(opened, destination)
            if issuer:
                _to_award(where, saved, username, console, program)
                return
            signed_in = sign_in(opened, where, saved, username, console, program)
    say_signed_in(console, saved, signed_in, where)
    console.result(
        "login",
        {
            "destination": saved.name,
            "account": signed_in.account,
            "badges_there": signed_in.badges_there,
        },
    )
    console.last(f"Next: badge-migrator plan --to {saved.name}")


@dataclass(frozen=True, slots=True)
class Program:
    """What was said of a sign-in in the browser: whether, and how this program is known there."""

    browser: bool = False
    client_id: str | None = None
    redirect: str | None = None


def sign_in(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    username: str,
    console: Console,
    program: Program | None = None,
    *,
    keys: Keychain | None = None,
) -> SignedIn:
    """Sign in: with the password of the environment or the terminal, or in the browser.

    In the browser where that was asked for, and where there is no other way in. Without a `program`
    an earlier sign-in in the browser is used as long as it works. `keys` know the tokens
    afterwards, also where there is no keyring.
    """
    from migrator.cli.browser import Sitting
    from migrator.destinations.base import Credentials, Entrance
    from migrator.destinations.oauth import in_browser
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import login as enter

    keys = keys or Keychain()
    entrances = destination.capabilities.entrances
    if program is None:
        kept = keys.credentials(saved.name, username)
        if kept is not None and kept.client_id is not None:
            with suppress(errors.SignInFailed):
                return enter(opened, destination, keys, kept)
    program = program or Program()
    if program.browser or entrances == {Entrance.BROWSER}:
        sitting = Sitting(saved.name, keys, console, program.client_id, program.redirect)
        credentials = sitting.sign_in(in_browser(destination), username)
    elif Entrance.PASSWORD in entrances:
        credentials = Credentials(username, password=_password(keys, saved, username))
    else:
        credentials = Credentials(username)
    return enter(opened, destination, keys, credentials)


def _check(program: Program, *, find_region: bool, issuer: bool) -> None:
    """Raise Usage for options that do not go together."""
    if find_region and (program.browser or issuer):
        other = "--browser" if program.browser else "--issuer"
        raise errors.Usage(
            f"--find-region and {other} do not go together.",
            "Find the region with the password first, or see it in the browser (docs/login.md).",
        )
    if program.redirect is not None and not program.browser:
        raise errors.Usage(
            "--redirect is for a sign-in in the browser.", "Give --client-id or --browser with it."
        )


def _found(
    opened: Archive, destination: str, username: str, console: Console
) -> tuple[Destination, SavedDestination, SignedIn]:
    """Sign in in the region in which the account lives."""
    from migrator.archive import accounts
    from migrator.cli.destination import resolve
    from migrator.cli.region import find, regions_of
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import login as enter

    keys = Keychain()
    regions = regions_of(destination)
    here = accounts.SavedDestination(0, regions[0].kind, regions[0].url)
    name, credentials = find(regions, username, _password(keys, here, username), console)
    where, saved = resolve(opened, name)
    keys.save(saved.name, credentials)
    return where, saved, enter(opened, where, keys, credentials)


def _password(keys: Keychain, saved: SavedDestination, username: str) -> str:
    import sys

    from migrator.cli.question import ask

    password = keys.password(username, saved.name)
    if password is not None:
        return password
    if not sys.stdin.isatty():
        raise errors.SignInFailed(
            f"No password is known for {username} at {saved.name}.",
            "Set BADGE_MIGRATOR_PASSWORD, or run `login` at a terminal.",
        )
    return ask(f"Password of {username} at {saved.url}", hidden=True)


def _to_award(
    destination: Destination,
    saved: SavedDestination,
    username: str,
    console: Console,
    program: Program,
) -> None:
    """Sign in to award; no account of a learner is noted for it."""
    from migrator.cli.browser import Sitting
    from migrator.destinations.base import Credentials
    from migrator.destinations.issuing import issuing
    from migrator.destinations.oauth import in_browser
    from migrator.report.words import plain
    from migrator.secrets import Keychain
    from migrator.transfer.awards.login import enter, key_of

    issuing(destination)  # before anybody is asked for anything
    keys = Keychain()
    if program.browser:
        sitting = Sitting(saved.name, keys, console, program.client_id, program.redirect)
        kept_as = key_of(saved.name)
        credentials = sitting.sign_in(in_browser(destination), username, kept_as=kept_as)
    else:
        credentials = Credentials(username, password=_password(keys, saved, username))
    session = enter(destination, saved, keys, credentials)
    try:
        issuers = session.issuers()
    finally:
        session.close()
    console.say(f"Signed in at {saved.name} as {username}, to award badges.")
    for one in issuers:
        role = "" if one.edits else " (awards only: it cannot make badge classes)"
        console.say(f"  issuer {plain(one.name)}, id {one.remote_id}{role}")
    if not issuers:
        console.say("  The account has no issuer yet; `reaward map --create-missing` makes one.")
    facts = [{"id": one.remote_id, "name": one.name, "edits": one.edits} for one in issuers]
    console.result("login", {"destination": saved.name, "account": username, "issuers": facts})
    console.last(f"Next: badge-migrator reaward map --to {saved.name} --as {username}")


def say_signed_in(
    console: Console,
    saved: SavedDestination,
    signed_in: SignedIn,
    destination: Destination | None = None,
) -> None:
    """Say who is signed in, and what the account holds."""
    addresses = signed_in.account.addresses
    console.say(
        f"Signed in at {saved.name} as {signed_in.account.username};"
        f" {signed_in.badges_there:,} badges there now."
    )
    console.say(f"  Confirmed addresses: {', '.join(addresses.verified) or 'none'}")
    if destination is not None and not destination.capabilities.tells_addresses:
        console.say("  It may know more of your addresses; it does not tell which.")
    if addresses.unverified:
        console.say(
            f"  Not confirmed yet: {', '.join(addresses.unverified)}"
            " (badges awarded to these stay hidden until the learner confirms them)"
        )


def refresh(opened: Archive, destination: Destination, saved: SavedDestination) -> list[str]:
    """Sign every account in again to learn its addresses; returns what went wrong, in sentences."""
    from migrator.archive import accounts
    from migrator.destinations.manners import Manners
    from migrator.secrets import Keychain
    from migrator.transfer.cohort import Check

    manners = Manners(destination.capabilities)
    check = Check(opened, saved, destination, Keychain(), manners.sign_in)
    ended = check.run(accounts.accounts(opened, saved.id))
    return [f"{one.username}: {one.sentence}" for one in ended if one.sentence]

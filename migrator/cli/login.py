"""`badge-migrator login`: sign an account in and keep its tokens in the system keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.transfer.campaign import SignedIn


def login(
    destination: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="The backpack, such as badgr:eu.")
    ],
    username: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The account's e-mail.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Sign in at a destination and tie the account to the learner in the archive.

    The password is asked for, or taken from BADGE_MIGRATOR_PASSWORD; it is never written down.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        where, saved = resolve(opened, destination)
        signed_in = sign_in(opened, where, saved, username)
    say_signed_in(console, saved, signed_in)
    console.result(
        "login",
        {
            "destination": saved.name,
            "account": signed_in.account,
            "badges_there": signed_in.badges_there,
        },
    )
    console.last(f"Next: badge-migrator plan --to {saved.name}")


def sign_in(
    opened: Archive, destination: Destination, saved: SavedDestination, username: str
) -> SignedIn:
    """Sign in with the password of the environment, or asked for at the terminal."""
    import sys

    from migrator.destinations.base import Credentials
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import login as enter

    keys = Keychain()
    password = keys.password(username)
    if password is None:
        if not sys.stdin.isatty():
            raise errors.SignInFailed(
                f"No password is known for {username} at {saved.name}.",
                "Set BADGE_MIGRATOR_PASSWORD, or run `login` at a terminal.",
            )
        password = typer.prompt(f"Password of {username} at {saved.url}", hide_input=True)
    return enter(opened, destination, keys, Credentials(username, password=password))


def say_signed_in(console: Console, saved: SavedDestination, signed_in: SignedIn) -> None:
    """Say who is signed in, and what the account holds."""
    addresses = signed_in.account.addresses
    console.say(
        f"Signed in at {saved.name} as {signed_in.account.username};"
        f" {signed_in.badges_there:,} badges there now."
    )
    console.say(f"  Confirmed addresses: {', '.join(addresses.verified) or 'none'}")
    if addresses.unverified:
        console.say(
            f"  Not confirmed yet: {', '.join(addresses.unverified)}"
            " (badges awarded to these stay hidden until the learner confirms them)"
        )


def refresh(opened: Archive, destination: Destination, saved: SavedDestination) -> list[str]:
    """Sign every account in again to learn its addresses; returns what went wrong, in sentences."""
    from migrator.archive import accounts
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import login as enter

    keys = Keychain()
    troubles = []
    for account in accounts.accounts(opened, saved.id):
        credentials = keys.credentials(saved.name, account.username)
        if credentials is None:
            troubles.append(f"No password or token is known for {account.username}.")
            continue
        try:
            enter(opened, destination, keys, credentials)
        except errors.SignInFailed as error:
            troubles.append(f"{account.username}: {error}")
    return troubles

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
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import SignedIn


def login(
    destination: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="The backpack, such as badgr:eu.")
    ],
    username: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The account's e-mail.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    issuer: Annotated[
        bool,
        typer.Option("--issuer", help="Sign in to award badges (`reaward`), not to a backpack."),
    ] = False,
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
        if issuer:
            _to_award(where, saved, username, console)
            return
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
    from migrator.destinations.base import Credentials
    from migrator.secrets import Keychain
    from migrator.transfer.campaign import login as enter

    keys = Keychain()
    password = _password(keys, saved, username)
    return enter(opened, destination, keys, Credentials(username, password=password))


def _password(keys: Keychain, saved: SavedDestination, username: str) -> str:
    import sys

    password = keys.password(username, saved.name)
    if password is not None:
        return password
    if not sys.stdin.isatty():
        raise errors.SignInFailed(
            f"No password is known for {username} at {saved.name}.",
            "Set BADGE_MIGRATOR_PASSWORD, or run `login` at a terminal.",
        )
    return str(typer.prompt(f"Password of {username} at {saved.url}", hide_input=True))


def _to_award(
    destination: Destination, saved: SavedDestination, username: str, console: Console
) -> None:
    """Sign in to award; no account of a learner is noted for it."""
    from migrator.destinations.base import Credentials
    from migrator.report.words import plain
    from migrator.secrets import Keychain
    from migrator.transfer.awards.login import enter

    keys = Keychain()
    password = _password(keys, saved, username)
    session = enter(destination, saved, keys, Credentials(username, password=password))
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
    from migrator.destinations.manners import Manners
    from migrator.secrets import Keychain
    from migrator.transfer.cohort import Check

    manners = Manners(destination.capabilities)
    check = Check(opened, saved, destination, Keychain(), manners.sign_in)
    ended = check.run(accounts.accounts(opened, saved.id))
    return [f"{one.username}: {one.sentence}" for one in ended if one.sentence]

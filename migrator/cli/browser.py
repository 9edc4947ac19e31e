"""Signing in in the browser: what a person is told to do, and the address they paste."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.question import ask

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.destinations.base import Credentials, Destination
    from migrator.destinations.oauth import App, Invitation
    from migrator.secrets import Keychain

_TRIES = 3


def credentials_of(
    destination: Destination,
    saved: SavedDestination,
    keys: Keychain,
    username: str,
    console: Console,
    app: App | None,
) -> Credentials:
    """Walk a person through a sign-in in the browser; the tokens are kept in the keyring.

    Raises SignInFailed, Usage and TryLater, each with what to do.
    """
    from migrator.destinations.oauth import AppUnknown, in_browser

    entrance = in_browser(destination)
    invited = entrance.invite(app)
    keys.save_app(saved.name, invited.app)
    for line in _steps(invited, username):
        _tell(console, line)
    try:
        credentials = entrance.admit(username, invited, _code(console, invited))
    except AppUnknown:
        keys.save_app(saved.name, None)
        raise
    keys.save(saved.name, credentials)
    if not keys.lasts:
        complain(
            "This computer has no keyring, so the sign-in ends with this command: `push` will ask"
            " for it again. Use a computer with one (docs/login.md)."
        )
    return credentials


def chosen_app(
    keys: Keychain, destination: str, client_id: str | None, redirect: str | None
) -> App | None:
    """Return how this program is known there: as given, as kept, or None for not yet."""
    from dataclasses import replace

    app = keys.app(destination, client_id)
    if app is None:
        if redirect is not None:
            raise errors.Usage(
                "--redirect is the address that was registered for a client id.",
                "Give that one too, with --client-id.",
            )
        return None
    app = replace(app, redirect_uri=redirect or app.redirect_uri)
    if not app.redirect_uri:
        raise errors.Usage(
            f"It is not known where the browser is sent for the client id {app.client_id}.",
            "Give the address that was registered for it, with --redirect.",
        )
    return app


def _steps(invited: Invitation, username: str) -> list[str]:
    return [
        "Open this address in your browser:",
        "",
        f"  {invited.url}",
        "",
        f"1. Sign in there as {username}, the way you always do.",
        "2. It asks whether badge-migrator may use your backpack. Say yes (Allow).",
        f"3. The browser goes to an address that begins with {invited.app.redirect_uri}",
        "   The page may be empty or say that nothing was found: only its address matters.",
        "4. Copy the whole address from the address bar and paste it here, within a minute.",
        "",
    ]


def _code(console: Console, invited: Invitation) -> str:
    """Ask for the address until there is a code in it; three times at most."""
    from migrator.destinations.oauth import NotTheCode, code_in

    for left in reversed(range(_TRIES)):
        try:
            return code_in(_line(console), invited)
        except NotTheCode as error:
            if not left:
                raise
            complain(str(error))
    raise AssertionError("unreachable: the last try returns or raises")


def _line(console: Console) -> str:
    if sys.stdin.isatty():
        return ask("Address", err=console.json)
    line = sys.stdin.readline()
    if not line:
        raise errors.SignInFailed(
            "Nobody has pasted the address at which the browser ends.",
            "A person is needed for this: run `login` at a terminal, or write the address to its"
            " standard input. The sign-in is kept, and `push` needs nobody then.",
        )
    return line


def _tell(console: Console, line: str) -> None:
    """Say it to the person, also where standard output belongs to a program."""
    if console.json:
        complain(line)
    else:
        console.say(line)

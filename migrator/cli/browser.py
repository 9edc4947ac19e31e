"""Signing in in the browser: what a person is told to do, and the address they paste."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.question import ask

if TYPE_CHECKING:
    from migrator.destinations.base import Credentials
    from migrator.destinations.oauth import App, BrowserDestination, Invitation
    from migrator.secrets import Keychain

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Sitting:
    """A person at a sign-in in the browser at `destination`, by the name it has in the keyring.

    `client_id` and `redirect` are how this program is known there, as far as the person has said.
    """

    destination: str
    keys: Keychain
    console: Console
    client_id: str | None = None
    redirect: str | None = None

    def sign_in(
        self, entrance: BrowserDestination, username: str, *, kept_as: str | None = None
    ) -> Credentials:
        """Walk the person through; the tokens are kept in the keyring.

        Those to award badges are kept under a name of their own (`kept_as`). Raises SignInFailed,
        Usage and TryLater, each with what to do.
        """
        from migrator.destinations.issuing import issuing
        from migrator.destinations.oauth import AppUnknown

        app = self._app()
        invited = issuing(entrance).invite_to_award(app) if kept_as else entrance.invite(app)
        self.keys.save_app(self.destination, invited.app)
        for line in _steps(invited, username):
            self._tell(line)
        try:
            credentials = entrance.admit(username, invited, self._code(invited))
        except AppUnknown:
            self.keys.save_app(self.destination, None)
            raise
        self.keys.save(kept_as or self.destination, credentials)
        if not self.keys.lasts:
            complain(
                "This computer has no keyring, so the sign-in ends with this command; the next one"
                " would need another (docs/login.md)."
            )
        return credentials

    def _app(self) -> App | None:
        """Return how this program is known there: as given, as kept, or None for not yet."""
        app = self.keys.app(self.destination, self.client_id)
        if app is None:
            if self.redirect is not None:
                raise errors.Usage(
                    "--redirect is the address that was registered for a client id.",
                    "Give that one too, with --client-id.",
                )
            return None
        app = replace(app, redirect_uri=self.redirect or app.redirect_uri)
        if not app.redirect_uri:
            raise errors.Usage(
                f"It is not known where the browser is sent for the client id {app.client_id}.",
                "Give the address that was registered for it, with --redirect.",
            )
        return app

    def _code(self, invited: Invitation) -> str:
        """Ask for the address until there is a code in it; three times at most."""
        from migrator.destinations.oauth import NotTheCode, code_in

        for left in reversed(range(_TRIES)):
            try:
                return code_in(self._line(), invited)
            except NotTheCode as error:
                if not left:
                    raise
                complain(str(error))
        raise AssertionError("unreachable: the last try returns or raises")

    def _line(self) -> str:
        if sys.stdin.isatty():
            return ask("Address", err=self.console.json)
        line = sys.stdin.readline()
        if not line:
            raise errors.SignInFailed(
                "Nobody has pasted the address at which the browser ends.",
                "A person is needed for this: run `login` at a terminal, or write the address to"
                " its standard input. The sign-in is kept, and `push` needs nobody then.",
            )
        return line

    def _tell(self, line: str) -> None:
        """Say it to the person, also where standard output belongs to a program."""
        if self.console.json:
            complain(line)
        else:
            self.console.say(line)


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

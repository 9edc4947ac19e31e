"""Passwords and tokens: in the system keyring or the environment, and nowhere else."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace

from migrator import passwords
from migrator.destinations.base import Credentials
from migrator.destinations.oauth import App
from migrator.passwords import PasswordCommand, no_keyring

_SERVICE = "badge-migrator"
_CLIENT_SECRET = "BADGE_MIGRATOR_CLIENT_SECRET"  # noqa: S105 -- its name, not the secret
_THIS_PROGRAM = "(this program)"


class Keychain:
    """Finds how an account signs in, and keeps its tokens for the next run.

    A password is looked for in BADGE_MIGRATOR_PASSWORD_<USERNAME> (capitals, anything but letters
    and digits as _), then asked of `command` (or BADGE_MIGRATOR_PASSWORD_COMMAND), looked for in
    the keyring, and at last in BADGE_MIGRATOR_PASSWORD, which is for every account. Tokens are kept
    in the keyring; where there is none (a server without a desktop) they last for this run only.
    """

    def __init__(self, command: str | None = None) -> None:
        self.lasts = True
        self._this_run: dict[tuple[str, str], Credentials] = {}
        text = command or os.environ.get(passwords.COMMAND)
        self._command = PasswordCommand.written(text) if text else None

    def password(self, username: str, destination: str = "") -> str | None:
        """Return the password of an account, None when there is none anywhere.

        Raises SignInFailed and Usage as the password command does.
        """
        own, of_all = passwords.of_environment(username)
        if own is not None:
            return own
        if self._command is not None:
            return self._command.ask(destination, username)
        return passwords.kept(destination, username) or of_all

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return what is known for signing in, None when nothing is.

        Where a password command would have to be asked, it is not while there are tokens.
        """
        known = self._this_run.get((destination, username)) or _kept(destination, username)
        if self._command is None or not (known.refresh_token or known.access_token):
            known = replace(known, password=self.password(username, destination))
        return known if known.password or known.refresh_token or known.access_token else None

    def app(self, destination: str, client_id: str | None = None) -> App | None:
        """Return how this program is known at a destination, None where it is not yet.

        With a `client_id` only what is known of that one; its secret is in
        BADGE_MIGRATOR_CLIENT_SECRET, or was kept with it.
        """
        found = _found(f"{_SERVICE} {destination}", _THIS_PROGRAM)
        known, redirect = _text(found, "client_id"), _text(found, "redirect_uri")
        secret = _text(found, "client_secret")
        if client_id is None:
            return App(known, redirect, secret) if known and redirect else None
        same = known == client_id
        given = os.environ.get(_CLIENT_SECRET) or None
        return App(client_id, (redirect or "") if same else "", given or (secret if same else None))

    def save_app(self, destination: str, app: App | None) -> None:
        """Keep how this program is known at a destination; None forgets it."""
        facts = None
        if app is not None:
            facts = {"client_id": app.client_id, "redirect_uri": app.redirect_uri}
            if app.client_secret:
                facts["client_secret"] = app.client_secret
        _put(f"{_SERVICE} {destination}", _THIS_PROGRAM, facts)

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep the tokens of a sign-in; the password is never kept.

        Without tokens the kept ones are forgotten: a used-up refresh token that is sent again
        makes a backpack refuse the next ones too (reference of the Badgr API, tokens). `lasts` says
        afterwards whether the next run will know them: not where there is no keyring.
        """
        tokens = replace(credentials, password=None)
        self._this_run[destination, tokens.username] = tokens
        named = {"access_token", "refresh_token", "client_id", "client_secret"}
        values = {name: getattr(tokens, name) for name in sorted(named)}
        has_tokens = bool(tokens.access_token or tokens.refresh_token)
        known = {name: value for name, value in values.items() if value} if has_tokens else None
        # Where there is no keyring the tokens live as long as this run, as documented above.
        self.lasts = _put(f"{_SERVICE} {destination}", tokens.username, known)


def _put(service: str, username: str, facts: dict[str, str] | None) -> bool:
    """Put facts into the keyring, or take them out; says whether it now has what it was told."""
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    with suppress(*no_keyring()):
        if facts is None:
            keyring.delete_password(service, username)
            return True
        text = json.dumps(facts)
        keyring.set_password(service, username, text)
        # One that does nothing (keyring.backends.null) says nothing either.
        return keyring.get_password(service, username) == text
    return False


def _found(service: str, username: str) -> object:
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    text = None
    with suppress(*no_keyring()):
        text = keyring.get_password(service, username)
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):  # not ours any more: the learner signs in anew
        return {}


def _kept(destination: str, username: str) -> Credentials:
    found = _found(f"{_SERVICE} {destination}", username)
    return Credentials(
        username,
        refresh_token=_text(found, "refresh_token"),
        access_token=_text(found, "access_token"),
        client_id=_text(found, "client_id"),
        client_secret=_text(found, "client_secret"),
    )


def _text(found: object, name: str) -> str | None:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None

"""Passwords and tokens: in the system keyring or the environment, and nowhere else."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace

from migrator import passwords
from migrator.destinations.base import Credentials
from migrator.passwords import PasswordCommand, no_keyring

_SERVICE = "badge-migrator"


class Keychain:
    """Finds how an account signs in, and keeps its tokens for the next run.

    A password is looked for in BADGE_MIGRATOR_PASSWORD_<USERNAME> (capitals, anything but letters
    and digits as _), then asked of `command` (or BADGE_MIGRATOR_PASSWORD_COMMAND), looked for in
    the keyring, and at last in BADGE_MIGRATOR_PASSWORD, which is for every account. Tokens are kept
    in the keyring; where there is none (a server without a desktop) they last for this run only.
    """

    def __init__(self, command: str | None = None) -> None:
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

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep the tokens of a sign-in; the password is never kept.

        Without tokens the kept ones are forgotten: a used-up refresh token that is sent again
        makes a backpack refuse the next ones too (reference of the Badgr API, tokens).
        """
        tokens = replace(credentials, password=None)
        self._this_run[destination, tokens.username] = tokens
        # Where there is no keyring the tokens live as long as this run, as documented above.
        with suppress(*no_keyring()):
            _keep(destination, tokens)


def _keep(destination: str, tokens: Credentials) -> None:
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    service, username = f"{_SERVICE} {destination}", tokens.username
    if not (tokens.access_token or tokens.refresh_token):
        keyring.delete_password(service, username)
        return
    kept = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    keyring.set_password(service, username, json.dumps(kept))


def _kept(destination: str, username: str) -> Credentials:
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    text = None
    with suppress(*no_keyring()):
        text = keyring.get_password(f"{_SERVICE} {destination}", username)
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):  # not ours any more: the learner signs in anew
        found = {}
    return Credentials(
        username,
        refresh_token=_text(found, "refresh_token"),
        access_token=_text(found, "access_token"),
    )


def _text(found: object, name: str) -> str | None:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None

"""Passwords and tokens: in the system keyring or the environment, and nowhere else."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import replace

from migrator.destinations.base import Credentials

_SERVICE = "badge-migrator"
_PASSWORD = "BADGE_MIGRATOR_PASSWORD"  # noqa: S105 - the name of a variable, not a secret


class Keychain:
    """Finds how an account signs in, and keeps its tokens for the next run.

    The environment wins: BADGE_MIGRATOR_PASSWORD_<USERNAME> (capitals, anything but letters and
    digits as _), then BADGE_MIGRATOR_PASSWORD for every account. Tokens are kept in the keyring;
    where there is none (a server without a desktop) they last for this run only.
    """

    def __init__(self) -> None:
        self._this_run: dict[tuple[str, str], Credentials] = {}

    def password(self, username: str) -> str | None:
        """Return the password of the environment, None when it has none."""
        named = f"{_PASSWORD}_" + re.sub(r"[^A-Z0-9]", "_", username.upper())
        return os.environ.get(named) or os.environ.get(_PASSWORD) or None

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return what is known for signing in, None when nothing is."""
        known = self._this_run.get((destination, username)) or _kept(destination, username)
        known = replace(known, password=self.password(username))
        return known if known.password or known.refresh_token or known.access_token else None

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep the tokens of a sign-in; the password is never kept.

        Without tokens the kept ones are forgotten: a used-up refresh token that is sent again
        makes a backpack refuse the next ones too (reference of the Badgr API, tokens).
        """
        tokens = replace(credentials, password=None)
        self._this_run[destination, tokens.username] = tokens
        # Where there is no keyring the tokens live as long as this run, as documented above.
        with suppress(*_no_keyring()):
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
    with suppress(*_no_keyring()):
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


def _no_keyring() -> tuple[type[Exception], ...]:
    """What keyrings raise: their own errors, those of their files, and a backend not installed."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - a tenth of a second, as above

    return KeyringError, OSError, ImportError

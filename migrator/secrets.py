"""Passwords and tokens: in the system keyring or the environment, and nowhere else."""

from __future__ import annotations

import json
import os
import re

from migrator.destinations.base import Credentials

_SERVICE = "badge-migrator"


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
        named = "BADGE_MIGRATOR_PASSWORD_" + re.sub(r"[^A-Z0-9]", "_", username.upper())
        return os.environ.get(named) or os.environ.get("BADGE_MIGRATOR_PASSWORD") or None

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return what is known for signing in, None when nothing is."""
        known = self._this_run.get((destination, username)) or self._kept(destination, username)
        password = self.password(username)
        if known is None:
            return Credentials(username, password=password) if password else None
        return Credentials(
            username,
            password=password,
            refresh_token=known.refresh_token,
            access_token=known.access_token,
        )

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep the tokens of a sign-in; the password is never kept."""
        import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same

        self._this_run[destination, credentials.username] = credentials
        tokens = {
            "access_token": credentials.access_token,
            "refresh_token": credentials.refresh_token,
        }
        try:
            keyring.set_password(
                f"{_SERVICE} {destination}", credentials.username, json.dumps(tokens)
            )
        except KeyringError:
            # No keyring on this machine: the tokens live as long as this run, as documented above.
            return

    def _kept(self, destination: str, username: str) -> Credentials | None:
        import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same

        try:
            text = keyring.get_password(f"{_SERVICE} {destination}", username)
        except KeyringError:
            return None
        if not text:
            return None
        try:
            tokens = json.loads(text)
        except ValueError:
            return None
        return Credentials(
            username,
            refresh_token=tokens.get("refresh_token"),
            access_token=tokens.get("access_token"),
        )

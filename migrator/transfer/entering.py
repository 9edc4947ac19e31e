"""Signing an account in, with care for passwords: a wrong one is never tried twice.

Source: reference/badgr-api.md 3 (each failed sign-in doubles the time an account is shut out, up to
an hour).
"""

from __future__ import annotations

from functools import partial

from migrator import errors
from migrator.archive.accounts import Account
from migrator.destinations.base import Credentials, Destination, Entrance, Session
from migrator.transfer.keys import Keys


def check_not_refused(account: Account, destination: str) -> None:
    """Raise PasswordRefused where the destination has refused the account's password before."""
    if account.refusal is not None:
        raise errors.PasswordRefused(
            f"{account.username} is not tried again, because its password was refused:"
            f" {account.refusal}.",
            "Put the password right, then:"
            f" badge-migrator accounts check --to {destination} --again",
        )


def enter(destination: Destination, keys: Keys, name: str, username: str) -> Session:
    """Sign an account in at the destination called `name`.

    Tokens are used first; once they have run out, they are forgotten and the password is looked
    for. Raises SignInFailed when nothing is known or works, PasswordRefused when the password must
    not be tried again, TryLater when the destination cannot be asked now. Where a name is enough,
    nobody is asked for more.
    """
    keep = partial(keys.save, name)
    if destination.capabilities.entrances == {Entrance.OPEN}:
        return destination.sign_in(Credentials(username), keep)
    credentials = keys.credentials(name, username)
    if credentials is None:
        raise unknown(name, username)
    try:
        return destination.sign_in(credentials, keep)
    except errors.PasswordRefused:
        raise
    except errors.SignInFailed:
        if credentials.password is not None:
            raise
        keys.save(name, Credentials(username))
        fresh = keys.credentials(name, username)
        if fresh is None:
            raise
        return destination.sign_in(fresh, keep)


def unknown(destination: str, username: str) -> errors.SignInFailed:
    """Return what to say when neither password nor token of an account is known."""
    return errors.SignInFailed(
        f"No password or token is known for {username}.",
        f"Run: badge-migrator login {destination} --as {username}",
    )

"""Signing in to award: with tokens of its own, that open no backpack.

A learner's sign-in cannot award, and this one cannot read anybody's backpack; no account of a
learner is noted for it.
"""

from __future__ import annotations

from functools import partial

from migrator.archive.accounts import SavedDestination
from migrator.destinations.base import Credentials, Destination
from migrator.destinations.issuing import IssuerSession, issuing
from migrator.errors import SignInFailed
from migrator.transfer.keys import Keys


def key_of(destination: str) -> str:
    """Return under which name the tokens for awarding at a destination are kept."""
    return f"{destination} (awarding)"


def enter(
    destination: Destination, saved: SavedDestination, keys: Keys, credentials: Credentials
) -> IssuerSession:
    """Sign in to award and keep the tokens; raises SignInFailed and Usage."""
    keep = partial(keys.save, key_of(saved.name))
    return issuing(destination).sign_in_to_award(credentials, keep)


def enter_again(
    destination: Destination, saved: SavedDestination, keys: Keys, username: str
) -> IssuerSession:
    """Sign in with what was kept of an earlier time; raises SignInFailed with what to do."""
    credentials = keys.credentials(key_of(saved.name), username)
    if credentials is None:
        raise SignInFailed(
            f"No password or token is known for {username} to award at {saved.name}.",
            f"Run: badge-migrator login {saved.name} --as {username} --issuer",
        )
    return enter(destination, saved, keys, credentials)

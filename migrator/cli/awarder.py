"""Who awards: the options that say so, and the session they open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.destinations.issuing import IssuerSession
    from migrator.destinations.patient import Patient

Awarder = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="The account that awards, as in `login --issuer`."),
]
All = Annotated[
    bool,
    typer.Option(
        "--all", help="Every badge that is not moved yet, not only those that cannot be moved."
    ),
]


def session_of(
    opened: Archive, destination: Destination, saved: SavedDestination, username: str | None
) -> IssuerSession:
    """Sign in as whoever awards: as named, or as the saved mapping says."""
    from migrator.archive import award_mapping
    from migrator.secrets import Keychain
    from migrator.transfer.awards.login import enter_again

    if username is None:
        known = {one.account for one in award_mapping.mapped(opened, saved.id).values()}
        if len(known) != 1:
            said = "Nobody has been named yet" if not known else "Several accounts have awarded"
            raise errors.Usage(f"{said} to award at {saved.name}.", "Say who with --as EMAIL.")
        username = known.pop()
    return enter_again(destination, saved, Keychain(), username)


def patient(
    destination: Destination, session: IssuerSession, stop: Callable[[], bool] = lambda: False
) -> Patient:
    """Return a session that keeps the destination's pace."""
    from migrator.destinations.patient import Patient
    from migrator.net import RateLimiter

    limiter = RateLimiter(destination.capabilities.requests_per_minute)
    return Patient(session, limiter, stop=stop)

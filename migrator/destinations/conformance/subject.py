"""A destination to be tried, and a session of it behind a relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from migrator.destinations.base import Credentials, Destination, Held, Input, Parcel, Session
from migrator.destinations.conformance.relay import Relay
from migrator.openbadges.identity import canonical_url

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """A destination, and what the server behind `address` was prepared with.

    `make` is called with an address (of the relay, where there is a server). `credentials` open an
    account that holds nothing; it takes each of the `parcels` (three or more, each another badge,
    in every form the capabilities name) and refuses `refused`. `wrong` are not let in. The server
    should page early, so that three badges do not fit on one page.
    """

    make: Callable[[str], Destination]
    address: str
    credentials: Credentials = field(repr=False)
    parcels: tuple[Parcel, ...]
    refused: Parcel | None = None
    wrong: Credentials | None = field(default=None, repr=False)

    def destination(self) -> Destination:
        """Return the destination, without a relay."""
        return self.make(self.address)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session of the account, without a relay."""
        with _closing(self.destination().sign_in(self.credentials)) as session:
            yield session

    @contextmanager
    def relayed(self) -> Iterator[tuple[Session, Relay]]:
        """Open a session whose every request goes by a relay that has counted nothing yet."""
        with (
            Relay(self.address) as relay,
            _closing(self.make(relay.url).sign_in(self.credentials)) as session,
        ):
            relay.behave()
            yield session, relay


def form_of(parcel: Parcel) -> Input:
    """Return the form in which a parcel has its badge."""
    if parcel.url is not None:
        return Input.URL
    if parcel.image is not None:
        return Input.IMAGE
    if parcel.document is not None:
        return Input.DOCUMENT
    return Input.ASSERTION if parcel.assertion is not None else Input.JWS


def holdings(session: Session, parcel: Parcel) -> list[Held]:
    """Return what the account holds of a badge, as a push finds it: by one of its ids."""
    wanted = {canonical_url(one) for one in parcel.open_badge_ids}
    return [one for one in session.held() if canonical_url(one.open_badge_id) in wanted]


def is_name(text: object) -> bool:
    """Say whether something can be kept as a name and asked for again."""
    return isinstance(text, str) and text.strip() != "" and text.isprintable()


def must(kept: object, otherwise: str) -> None:
    """Raise AssertionError with what was not kept."""
    if not kept:
        raise AssertionError(otherwise)


@contextmanager
def _closing(session: Session) -> Iterator[Session]:
    try:
        yield session
    finally:
        session.close()

"""A session around another one: what every behaviour starts from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TypeVar

from migrator.destinations.base import Credentials, Held, HeldCollection, Outcome, Parcel, Session
from migrator.openbadges.model import Addresses

T = TypeVar("T")


class Wrapper:
    """A session that hands every call on to another."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def addresses(self) -> Addresses:
        """The addresses of the wrapped session."""
        return self.session.addresses

    @property
    def credentials(self) -> Credentials:
        """The credentials of the wrapped session."""
        return self.session.credentials

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        return self.session.held()

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge."""
        return self.session.send(parcel)

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        return self.session.find(parcel)

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self.session.collections()

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id."""
        return self.session.create_collection(name, description, published)

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self.session.fill_collection(remote_id, name, badges)

    def add_email(self, address: str) -> Outcome:
        """Add an address to the account."""
        return self.session.add_email(address)

    def add_spelling(self, spelling: str) -> Outcome:
        """Save another spelling of a confirmed address."""
        return self.session.add_spelling(spelling)

    def close(self) -> None:
        """Give back connections."""
        self.session.close()


class Around(Wrapper, ABC):
    """A session that does something around every call that asks the destination.

    `send` is left to the wrapper: it answers where the others raise.
    """

    @abstractmethod
    def around(self, call: Callable[[], T]) -> T:
        """Make a call that may raise, with whatever comes before and after it."""

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        return iter(self.around(lambda: list(self.session.held())))

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        return self.around(lambda: self.session.find(parcel))

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self.around(self.session.collections)

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id."""
        return self.around(lambda: self.session.create_collection(name, description, published))

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self.around(lambda: self.session.fill_collection(remote_id, name, badges))

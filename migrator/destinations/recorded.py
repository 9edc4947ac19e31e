"""A record of every call to a destination, without secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from migrator.destinations.base import Held, HeldCollection, Outcome, Parcel, Session
from migrator.destinations.wrapper import Wrapper

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a session, for whoever keeps a record: its name, what it was about, its result.

    `what` is a badge's title or a collection's name; `outcome` is set for `send`; `seconds` is how
    long it took. There are no passwords, tokens or addresses in it.
    """

    name: str
    what: str
    seconds: float
    outcome: Outcome | None = None
    error: str = ""


class Recorded(Wrapper):
    """Tells `record` of every call that asks the destination, after it has ended."""

    def __init__(
        self,
        session: Session,
        record: Callable[[Call], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(session)
        self._record = record
        self._clock = clock

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        return iter(self._noted("held", "", lambda: list(self.session.held())))

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge."""
        return self._noted("send", parcel.title, lambda: self.session.send(parcel))

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        return self._noted("find", parcel.title, lambda: self.session.find(parcel))

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self._noted("collections", "", self.session.collections)

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id."""
        return self._noted(
            "create_collection",
            name,
            lambda: self.session.create_collection(name, description, published),
        )

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self._noted(
            "fill_collection", name, lambda: self.session.fill_collection(remote_id, name, badges)
        )

    def _noted(self, name: str, what: str, call: Callable[[], T]) -> T:
        start, error = self._clock(), ""
        result: T | None = None
        try:
            result = call()
        except BaseException as raised:
            error = type(raised).__name__
            raise
        else:
            return result
        finally:
            outcome = result if isinstance(result, Outcome) else None
            self._record(Call(name, what, self._clock() - start, outcome, error))

"""One signed-in account at a backpack that has badges only: no collections, no addresses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, NoReturn

from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.verdicts import no_answer, plain
from migrator.destinations.base import (
    Credentials,
    Held,
    HeldCollection,
    NotAccepted,
    Outcome,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.invited import paging
from migrator.errors import SignInFailed
from migrator.net import Reply, Unreachable
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses


class InvitedSession(ABC):
    """A signed-in account; `address` is what its profile says (None: it says none).

    `page` is how many badges are asked for at a time. A kind says what its API is called, and at
    which path its badges are listed. An account may have more addresses than its profile tells.
    """

    api: ClassVar[str]
    path: ClassVar[str]

    def __init__(self, calls: Calls, address: str | None, page: int = paging.PAGE) -> None:
        self._calls = calls
        self._page = page
        self.addresses = Addresses((address,) if address else ())

    def __repr__(self) -> str:
        """Without secrets."""
        return f"{type(self).__name__}({self.credentials.username!r} at {self._calls.url})"

    @abstractmethod
    def _listed(self, reply: Reply) -> Sequence[str | None]:
        """Return the id of each badge of a page, None for what has none; raises NotAccepted."""

    @abstractmethod
    def _handed_over(self, parcel: Parcel) -> Outcome:
        """Make the one request that hands over a badge; may raise what `Calls.exchange` does."""

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""
        return self._calls.tokens.credentials

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds, page by page; its own id is all the id it has."""
        seen: set[str] = set()
        offset: int | None = 0
        came = pages = 0
        while offset is not None and pages < paging.MOST_PAGES:
            reply = self._calls.answered("GET", f"{self.path}?limit={self._page}&offset={offset}")
            names = self._listed(reply)
            fresh = dict.fromkeys(one for one in names if one is not None and one not in seen)
            yield from (Held(one, one) for one in fresh)
            seen.update(fresh)
            came, pages = came + len(names), pages + 1
            offset = paging.following(reply, came, len(fresh))

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge: one request; never raises for an answer."""
        try:
            return self._handed_over(parcel)
        except Unreachable as error:
            return no_answer(error)
        except SignInFailed as error:
            detail = plain(str(error))
            return Outcome(OutcomeState.REFUSED, reason="sign_in_failed", detail=detail)
        except TryLater as error:  # of the sign-in: the badge itself was not let in
            return Outcome(
                OutcomeState.TRY_AGAIN,
                reason="destination_unreachable",
                after=error.after,
                detail=plain(str(error)),
            )

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up among those the account holds."""
        wanted = {canonical_url(one) for one in parcel.open_badge_ids}
        return next((one for one in self.held() if one.open_badge_id in wanted), None)

    def collections(self) -> list[HeldCollection]:
        """Return none: this API knows no collections."""
        return []

    def create_collection(self, name: str, description: str | None, published: bool) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: this API knows no collections."""
        raise self._no_collections()

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: this API knows no collections."""
        raise self._no_collections()

    def add_email(self, address: str) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: addresses are the backpack's own affair."""
        raise self._no_addresses()

    def add_spelling(self, spelling: str) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: addresses are the backpack's own affair."""
        raise self._no_addresses()

    def close(self) -> None:
        """Give back connections."""
        self._calls.close()

    def _no_collections(self) -> NotAccepted:
        return NotAccepted(
            f"{self.api} has no way to make collections.", "Make them in the backpack itself."
        )

    def _no_addresses(self) -> NotAccepted:
        return NotAccepted(
            f"{self.api} has no way to add an address.", "Add it in the backpack's own settings."
        )

"""One signed-in account at a host of Open Badges 3.0. Source: 1EdTech, Open Badges 3.0, 6.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from migrator.destinations.badge_connect import paging
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
from migrator.destinations.open_badges import verdicts
from migrator.destinations.open_badges.calls import CredentialCalls
from migrator.destinations.open_badges.credentials import body_for, listed
from migrator.errors import SignInFailed
from migrator.net import Unreachable
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses


class CredentialSession:
    """A signed-in account; `address` is what its profile says (None: it says none).

    `page` is how many credentials are asked for at a time.
    """

    def __init__(self, calls: CredentialCalls, address: str | None, page: int) -> None:
        self._calls = calls
        self._page = page
        self.addresses = Addresses((address,) if address else ())

    def __repr__(self) -> str:
        """Without secrets."""
        return f"CredentialSession({self.credentials.username!r} at {self._calls.url})"

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""
        return self._calls.tokens.credentials

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds, page by page, by its credential's id."""
        seen: set[str] = set()
        offset: int | None = 0
        came = pages = 0
        while offset is not None and pages < paging.MOST_PAGES:
            reply = self._calls.answered("GET", f"/credentials?limit={self._page}&offset={offset}")
            names = listed(reply)
            if names is None:
                raise NotAccepted(
                    f"{self._calls.url} answered, but not as an Open Badges 3.0 host does.",
                    "Check the address of the destination.",
                )
            fresh = dict.fromkeys(one for one in names if one is not None and one not in seen)
            yield from (Held(one, one) for one in fresh)
            seen.update(fresh)
            came, pages = came + len(names), pages + 1
            offset = paging.following(reply, came, len(fresh))

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge as it was found: one request; never raises for an answer."""
        body = body_for(parcel)
        if body is None:
            return Outcome(OutcomeState.REFUSED, reason="older_version")
        try:
            reply = self._calls.hand_over(body)
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
        return verdicts.outcome(reply, body.name)

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up among those the account holds."""
        wanted = {canonical_url(one) for one in parcel.open_badge_ids}
        return next((one for one in self.held() if one.open_badge_id in wanted), None)

    def collections(self) -> list[HeldCollection]:
        """Return none: this API knows no collections."""
        return []

    def create_collection(self, name: str, description: str | None, published: bool) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: this API knows no collections."""
        raise _no_collections()

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: this API knows no collections."""
        raise _no_collections()

    def add_email(self, address: str) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: addresses are the host's own affair."""
        raise _no_addresses()

    def add_spelling(self, spelling: str) -> NoReturn:  # noqa: ARG002 - as the interface is
        """Refuse: addresses are the host's own affair."""
        raise _no_addresses()

    def close(self) -> None:
        """Give back connections."""
        self._calls.close()


def _no_collections() -> NotAccepted:
    return NotAccepted(
        "The Open Badges 3.0 API has no way to make collections.", "Make them at the host itself."
    )


def _no_addresses() -> NotAccepted:
    return NotAccepted(
        "The Open Badges 3.0 API has no way to add an address.", "Add it at the host itself."
    )

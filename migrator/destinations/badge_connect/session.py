"""One signed-in account at a backpack that speaks Badge Connect. Source: badgr-api.md 8."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.destinations.badge_connect import paging, verdicts
from migrator.destinations.badge_connect.calls import ConnectCalls
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
from migrator.destinations.named import name_in
from migrator.errors import SignInFailed
from migrator.net import Unreachable
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses, JsonObject

_CONTEXT = "https://w3id.org/openbadges/v2"
_ASSERTIONS = "/assertions"


class ConnectSession:
    """A signed-in account; `address` is what its profile says (None: it says none).

    `page` is how many badges are asked for at a time.
    An account may have more addresses than its profile tells.
    """

    def __init__(self, calls: ConnectCalls, address: str | None, page: int = paging.PAGE) -> None:
        self._calls = calls
        self._page = page
        self.addresses = Addresses((address,) if address else ())

    def __repr__(self) -> str:
        """Without secrets."""
        return f"ConnectSession({self.credentials.username!r} at {self._calls.url})"

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""
        return self._calls.tokens.credentials

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds, page by page; ids in canonical form.

        Badge Connect gives badges no id of its own, and tells of none that it is hidden.
        """
        seen: set[str] = set()
        offset: int | None = 0
        came = pages = 0
        while offset is not None and pages < paging.MOST_PAGES:
            path = f"{_ASSERTIONS}?limit={self._page}&offset={offset}"
            reply = self._calls.answered("GET", path)
            results = self._calls.found(reply)
            listed = (_id(one) for one in results)
            fresh = dict.fromkeys(one for one in listed if one is not None and one not in seen)
            yield from (Held(one, one) for one in fresh)
            seen.update(fresh)
            came, pages = came + len(results), pages + 1
            offset = paging.following(reply, came, len(fresh))

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge by its address: one request; never raises for an answer."""
        if parcel.url is None:
            return Outcome(OutcomeState.REFUSED, reason="no_web_address")
        body: JsonObject = {
            "assertion": {"@context": _CONTEXT, "type": "Assertion", "id": parcel.url}
        }
        try:
            reply = self._calls.exchange("POST", _ASSERTIONS, body)
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
        return verdicts.outcome(reply, canonical_url(parcel.url))

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up among those the account holds."""
        wanted = {canonical_url(one) for one in parcel.open_badge_ids}
        return next((one for one in self.held() if one.open_badge_id in wanted), None)

    def collections(self) -> list[HeldCollection]:
        """Return none: Badge Connect knows no collections."""
        return []

    def create_collection(self, name: str, description: str | None, published: bool) -> str:  # noqa: ARG002 -- as the interface is
        """Refuse: Badge Connect knows no collections."""
        raise _no_collections()

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:  # noqa: ARG002 -- as the interface is
        """Refuse: Badge Connect knows no collections."""
        raise _no_collections()

    def add_email(self, address: str) -> Outcome:  # noqa: ARG002 -- as the interface is
        """Refuse: Badge Connect changes no account."""
        raise _no_addresses()

    def add_spelling(self, spelling: str) -> Outcome:  # noqa: ARG002 -- as the interface is
        """Refuse: Badge Connect changes no account."""
        raise _no_addresses()

    def close(self) -> None:
        """Give back connections."""
        self._calls.close()


def _id(assertion: JsonObject) -> str | None:
    found = name_in(assertion.get("id"))
    return canonical_url(found) if found else None


def _no_collections() -> NotAccepted:
    return NotAccepted(
        "Badge Connect has no way to make collections.", "Make them in the backpack itself."
    )


def _no_addresses() -> NotAccepted:
    return NotAccepted(
        "Badge Connect has no way to add an address.", "Add it in the backpack's own settings."
    )

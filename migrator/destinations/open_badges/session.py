"""One signed-in account at a host of Open Badges 3.0. Source: 1EdTech, Open Badges 3.0, 6.2."""

from __future__ import annotations

from migrator.destinations.base import NotAccepted, Outcome, OutcomeState, Parcel
from migrator.destinations.invited.session import InvitedSession
from migrator.destinations.open_badges import verdicts
from migrator.destinations.open_badges.calls import CredentialCalls
from migrator.destinations.open_badges.credentials import body_for, listed
from migrator.net import Reply


class CredentialSession(InvitedSession):
    """A signed-in account; a badge goes over as it was found."""

    api = "The Open Badges 3.0 API"
    path = "/credentials"

    def __init__(self, calls: CredentialCalls, address: str | None, page: int) -> None:
        super().__init__(calls, address, page)
        self._sender = calls

    def _listed(self, reply: Reply) -> list[str | None]:
        names = listed(reply)
        if names is None:
            raise NotAccepted(
                f"{self._calls.url} answered, but not as an Open Badges 3.0 host does.",
                "Check the address of the destination.",
            )
        return names

    def _handed_over(self, parcel: Parcel) -> Outcome:
        body = body_for(parcel)
        if body is None:
            return Outcome(OutcomeState.REFUSED, reason="older_version")
        return verdicts.outcome(self._sender.hand_over(body), body.name)

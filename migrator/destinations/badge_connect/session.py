"""One signed-in account at a backpack that speaks Badge Connect. Source: badgr-api.md 8."""

from __future__ import annotations

from migrator.destinations.badge_connect import verdicts
from migrator.destinations.badge_connect.calls import ConnectCalls
from migrator.destinations.base import Outcome, OutcomeState, Parcel
from migrator.destinations.invited import paging
from migrator.destinations.invited.session import InvitedSession
from migrator.destinations.named import name_in
from migrator.net import Reply
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import JsonObject

_CONTEXT = "https://w3id.org/openbadges/v2"


class ConnectSession(InvitedSession):
    """A signed-in account. Badge Connect tells of no badge that it is hidden."""

    api = "Badge Connect"
    path = "/assertions"

    def __init__(self, calls: ConnectCalls, address: str | None, page: int = paging.PAGE) -> None:
        super().__init__(calls, address, page)
        self._answers = calls

    def _listed(self, reply: Reply) -> list[str | None]:
        return [_id(one) for one in self._answers.found(reply)]

    def _handed_over(self, parcel: Parcel) -> Outcome:
        """Hand over a badge by its address."""
        if parcel.url is None:
            return Outcome(OutcomeState.REFUSED, reason="no_web_address")
        body: JsonObject = {
            "assertion": {"@context": _CONTEXT, "type": "Assertion", "id": parcel.url}
        }
        reply = self._calls.exchange("POST", self.path, body)
        return verdicts.outcome(reply, canonical_url(parcel.url))


def _id(assertion: JsonObject) -> str | None:
    found = name_in(assertion.get("id"))
    return canonical_url(found) if found else None

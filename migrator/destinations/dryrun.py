"""A session that asks but changes nothing."""

from __future__ import annotations

from migrator.destinations.base import Held, Outcome, OutcomeState, Parcel, Session
from migrator.destinations.wrapper import Wrapper
from migrator.openbadges.identity import canonical_url


class DryRun(Wrapper):
    """Asks once what is there; what would be sent is only looked up in that."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._there: dict[str, Held] | None = None

    def send(self, parcel: Parcel) -> Outcome:
        """Say whether the badge is there; one that is not stays to be sent."""
        held = self.find(parcel)
        if held is None:
            return Outcome(OutcomeState.NOT_SENT, detail="Dry run: nothing was sent.")
        return Outcome(OutcomeState.ALREADY_THERE, remote_id=held.remote_id, pending=held.pending)

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up among those that were there."""
        if self._there is None:
            self._there = {canonical_url(one.open_badge_id): one for one in self.session.held()}
        wanted = (canonical_url(one) for one in parcel.open_badge_ids)
        return next((self._there[one] for one in wanted if one in self._there), None)

    def create_collection(self, name: str, description: str | None, published: bool) -> str:  # noqa: ARG002 - the interface has them
        """Return a name that no destination has."""
        return f"dry-run:{name}"

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Change nothing."""

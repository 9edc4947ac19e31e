"""Behaviour around a session, one wrapper for each: retries, pace, a record, a dry run.

Each is a Session itself, so that they stack: `Retrying(RateLimited(Recorded(session, record)))`.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.destinations.base import Held, HeldCollection, Outcome, OutcomeState, Parcel, Session
from migrator.destinations.patience import Pace
from migrator.destinations.recorded import Call, Recorded
from migrator.destinations.retrying import Retrying
from migrator.destinations.wrapper import Wrapper
from migrator.net import RateLimiter

__all__ = ["Call", "DryRun", "Pace", "RateLimited", "Recorded", "Retrying", "Wrapper"]


class RateLimited(Wrapper):
    """Waits before each request until it is due."""

    def __init__(self, session: Session, limiter: RateLimiter) -> None:
        super().__init__(session)
        self._limiter = limiter

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        self._limiter.wait()
        return super().held()

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge."""
        self._limiter.wait()
        return super().send(parcel)

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        self._limiter.wait()
        return super().find(parcel)

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        self._limiter.wait()
        return super().collections()

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id."""
        self._limiter.wait()
        return super().create_collection(name, description, published)

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self._limiter.wait()
        super().fill_collection(remote_id, name, badges)


class DryRun(Wrapper):
    """Asks, but changes nothing: what would be sent is only looked up."""

    def send(self, parcel: Parcel) -> Outcome:
        """Say whether the badge is there; one that is not stays to be sent."""
        held = self.session.find(parcel)
        if held is not None:
            return Outcome(
                OutcomeState.ALREADY_THERE, remote_id=held.remote_id, pending=held.pending
            )
        return Outcome(OutcomeState.TRY_AGAIN, after=0.0, detail="Dry run: nothing was sent.")

    def create_collection(self, name: str, description: str | None, published: bool) -> str:  # noqa: ARG002 - the interface has them
        """Return a name that no destination has."""
        return f"dry-run:{name}"

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Change nothing."""

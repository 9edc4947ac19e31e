"""Trying again what may succeed; looking first where an answer was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from migrator.destinations.base import (
    Held,
    HeldCollection,
    NotAccepted,
    Outcome,
    OutcomeState,
    Parcel,
    Session,
    TryLater,
)
from migrator.destinations.patience import USUAL, Pace, Patience
from migrator.destinations.wrapper import Wrapper
from migrator.errors import SignInFailed

_MAYBE = (OutcomeState.TRY_AGAIN, OutcomeState.UNKNOWN)


class Retrying(Wrapper):
    """Tries again what may succeed, and looks first when an answer was lost.

    A refusal is final, but for an internal error of the server, which gets one more chance. With
    `stop` true nothing is waited for any more.
    """

    def __init__(
        self,
        session: Session,
        pace: Pace = USUAL,
        *,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(session)
        self._patience = Patience(pace, sleep=sleep, stop=stop)
        self._stop = stop

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge, until it is settled or not worth another try now."""
        attempts = _Attempts(self.session, parcel, self._stop)
        return self._patience.while_worth(attempts.once, lambda _: attempts.worth_another)

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        return iter(self._patience.again(lambda: list(self.session.held())))

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        return self._patience.again(lambda: self.session.find(parcel))

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self._patience.again(self.session.collections)

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection; when the answer was lost, take the one that came of it."""
        lost = False

        def once() -> str:
            nonlocal lost
            if lost and (made := _empty_one(self.session.collections(), name)):
                return made
            try:
                return self.session.create_collection(name, description, published)
            except TryLater as error:
                lost = lost or error.sent
                raise

        return self._patience.again(once)

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self._patience.again(lambda: self.session.fill_collection(remote_id, name, badges))


class _Attempts:
    """The attempts at one parcel: what came of the last one, and whether another is worth it."""

    def __init__(self, session: Session, parcel: Parcel, stop: Callable[[], bool]) -> None:
        self.last: Outcome | None = None
        self._session = session
        self._parcel = parcel
        self._stop = stop
        self._lost = False
        self._failed = 0

    @property
    def worth_another(self) -> bool:
        if self.last is None or self.last.reason == "server_error":
            return self._failed < 2
        return self.last.state in _MAYBE

    def once(self) -> Outcome:
        """Look first when an answer was lost; send when it is known not to be there."""
        if self.last is None or not self._stop():
            self.last = self._looked() or self._sent()
        return self.last

    def _looked(self) -> Outcome | None:
        if not self._lost:
            return None
        try:
            return self._there()
        except (TryLater, NotAccepted, SignInFailed):
            return self.last  # still unknown: never send blindly

    def _sent(self) -> Outcome:
        outcome = self._session.send(self._parcel)
        if outcome.state is OutcomeState.NOT_SENT and self.last is not None:
            return self.last  # what came of the attempt before is still what is known
        self._lost = self._lost or outcome.state is OutcomeState.UNKNOWN
        self._failed += outcome.reason == "server_error"
        if outcome.state is OutcomeState.ALREADY_THERE and outcome.remote_id is None:
            # The refusal of a second copy names no id; collections need it.
            return self._found() or outcome
        return outcome

    def _found(self) -> Outcome | None:
        """Return what a look at the destination says; a look that fails says nothing."""
        try:
            return self._there()
        except (TryLater, NotAccepted, SignInFailed):
            return None

    def _there(self) -> Outcome | None:
        held = self._session.find(self._parcel)
        if held is None:
            return None
        state = OutcomeState.DONE if self._lost else OutcomeState.ALREADY_THERE
        return Outcome(state, remote_id=held.remote_id, pending=held.pending)


def _empty_one(collections: list[HeldCollection], name: str) -> str | None:
    fits = (one.remote_id for one in collections if one.name == name and not one.badges)
    return next(fits, None)

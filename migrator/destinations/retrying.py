"""Trying again: what may succeed, how often, and after how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import tenacity

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
from migrator.destinations.wrapper import Wrapper
from migrator.errors import SignInFailed

T = TypeVar("T")
_NAP = 0.25
_MAYBE = (OutcomeState.TRY_AGAIN, OutcomeState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long to try: `first` and `longest` wait in seconds.

    A wait is drawn between nothing and first, twice first, four times first... up to `longest`, so
    that many clients do not come back together. A destination that asks for a longer wait than
    `longest` is not waited for at all: the badge goes back to the plan.
    """

    attempts: int = 4
    first: float = 1.0
    longest: float = 60.0


class Retrying(Wrapper):
    """Tries again what may succeed, and looks first when an answer was lost.

    A refusal is final, but for an internal error of the server, which gets one more chance. With
    `stop` true nothing is waited for any more.
    """

    def __init__(
        self,
        session: Session,
        pace: Pace = Pace(),
        *,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(session)
        self._pace = pace
        self._sleep = sleep
        self._stop = stop
        self._jitter = tenacity.wait_random_exponential(multiplier=pace.first, max=pace.longest)

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge, until it is settled or not worth another try now."""
        attempts = _Attempts(self.session, parcel, self._stop)
        trying = tenacity.Retrying(
            stop=self._given_up,
            wait=self._wait,
            retry=tenacity.retry_if_result(lambda _: attempts.worth_another),
            sleep=self._nap,
            retry_error_callback=lambda _: attempts.last,
        )
        outcome: Outcome = trying(attempts.once)
        return outcome

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds."""
        return iter(self._again(lambda: list(self.session.held())))

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination."""
        return self._again(lambda: self.session.find(parcel))

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self._again(self.session.collections)

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

        return self._again(once)

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges."""
        self._again(lambda: self.session.fill_collection(remote_id, name, badges))

    def _again(self, call: Callable[[], T]) -> T:
        """Make a call that may be repeated until it does not raise TryLater any more."""
        trying = tenacity.Retrying(
            stop=self._given_up,
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(TryLater),
            sleep=self._nap,
            reraise=True,
        )
        return trying(call)

    def _given_up(self, state: tenacity.RetryCallState) -> bool:
        asked = _asked_for(state)
        too_long = asked is not None and asked > self._pace.longest
        return too_long or state.attempt_number >= self._pace.attempts or self._stop()

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = _asked_for(state)
        return float(self._jitter(state)) if asked is None else asked

    def _nap(self, seconds: float) -> None:
        """Sleep in short pieces, so that a person who wants to stop does not wait for us."""
        while seconds > 0 and not self._stop():
            self._sleep(min(seconds, _NAP))
            seconds -= _NAP


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
        """Look first when an answer was lost, else or then send."""
        if self.last is None or not self._stop():
            self.last = (self._found() if self._lost else None) or self._sent()
        return self.last

    def _sent(self) -> Outcome:
        outcome = self._session.send(self._parcel)
        self._lost = self._lost or outcome.state is OutcomeState.UNKNOWN
        self._failed += outcome.reason == "server_error"
        if outcome.state is OutcomeState.ALREADY_THERE and outcome.remote_id is None:
            # The refusal of a second copy names no id; collections need it.
            return self._found() or outcome
        return outcome

    def _found(self) -> Outcome | None:
        """Return what a look at the destination says; a look that fails says nothing."""
        try:
            held = self._session.find(self._parcel)
        except (TryLater, NotAccepted, SignInFailed):
            return None
        if held is None:
            return None
        state = OutcomeState.DONE if self._lost else OutcomeState.ALREADY_THERE
        return Outcome(state, remote_id=held.remote_id, pending=held.pending)


def _asked_for(state: tenacity.RetryCallState) -> float | None:
    """Return the seconds the destination asked to wait, by outcome or exception."""
    ended = state.outcome
    assert ended is not None, "tenacity asks after an attempt"
    said = ended.exception() if ended.failed else ended.result()
    return said.after if isinstance(said, Outcome | TryLater) else None


def _empty_one(collections: list[HeldCollection], name: str) -> str | None:
    fits = (one.remote_id for one in collections if one.name == name and not one.badges)
    return next(fits, None)

"""Patience: how long to wait for what may succeed later, and when to give up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import tenacity

from migrator.destinations.base import Outcome, TryLater

T = TypeVar("T")
_NAP = 0.25


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


USUAL = Pace()


class Patience:
    """Makes calls again at a pace; with `stop` true nothing is waited for any more."""

    def __init__(
        self,
        pace: Pace = USUAL,
        *,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._stop = stop
        self._pace = pace
        self._sleep = sleep
        self._jitter = tenacity.wait_random_exponential(multiplier=pace.first, max=pace.longest)

    def again(self, call: Callable[[], T]) -> T:
        """Make a call that may be repeated until it does not raise TryLater any more."""
        trying = tenacity.Retrying(
            stop=self._given_up,
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(TryLater),
            sleep=self._nap,
            reraise=True,
        )
        return trying(call)

    def while_worth(self, call: Callable[[], T], worth_another: Callable[[T], bool]) -> T:
        """Make a call until another is not worth it, or too many were made; return the last."""
        trying = tenacity.Retrying(
            stop=self._given_up,
            wait=self._wait,
            retry=tenacity.retry_if_result(worth_another),
            sleep=self._nap,
            retry_error_callback=_said,
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


def _asked_for(state: tenacity.RetryCallState) -> float | None:
    """Return the seconds the destination asked to wait, by outcome or exception."""
    ended = _ended(state)
    said = ended.exception() if ended.failed else ended.result()
    return said.after if isinstance(said, Outcome | TryLater) else None


def _said(state: tenacity.RetryCallState) -> Any:
    return _ended(state).result()


def _ended(state: tenacity.RetryCallState) -> tenacity.Future:
    assert state.outcome is not None, "tenacity asks after an attempt"
    return state.outcome

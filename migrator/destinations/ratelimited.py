"""A session that keeps the destination's pace, and a slower one when the destination complains."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from migrator.destinations.base import Outcome, OutcomeState, Parcel, Session, TryLater
from migrator.destinations.wrapper import Around
from migrator.net import RateLimiter

T = TypeVar("T")
LONGEST_PAUSE = 900.0
"""Seconds; a destination that asks for a longer wait is not waited for by anybody."""


class RateLimited(Around):
    """Waits before each request until it is due, by the host's pace and by the account's own.

    A complaint (429, 503, a wait asked for) halves the pace of the host and lets all its sessions
    wait as long as it asks. Whoever wants to stop is not kept waiting: then nothing is asked.
    """

    def __init__(
        self,
        session: Session,
        host: RateLimiter,
        account: RateLimiter | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(session)
        self._host = host
        self._account = account
        self._clock = clock
        self._stop = stop

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge."""
        if not self._turn():
            return Outcome(OutcomeState.NOT_SENT)
        began = self._clock()
        outcome = self.session.send(parcel)
        if outcome.reason == "rate_limited" or outcome.http_status == 503:
            heed(self._host, outcome.after, began)
        elif outcome.state in _CONTENT:
            self._host.recover()
        return outcome

    def around(self, call: Callable[[], T]) -> T:
        """Make a call when it is due; raises TryLater when nothing more is to be asked."""
        if not self._turn():
            raise TryLater("Stopped before the destination was asked.", "Run the command again.")
        began = self._clock()
        try:
            result = call()
        except TryLater as error:
            if error.after is not None:
                heed(self._host, error.after, began)
            raise
        self._host.recover()
        return result

    def _turn(self) -> bool:
        if self._account is not None:
            self._account.wait()
        self._host.wait()
        return not self._stop()


def heed(limiter: RateLimiter, after: float | None, began: float) -> None:
    """Take a complaint about a request that began at a moment: slow down, and wait if asked to."""
    limiter.slow(since=began)
    if after is not None and 0 < after <= LONGEST_PAUSE:
        limiter.pause(after)


_CONTENT = (OutcomeState.DONE, OutcomeState.ALREADY_THERE, OutcomeState.REFUSED)

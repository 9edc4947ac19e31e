"""How a destination is treated by everybody who pushes to it: one pace, one circuit, patience."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrator.destinations.base import Capabilities, Session, TryLater
from migrator.destinations.breaker import USUAL as USUAL_FUSE
from migrator.destinations.breaker import Breaking, Circuit, Fuse, guarded
from migrator.destinations.patience import USUAL, Pace, Patience
from migrator.destinations.ratelimited import RateLimited, heed
from migrator.destinations.retrying import Retrying
from migrator.net import RateLimiter

_NAP = 0.25
_REQUESTS_OF_A_SIGN_IN = 2
"""Tokens, and who the account is; a kept token saves one of them."""


class Manners:
    """What all sessions of one destination share. With `stop` true nobody waits any more."""

    def __init__(  # noqa: PLR0913 -- a test brings its own clock, patience and fuse
        self,
        capabilities: Capabilities,
        *,
        stop: Callable[[], bool] = lambda: False,
        pace: Pace = USUAL,
        fuse: Fuse = USUAL_FUSE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._capabilities = capabilities
        self._stop = stop
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self.circuit = Circuit(fuse, clock=clock, sleep=sleep, stop=stop)
        self.limiter = self._limiter(capabilities.requests_per_minute, capabilities.at_once)

    def sign_in(self, enter: Callable[[], Session]) -> Session:
        """Sign in at the destination's pace, and go on as politely.

        Tried again only where the destination could not be asked: never a wrong password.
        """
        patience = Patience(self._pace, sleep=self._sleep, stop=self._stop)
        session = patience.again(lambda: guarded(self.circuit, lambda: self._in_turn(enter)))
        return self.around(session)

    def around(self, session: Session) -> Session:
        """Return a session that keeps the pace, spares a destination that is away, and retries."""
        account = self._capabilities.account_requests_per_minute
        limited = RateLimited(
            session,
            self.limiter,
            self._limiter(account, 1) if account else None,
            clock=self._clock,
            stop=self._stop,
        )
        broken = Breaking(limited, self.circuit)
        return Retrying(broken, self._pace, sleep=self._sleep, stop=self._stop)

    def _in_turn(self, enter: Callable[[], Session]) -> Session:
        for _ in range(_REQUESTS_OF_A_SIGN_IN):
            self.limiter.wait()
        if self._stop():
            raise TryLater("Stopped before the sign-in.", "Run the command again.")
        began = self._clock()
        try:
            return enter()
        except TryLater as error:
            if error.after is not None:
                heed(self.limiter, error.after, began)
            raise

    def _limiter(self, per_minute: int | None, at_once: int) -> RateLimiter:
        return RateLimiter(
            per_minute, at_once=at_once, clock=self._clock, sleep=self._nap, stop=self._stop
        )

    def _nap(self, seconds: float) -> None:
        """Sleep in short pieces, so that a person who wants to stop does not wait for us."""
        until = self._clock() + seconds
        while not self._stop() and (left := until - self._clock()) > 0:
            self._sleep(min(left, _NAP))

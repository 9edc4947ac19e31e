"""A session that awards, with patience: it keeps the destination's pace, and asks again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import tenacity

from migrator.destinations.base import Credentials, TryLater
from migrator.destinations.issuing import (
    Award,
    AwardPage,
    BatchOutcome,
    IssuerSession,
    NewBadgeClass,
    NewIssuer,
    OwnBadgeClass,
    OwnIssuer,
)
from migrator.destinations.retrying import Pace
from migrator.net import RateLimiter
from migrator.openbadges.model import Addresses

T = TypeVar("T")
_NAP = 0.25
_USUAL = Pace()


class Patient:
    """An IssuerSession around another: questions are asked again, what changes anything is not.

    A destination that asks for a longer wait than `pace.longest` is not waited for. With `stop`
    true nothing is waited for any more.
    """

    def __init__(
        self,
        session: IssuerSession,
        limiter: RateLimiter,
        pace: Pace = _USUAL,
        *,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.session = session
        self._limiter = limiter
        self._pace = pace
        self._sleep = sleep
        self._stop = stop
        self._jitter = tenacity.wait_random_exponential(multiplier=pace.first, max=pace.longest)

    @property
    def addresses(self) -> Addresses:
        """The addresses of the account."""
        return self.session.addresses

    @property
    def credentials(self) -> Credentials:
        """The credentials of the account."""
        return self.session.credentials

    def issuers(self) -> list[OwnIssuer]:
        """Return the issuers the account may award for."""
        return self._asked(self.session.issuers)

    def badge_classes(self) -> list[OwnBadgeClass]:
        """Return the badge classes of all these issuers."""
        return self._asked(self.session.badge_classes)

    def create_issuer(self, new: NewIssuer) -> OwnIssuer:
        """Make an issuer."""
        self._limiter.wait()
        return self.session.create_issuer(new)

    def create_badge_class(self, issuer_id: str, new: NewBadgeClass) -> OwnBadgeClass:
        """Make a badge class."""
        self._limiter.wait()
        return self.session.create_badge_class(issuer_id, new)

    def award(self, badge_class_id: str, awards: Sequence[Award], *, notify: bool) -> BatchOutcome:
        """Award a batch."""
        self._limiter.wait()
        return self.session.award(badge_class_id, awards, notify=notify)

    def awarded(self, badge_class_id: str, page: str | None = None) -> AwardPage:
        """Return a part of what was awarded of a badge class."""
        return self._asked(lambda: self.session.awarded(badge_class_id, page))

    def awarded_to(
        self, issuer_id: str, recipients: Iterable[str], page: str | None = None
    ) -> AwardPage:
        """Return a part of what an issuer has awarded to some people."""
        people = tuple(recipients)
        return self._asked(lambda: self.session.awarded_to(issuer_id, people, page))

    def close(self) -> None:
        """Give back connections."""
        self.session.close()

    def _asked(self, question: Callable[[], T]) -> T:
        def once() -> T:
            self._limiter.wait()
            return question()

        trying = tenacity.Retrying(
            stop=self._given_up,
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(TryLater),
            sleep=self._nap,
            reraise=True,
        )
        return trying(once)

    def _given_up(self, state: tenacity.RetryCallState) -> bool:
        asked = _asked_for(state)
        too_long = asked is not None and asked > self._pace.longest
        return too_long or state.attempt_number >= self._pace.attempts or self._stop()

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = _asked_for(state)
        return float(self._jitter(state)) if asked is None else asked

    def _nap(self, seconds: float) -> None:
        while seconds > 0 and not self._stop():
            self._sleep(min(seconds, _NAP))
            seconds -= _NAP


def _asked_for(state: tenacity.RetryCallState) -> float | None:
    ended = state.outcome
    assert ended is not None, "tenacity asks after an attempt"
    error = ended.exception()
    return error.after if isinstance(error, TryLater) else None

"""A session that awards, with patience: it keeps the destination's pace, and asks again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from migrator.destinations.base import Credentials
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
from migrator.destinations.patience import USUAL, Pace, Patience
from migrator.net import RateLimiter
from migrator.openbadges.model import Addresses

T = TypeVar("T")


class Patient:
    """An IssuerSession around another: questions are asked again, what changes anything is not.

    A destination that asks for a longer wait than `pace.longest` is not waited for. With `stop`
    true nothing is waited for any more.
    """

    def __init__(
        self,
        session: IssuerSession,
        limiter: RateLimiter,
        pace: Pace = USUAL,
        *,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.session = session
        self._limiter = limiter
        self._patience = Patience(pace, sleep=sleep, stop=stop)

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

        return self._patience.again(once)

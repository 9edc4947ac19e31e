"""A circuit breaker: a destination that is away is left alone, and asked now and then."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from migrator.destinations.base import NotAccepted, Outcome, OutcomeState, Parcel, Session, TryLater
from migrator.destinations.wrapper import Around
from migrator.errors import SignInFailed

T = TypeVar("T")
AWAY = "destination_unreachable"
_NAP = 0.25


@dataclass(frozen=True, slots=True)
class Fuse:
    """When a circuit opens and how it closes again; times in seconds.

    `failures` calls in a row without an answer open it. The first probe comes after `first`, the
    next ones after twice as long each, up to `longest`; after `patience` nobody is asked any more.
    """

    failures: int = 5
    first: float = 2.0
    longest: float = 60.0
    patience: float = 900.0


USUAL = Fuse()


class Circuit:
    """What is known of one host by everybody who asks it; shared by threads.

    While it is open one caller after the other is let through as a probe, the others wait.
    """

    def __init__(
        self,
        fuse: Fuse = USUAL,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._fuse = fuse
        self._clock = clock
        self._sleep = sleep
        self._stop = stop
        self._lock = threading.Lock()
        self._failed = 0
        self._opened: float | None = None
        self._probe_at = 0.0
        self._pause = fuse.first
        self._prober: int | None = None
        self.given_up = False

    def passes(self) -> bool:
        """Wait until the destination may be asked; False when it may not be any more."""
        while not (self.given_up or self._stop()):
            with self._lock:
                if self._opened is None or self._is_probe():
                    return True
            self._sleep(_NAP)
        return False

    def answered(self) -> None:
        """Note that an answer came, whatever it was: the destination is there."""
        with self._lock:
            self._failed, self._opened, self._prober = 0, None, None
            self._pause = self._fuse.first

    def failed(self) -> None:
        """Note that no answer came."""
        with self._lock:
            self._failed += 1
            if self._opened is None:
                if self._failed >= self._fuse.failures:
                    self._opened = self._clock()
                    self._rest()
            elif self._prober == threading.get_ident():
                self._prober = None
                self._pause = min(self._fuse.longest, self._pause * 2)
                self._rest()

    def _rest(self) -> None:
        # Full jitter would let a probe follow at once; half of the wait is certain.
        self._probe_at = self._clock() + self._pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    def _is_probe(self) -> bool:
        assert self._opened is not None
        now = self._clock()
        if now - self._opened > self._fuse.patience:
            self.given_up = True
        elif self._prober is None and now >= self._probe_at:
            self._prober = threading.get_ident()
            return True
        return False


class Breaking(Around):
    """A session whose calls wait while the circuit of its destination is open."""

    def __init__(self, session: Session, circuit: Circuit) -> None:
        super().__init__(session)
        self._circuit = circuit

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge, or hand it back when the destination is not to be asked."""
        if not self._circuit.passes():
            away = self._circuit.given_up
            return Outcome(OutcomeState.NOT_SENT, reason=AWAY if away else None)
        outcome = Outcome(OutcomeState.UNKNOWN)
        try:
            outcome = self.session.send(parcel)
        finally:
            if outcome.state is OutcomeState.UNKNOWN or outcome.reason == AWAY:
                self._circuit.failed()
            elif outcome.state is not OutcomeState.NOT_SENT:
                self._circuit.answered()
        return outcome

    def around(self, call: Callable[[], T]) -> T:
        """Make a call; raises TryLater when the destination is not to be asked."""
        return guarded(self._circuit, call)


def guarded(circuit: Circuit, call: Callable[[], T]) -> T:
    """Make a call while the circuit is closed, or as its probe; raises TryLater otherwise."""
    if not circuit.passes():
        raise TryLater("The destination does not answer.", "Run the command again later.")
    there = False
    try:
        result = call()
        there = True
    except (NotAccepted, SignInFailed):
        there = True
        raise
    except TryLater as error:
        there = error.after is not None  # it asks for a pause: that is an answer
        raise
    finally:
        if there:
            circuit.answered()
        else:
            circuit.failed()
    return result

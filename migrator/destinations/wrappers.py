"""Behaviour around a session, one wrapper for each: retries, breaker, pace, a record, a dry run.

Each is a Session itself, so that they stack:
`Retrying(Breaking(RateLimited(Recorded(session, record), limiter), circuit))`.
"""

from __future__ import annotations

from migrator.destinations.breaker import Breaking, Circuit, Fuse
from migrator.destinations.dryrun import DryRun
from migrator.destinations.patience import Pace
from migrator.destinations.ratelimited import RateLimited
from migrator.destinations.recorded import Call, Recorded
from migrator.destinations.retrying import Retrying
from migrator.destinations.wrapper import Around, Wrapper

__all__ = [
    "Around",
    "Breaking",
    "Call",
    "Circuit",
    "DryRun",
    "Fuse",
    "Pace",
    "RateLimited",
    "Recorded",
    "Retrying",
    "Wrapper",
]

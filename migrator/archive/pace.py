"""How fast a push goes and how long it still takes, read from the archive by any other process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from migrator.archive.archive import Archive
from migrator.archive.lease import at_work
from migrator.archive.totals import StateTotal

_RECENT = 2000
_SECONDS = 300.0
_FEWEST = 3
_OPEN = ("planned", "sending", "waiting")


@dataclass(frozen=True, slots=True)
class Pace:
    """A push that runs: who, badges a minute over the last minutes, what is left, how long.

    `per_minute` and `seconds_left` are None until there is enough to judge by.
    """

    who: str
    left: int
    per_minute: float | None
    seconds_left: float | None


def pace(archive: Archive, destination_id: int, states: Iterable[StateTotal]) -> Pace | None:
    """Return the pace of the push to a destination, None while nobody is at work there."""
    rows = archive.all(
        "select attempt.at, transfer.destination_id from attempt"
        " join transfer on transfer.id = attempt.transfer_id"
        " where attempt.id > (select max(id) from attempt) - ? order by attempt.id",
        _RECENT,
    )
    now = _seconds(archive.now())
    moments = [_seconds(at) for at, destination in rows if destination == destination_id]
    moments = [at for at in moments if now - at <= _SECONDS]
    who = at_work(archive)
    if who is None or not moments:
        return None
    left = sum(one.badges for one in states if one.state in _OPEN)
    span = now - moments[0]
    if len(moments) < _FEWEST or span <= 0:
        return Pace(who, left, None, None)
    rate = len(moments) / span
    return Pace(who, left, 60 * rate, left / rate)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()

"""Dates of badge documents: ISO 8601 in any precision and offset, days, and unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from migrator.openbadges.model import Json

_UNIX = re.compile(r"[0-9]{1,10}")
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_FRACTION = re.compile(r"([.,][0-9]{6})[0-9]+")


def to_utc(value: Json) -> str | None:
    """Return a date as "2014-05-29T10:16:01Z", None when it is no date.

    Takes ISO 8601 (without an offset: UTC), YYYY-MM-DD, and 1 to 10 digits of unix seconds as a
    number or a string (reference/mozilla-backpack.md 6). Fractions of a second are dropped.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        value = str(value) if 0 <= value <= 9_999_999_999 else ""
    if not isinstance(value, str):
        return None
    value = value.strip()
    try:
        if _PLAIN.fullmatch(value):  # as most are written
            datetime.fromisoformat(value[:-1])
            return value
        moment = _unix(value) if _UNIX.fullmatch(value) else _iso(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _unix(digits: str) -> datetime:
    return datetime.fromtimestamp(int(digits), UTC)


def _iso(text: str) -> datetime:
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text.upper()))
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC)

"""A moment of today or tomorrow, as a person types it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from migrator import errors


def moment(text: str, now: datetime | None = None) -> str:
    """Return a time as ISO 8601 UTC: `18:00` of this computer's clock, or a whole date and time.

    An hour that is past means tomorrow's. Raises Usage for anything else, and for a past date.
    """
    current = now or datetime.now().astimezone()
    text = text.strip()
    try:
        if len(text) <= 5:
            hour, minute = text.split(":")
            when = datetime.combine(current.date(), time(int(hour), int(minute)), current.tzinfo)
            when += timedelta(days=when <= current)
        else:
            when = datetime.fromisoformat(text)
            when = when if when.tzinfo else when.replace(tzinfo=current.tzinfo)
    except ValueError:
        raise errors.Usage(
            f"{text} is no time.", "Write it as 18:00 or 2026-11-30T18:00."
        ) from None
    if when <= current:
        raise errors.Usage(f"{text} is past.", "Name a time to come, or leave --until out.")
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

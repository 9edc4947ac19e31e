"""The forms of single values the validator checks: IRI, URL, domain, date; and its shortening."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from migrator.openbadges.model import Json

_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_URN = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:?\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)", re.ASCII)
_LENGTH = 48


def is_url(value: Json) -> bool:
    """Whether this is an absolute http or https URL."""
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def is_iri(value: Json) -> bool:
    """Whether the validator takes this as an IRI: a URL, a blank node or a urn:uuid.

    `uid:abc-s10` is none (3-dead-51), `urn:uuid:...` is one (3-dead-41).
    """
    if not isinstance(value, str):
        return False
    return is_url(value) or value.startswith("_:") or _URN.fullmatch(value) is not None


def is_data_uri(value: Json) -> bool:
    """Whether this is a `data:` URI (2-import-25)."""
    return isinstance(value, str) and value[:5].lower() == "data:" and "," in value


def is_domain(value: Json) -> bool:
    """Whether this is a domain name without a port, as allowedOrigins must be (2-import-31)."""
    return isinstance(value, str) and _DOMAIN.fullmatch(value) is not None


def moment(value: Json) -> datetime | None:
    """Return an ISO 8601 date and time, naive when it has no zone; None for anything else."""
    if not isinstance(value, str) or "T" not in value.upper():
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def is_zoned(value: Json) -> bool:
    """Whether a 2.0 date is one: with time and zone (2-import-21, 7-extra-21)."""
    if not isinstance(value, str) or _ZONED.fullmatch(value) is None:
        return False
    found = moment(value)
    return found is not None and found.tzinfo is not None


def in_utc(value: Json) -> str:
    """Return a date as the validator's messages write it, or as it stands."""
    found = moment(value)
    if found is None or found.tzinfo is None:
        return str(value)
    try:
        return str(found.astimezone(UTC))
    except OverflowError:
        return str(value)


def short(value: object) -> str:
    """Shorten a value as the validator does in its messages (2-import-11, 2-import-30)."""
    text = str(value)
    return text if len(text) < _LENGTH else f"{text[:_LENGTH]}..."

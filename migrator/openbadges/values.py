"""Values of badge documents, in whatever shape an issuer wrote them; the wrong type is None."""

from __future__ import annotations

from migrator.openbadges.model import Json, JsonObject

_ID_KEYS = ("id", "@id", "_location", "url")


def text(value: Json) -> str | None:
    """Return a string that says something, None for anything else."""
    if isinstance(value, str) and value.strip():
        return value
    return None


def label(value: Json) -> str | None:
    """Return a string, a number as a string, the first of a list, or one text of a language map."""
    if isinstance(value, str):  # nearly always
        return text(value)
    value = first(value)
    if isinstance(value, dict):
        return text(value.get("@value")) or text(value.get("en")) or _first_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value)


def first(value: Json) -> Json:
    """Return the first of a list that says something, or the value itself when it is no list."""
    if not isinstance(value, list):
        return value
    return next((item for item in value if item not in (None, "")), None)


def items(value: Json) -> list[Json]:
    """Return a list as it is, a single value as a list of one, nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def mapping(value: Json) -> JsonObject | None:
    """Return an object, or the first object of a list; None for anything else."""
    value = first(value)
    return value if isinstance(value, dict) else None


def address(value: Json) -> str | None:
    """Return a URL or id, written as a string, as an object with an id, or as a list of these."""
    if not isinstance(value, str):
        value = first(value)
    if isinstance(value, dict):
        value = next((value[key] for key in _ID_KEYS if text(value.get(key))), None)
    # Not by way of `text`: this is asked for each address of each badge.
    return (value.strip() or None) if isinstance(value, str) else None


def flag(value: Json) -> bool:
    """Return whether a value means yes: true, or the word "true" (seen for `hashed`)."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _first_text(value: JsonObject) -> str | None:
    return next((found for item in value.values() if (found := text(item))), None)

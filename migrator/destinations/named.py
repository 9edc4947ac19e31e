"""Names that a server gives its things, as far as they can be kept and asked for again."""

from __future__ import annotations

from migrator.openbadges.model import Json

LONGEST = 2000
"""Characters of a name: more is no name, but something that went wrong."""


def name_in(value: Json) -> str | None:
    """Return a value that is a name, None for anything else: also what no file could hold."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        return None
    return value if value.isprintable() else None

"""Addresses made unrecognisable in everything a page says, for who may not see them.

Values are masked before a page is made of them: in the finished page a style sheet's `@media` would
be taken for an address too, and an address that may be broken at its dots would be several words.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from migrator.report.words import masked

# A word of the standard, in quotes or brackets: nobody's address.
_NOBODY = re.compile(r"(?<=[\"(])@context(?=[\")])")


def veiled(value: Any) -> Any:
    """Return a value with every address in its texts masked, however deep; its shape stays."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return "@context".join(masked(part) for part in _NOBODY.split(value))
    if isinstance(value, dict):
        return {veiled(key): veiled(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(veiled(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{one.name: veiled(getattr(value, one.name)) for one in fields(value)}
        )
    return value

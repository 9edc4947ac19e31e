"""Who may do what at the desk: look, see addresses, act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOOK = "desk-look"
ADDRESSES = "desk-addresses"
ACT = "desk-act"
STAFF, GUEST = "desk", "guest"
"""The two accounts there can be: support staff, and who sees everything but addresses."""

_RAW = frozenset({"view-database", "view-table", "view-query", "execute-sql"})
_NEVER = frozenset({"view-database-download", "permissions-debug", "debug-menu"})
DATABASE = "archive"
"""What Datasette calls the archive, whatever its file is called."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the desk is opened: `hashes` are those of the passwords by account.

    Without any hash nobody signs in, and everybody who can reach the address is who started it.
    `names` are the names it may be asked under besides numbers and `localhost`.
    """

    archive: Path
    mask: bool = False
    actions: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict, repr=False)
    names: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        """Whether people have to sign in."""
        return bool(self.hashes)


def allowed(settings: Settings, actor: Any, action: str, resource: Any) -> bool | None:
    """Say whether somebody may do something; None for what is not ours to say.

    Whoever may not see addresses sees no table and asks no SQL: there they stand as they are.
    """
    who = actor.get("id") if isinstance(actor, dict) else None
    staff = who == STAFF if settings.signed_in else True
    looks = staff or who == GUEST
    if action in (LOOK, "view-instance"):
        return looks
    if action == ADDRESSES:
        return staff and not settings.mask
    if action == ACT:
        return staff and settings.actions
    if action in _NEVER:
        return False
    if action in _RAW:
        database = resource if isinstance(resource, str) else (resource or ("",))[0]
        return staff and not settings.mask and database == DATABASE
    return None

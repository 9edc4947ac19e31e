"""Which address, in which spelling, an account must have before a badge fits it."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.openbadges.model import Addresses, Recipient
from migrator.openbadges.recipient import looks_hashed, matching_spelling

_ADD = "add this spelling to the account: "
_AWARDED = "awarded to "


def needed(recipient: Recipient, account: Addresses, known: Iterable[str] = ()) -> str | None:
    """Return the exact spelling an account must have, None when nobody can say which.

    A hashed recipient is compared with the spellings of the account's addresses, then with those of
    `known`, the addresses the archive knows of the learner (reference/badgr-api.md 4).
    """
    if recipient.type != "email":
        return None
    spelling = matching_spelling(recipient, account.all)
    if spelling is not None:
        return spelling
    if not recipient.hashed:
        return None if looks_hashed(recipient.identity) else recipient.identity
    return matching_spelling(recipient, known)


def told(recipient: Recipient | None, spelling: str | None, compared: int) -> str:
    """Say in the plan what is wrong with a recipient; `spelling_told` reads the address back."""
    if recipient is not None and not recipient.hashed and spelling == recipient.identity:
        return f"{_AWARDED}{spelling}"
    if spelling:
        return f"{_ADD}{spelling}"
    return f"the recipient is hashed; none of {compared} known addresses fits"


def spelling_told(detail: str | None) -> str | None:
    """Return the address that `told` named, None when it named none."""
    for start in (_ADD, _AWARDED):
        if detail and detail.startswith(start):
            return detail.removeprefix(start)
    return None


def same_address(one: str, other: str) -> bool:
    """Whether two spellings are of one address: they differ in capitals alone."""
    return one.strip().lower() == other.strip().lower()

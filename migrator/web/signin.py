"""The passwords of the desk: only their hashes, from the environment or the system keyring."""

from __future__ import annotations

import os
import re

from migrator import errors, passwords

KEPT_AS = "desk"
_HASH = re.compile(r"pbkdf2_sha256\$\d{4,8}\$[^$\s]+\$[A-Za-z0-9+/=]{40,}", re.ASCII)


def password_hash(account: str, variable: str) -> str | None:
    """Return the hash of an account's password, None when there is none.

    Raises Usage for what is no such hash; it is not repeated.
    """
    found = (os.environ.get(variable) or passwords.kept(KEPT_AS, account) or "").strip()
    if not found:
        return None
    if _HASH.fullmatch(found) is None:
        raise errors.Usage(
            f"What {variable} holds is not the hash of a password.",
            "It begins with pbkdf2_sha256$ and must be in quotes, for it has $ in it."
            " `datasette hash-password` makes one.",
        )
    return found

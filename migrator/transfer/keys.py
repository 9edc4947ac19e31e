"""How the push gets at passwords and tokens, whoever keeps them."""

from __future__ import annotations

import threading
from typing import Protocol

from migrator.destinations.base import Credentials


class Keys(Protocol):
    """Where passwords and tokens are kept: never in the archive."""

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return how an account signs in, None when nothing is known."""

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep tokens as they arrive: by then the ones before them are dead."""


class SharedKeys:
    """Keys that threads may ask and tell: a keyring is made for one caller at a time."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._lock = threading.Lock()

    def credentials(self, destination: str, username: str) -> Credentials | None:
        """Return how an account signs in."""
        with self._lock:
            return self._keys.credentials(destination, username)

    def save(self, destination: str, credentials: Credentials) -> None:
        """Keep tokens."""
        with self._lock:
            self._keys.save(destination, credentials)

"""A folder that takes badges: for a backpack that takes only files, and for anybody to keep."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Entrance,
    Input,
    OnTokens,
    Place,
    TryLater,
)
from migrator.destinations.files.session import FilesSession
from migrator.destinations.presets import OWN_AT_ONCE
from migrator.errors import Incomplete, SignInFailed, Usage
from migrator.files import names

_TAKES = frozenset({Input.IMAGE, Input.JWS, Input.DOCUMENT, Input.URL})


class Files:
    """A folder with one folder in it for each account."""

    kind = "files"
    title = "A folder on this computer"
    place = Place.FOLDER
    capabilities = Capabilities(
        inputs=_TAKES,
        collections=True,
        profile="files",
        at_once=OWN_AT_ONCE,
        entrances=frozenset({Entrance.OPEN}),
        described=True,
    )

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or "/"

    def sign_in(
        self,
        credentials: Credentials,
        on_tokens: OnTokens | None = None,  # noqa: ARG002 - a folder gives no tokens
    ) -> FilesSession:
        """Open an account's folder, made if need be; no password is asked for.

        Raises SignInFailed when it cannot be written to, TryLater when the disk is full.
        """
        try:
            return FilesSession(Path(self.url) / _folder(credentials.username), credentials)
        except Usage as error:
            raise SignInFailed(error.what, error.next_step) from error
        except Incomplete as error:
            raise TryLater(error.what, error.next_step) from error


def _folder(username: str) -> str:
    """Return the name of an account's folder: never that of another account."""
    name = names.safe(username)
    if name == username:
        return name
    return names.beside(name, sha256(username.encode("utf-8", "replace")).hexdigest()[:8])

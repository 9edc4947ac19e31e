"""One account's folder: `badges/`, `index.csv`, `awards.csv` and `collections/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NoReturn, TypeVar

from migrator.destinations.base import (
    Credentials,
    Held,
    HeldCollection,
    NotAccepted,
    Outcome,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.files import awards, collections
from migrator.destinations.files.index import COLUMNS, Entry, Table, entries, key, settle
from migrator.errors import Incomplete, Usage
from migrator.files import names
from migrator.files.folder import Folder, explained
from migrator.openbadges.baking import sniff
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses

T = TypeVar("T")

BADGES = "badges"
_ENDINGS = {"image/png": ".png", "image/svg+xml": ".svg"}


class FilesSession:
    """An account's folder, opened; raises Usage and Incomplete where a disk does not let it."""

    def __init__(self, root: Path, credentials: Credentials) -> None:
        # There is nothing to sign in with, and what was given is not kept.
        self.credentials = replace(Credentials(credentials.username))
        # Whoever can write here says who it is for.
        self.addresses = Addresses((credentials.username,))
        self._folder = Folder(root, durable=True)
        self._index = Table(root / "index.csv", COLUMNS)
        self._awards = Table(root / "awards.csv", awards.COLUMNS)
        with explained(root):
            listed = entries(self._index)
            settle(self._awards, listed)
        self._entries = {key(one.identity): one for one in listed}

    def __repr__(self) -> str:
        """Say which folder."""
        return f"FilesSession({str(self._folder.root)!r})"

    def held(self) -> Iterator[Held]:
        """Yield every badge of the index whose file is still there."""
        for one in list(self._entries.values()):
            if self._is_there(one):
                yield _held(one)

    def send(self, parcel: Parcel) -> Outcome:
        """Write one badge: its file, its award, and then its line in the index."""
        there = self.find(parcel)
        if there is not None:
            return Outcome(OutcomeState.ALREADY_THERE, remote_id=there.remote_id)
        data, ending = _file_of(parcel)
        if not data:
            return Outcome(OutcomeState.REFUSED, reason="no_badge_data")
        try:
            with explained(self._folder.root):
                return Outcome(OutcomeState.DONE, remote_id=self._written(parcel, data, ending))
        except (Incomplete, Usage) as error:
            return Outcome(OutcomeState.TRY_AGAIN, reason="not_written", detail=error.what[:300])

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up in the index."""
        known = (self._entries.get(key(name)) for name in _names_of(parcel))
        return next((_held(one) for one in known if one and self._is_there(one)), None)

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return self._told(lambda: collections.read(self._folder.root))

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its file."""
        make = collections.create
        return self._told(lambda: make(self._folder.root, name, description, published))

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges; what else it says stays as it is."""
        self._told(lambda: collections.fill(self._folder.root, remote_id, name, badges))

    def add_email(self, address: str) -> NoReturn:  # noqa: ARG002 - the interface has it
        """Say that a folder has no addresses."""
        raise _no_addresses()

    def add_spelling(self, spelling: str) -> NoReturn:  # noqa: ARG002 - the interface has it
        """Say that a folder has no addresses."""
        raise _no_addresses()

    def close(self) -> None:
        """Do nothing: every step is on disk already."""

    def _is_there(self, entry: Entry) -> bool:
        return (self._folder.root / entry.file).is_file()

    def _written(self, parcel: Parcel, data: bytes, ending: str) -> str:
        about, identity = parcel.about, min(_names_of(parcel))
        day = (about.issued_on or "")[:10]
        # A badge whose name is not known goes by its address, which makes no file name.
        title = about.badge or ("" if "://" in parcel.title else parcel.title)
        name = names.readable(
            *(title, about.issuer, day),
            sha256(identity.encode("utf-8", "replace")).digest(),
        )
        put = self._folder.put(f"{BADGES}/{name}{ending}", data)
        objection = awards.objection(about)
        if key(identity) not in self._entries:  # else only the file was gone
            if not objection:
                known_as = about.hosted_url or identity
                self._awards.add(awards.row(about, known_as, about.recipient or ""))
            revoked = "yes" if about.revoked else ""
            self._index.add(
                (
                    *(put.path, title, about.issuer, day),
                    *((about.expires or "")[:10], revoked, about.hosted_url, identity),
                    *(put.digest, objection),
                )
            )
        self._entries[key(identity)] = Entry(put.path, identity, objection)
        return put.path

    def _told(self, call: Callable[[], T]) -> T:
        try:
            with explained(self._folder.root):
                return call()
        except Incomplete as error:
            raise TryLater(error.what, error.next_step) from error
        except Usage as error:
            raise NotAccepted(error.what, error.next_step) from error


def _held(entry: Entry) -> Held:
    return Held(entry.file, entry.identity)


def _names_of(parcel: Parcel) -> list[str]:
    """Return the names a badge goes by: its ids, or the digest of its bytes."""
    ids = [canonical_url(one) for one in parcel.open_badge_ids]
    return ids or [f"sha256:{sha256(_file_of(parcel)[0]).hexdigest()}"]


def _file_of(parcel: Parcel) -> tuple[bytes, str]:
    """Return what is written, and the ending of its name."""
    if parcel.image is not None:
        return parcel.image, _ENDINGS.get(sniff(parcel.image) or "", ".bin")
    if parcel.document is not None:
        return parcel.document, ".json"
    text, ending = (parcel.jws, ".jws") if parcel.jws is not None else (parcel.url, ".url.txt")
    return (text or "").encode("utf-8", "replace"), ending


def _no_addresses() -> NotAccepted:
    return NotAccepted(
        "A folder has no addresses that could be added.",
        "Every badge is taken, whatever address it was awarded to.",
    )

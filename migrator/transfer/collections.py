"""The learner's collections, made again at the destination from the badges that arrived."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from migrator.archive import collections as store
from migrator.archive.accounts import Account
from migrator.archive.archive import Archive
from migrator.archive.collections import KeptCollection
from migrator.archive.lease import leased
from migrator.destinations.base import HeldCollection, NotAccepted, Session
from migrator.transfer.engine import Work, finish


@dataclass(frozen=True, slots=True)
class Made:
    """A collection at the destination: how many badges are in it and how many could not come.

    `trouble` says why the destination would not have it.
    """

    name: str
    badges: int
    missing: int
    new: bool
    trouble: str | None = None


def make_collections(
    archive: Archive, account: Account, session: Session, *, publish: bool
) -> list[Made]:
    """Make an account's collections, in this thread; raises as `collecting` does.

    Raises ArchiveLocked when another process is at work on this account.
    """
    with leased(archive, f"push:{account.id}", f"make collections for {account.username}"):
        work = collecting(archive, account, session, publish=publish)
        return finish(archive, work, lambda: None)


def collecting(
    archive: Archive, account: Account, session: Session, *, publish: bool
) -> Work[list[Made]]:
    """Create the account's collections that are not there yet and fill each with its badges.

    Safe to repeat: a collection is found by its remote id, else by its name if no other of ours
    has that one, and only filled when badges have been added. `publish` makes the ones public
    again that were public in the source; otherwise all are private until the learner shares them.
    One that the destination will not have does not stop the others. Raises TryLater.
    """
    wanted = store.to_make(archive, account.id)
    if not wanted:
        return []
    there: list[HeldCollection] = yield session.collections
    claimed = {one.remote_id for one in wanted if one.remote_id}
    made = []
    for collection in wanted:
        facts = (collection.name, len(collection.badges), collection.missing)
        held = _held(collection, there, claimed)
        new = held is None
        try:
            if held is None:
                held = yield partial(
                    _create, session, collection, published=publish and collection.public
                )
            claimed.add(held.remote_id)
            store.remember(archive, account.id, collection.id, held.remote_id)
            yield partial(_fill, session, collection, held)
        except NotAccepted as error:
            made.append(Made(*facts, new=False, trouble=str(error)))
            continue
        store.filled(archive, account.id, collection.id, len(collection.badges))
        made.append(Made(*facts, new=new))
    return made


def _create(session: Session, collection: KeptCollection, *, published: bool) -> HeldCollection:
    remote_id = session.create_collection(collection.name, collection.description, published)
    return HeldCollection(remote_id, collection.name, collection.description)


def _fill(session: Session, collection: KeptCollection, held: HeldCollection) -> None:
    # What the learner has added over there stays in.
    badges = (*held.badges, *(b for b in collection.badges if b not in held.badges))
    if badges != held.badges:
        session.fill_collection(held.remote_id, held.name, badges)


def _held(
    collection: KeptCollection, there: list[HeldCollection], claimed: set[str]
) -> HeldCollection | None:
    for held in there:
        if held.remote_id == collection.remote_id:
            return held
    for held in there:
        if held.name == collection.name and held.remote_id not in claimed:
            return held
    return None

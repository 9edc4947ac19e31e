"""Collections to be made again at a destination, and what became of them there."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive


@dataclass(frozen=True, slots=True)
class KeptCollection:
    """A learner's collection with the remote ids of its badges that are at the destination."""

    id: int
    name: str
    description: str | None
    public: bool
    badges: tuple[str, ...]
    missing: int
    remote_id: str | None


def to_make(archive: Archive, account_id: int) -> list[KeptCollection]:
    """Return the collections of an account's learner, badges in the learner's order.

    An empty collection is kept in the archive and not made again: there is nothing to show in it.
    """
    rows = archive.all(
        "select collection.id, collection.name, collection.description, collection.public,"
        " remote_collection.remote_id from collection"
        " join account on account.learner_id = collection.learner_id"
        " left join remote_collection on remote_collection.collection_id = collection.id"
        "   and remote_collection.account_id = account.id"
        " where account.id = ? order by collection.id",
        account_id,
    )
    made = [_with_badges(archive, account_id, tuple(row)) for row in rows]
    return [one for one in made if one.badges]


def remember(archive: Archive, account_id: int, collection_id: int, remote_id: str) -> None:
    """Note the remote id of a collection as soon as it is known."""
    with archive.writing() as conn:
        conn.execute(
            "insert or replace into remote_collection (collection_id, account_id, remote_id)"
            " values (?, ?, ?)",
            (collection_id, account_id, remote_id),
        )


def filled(archive: Archive, account_id: int, collection_id: int, badges: int) -> None:
    """Note how many of our badges a collection holds at the destination."""
    with archive.writing() as conn:
        conn.execute(
            "update remote_collection set filled = ? where collection_id = ? and account_id = ?",
            (badges, collection_id, account_id),
        )


def _with_badges(
    archive: Archive, account_id: int, facts: tuple[int, str, str | None, int, str | None]
) -> KeptCollection:
    number, name, description, public, remote_id = facts
    rows = archive.all(
        "select transfer.remote_id from collection_assertion"
        " left join transfer on transfer.assertion_id = collection_assertion.assertion_id"
        "   and transfer.account_id = ? and transfer.state in ('done', 'already_there')"
        " where collection_assertion.collection_id = ?"
        " order by collection_assertion.position, collection_assertion.assertion_id",
        account_id,
        number,
    )
    badges = tuple(row[0] for row in rows if row[0])
    return KeptCollection(
        number, name, description, bool(public), badges, len(rows) - len(badges), remote_id
    )

"""Badges whose recipient is a hash, and the addresses it could be the hash of."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.archive.archive import Archive


def addresses(archive: Archive) -> list[tuple[str, int]]:
    """Return (address as spelled, learner id) of everybody the archive knows."""
    rows = archive.all("select value, learner_id from identity where type = 'email' order by id")
    return [(row[0], row[1]) for row in rows]


def of_learner(archive: Archive, learner_id: int) -> tuple[str, ...]:
    """Return every address a learner is known under, as spelled."""
    rows = archive.all(
        "select value from identity where type = 'email' and learner_id = ? order by id", learner_id
    )
    return tuple(row[0] for row in rows)


def badges_of(archive: Archive, learner_id: int) -> list[int]:
    """Return the ids of a learner's assertions."""
    rows = archive.all("select id from assertion where learner_id = ? order by id", learner_id)
    return [row[0] for row in rows]


def unassigned(archive: Archive) -> list[tuple[int, str, str | None]]:
    """Return (assertion id, recipient hash, salt) of badges that have no learner yet."""
    rows = archive.all(
        "select id, recipient_identity, recipient_salt from assertion where learner_id is null"
        " and recipient_identity like '%$%' order by id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def assign(archive: Archive, found: Iterable[tuple[int, int]]) -> None:
    """Give badges to learners: pairs of (assertion id, learner id)."""
    with archive.writing() as conn:
        conn.executemany(
            "update assertion set learner_id = ?2 where id = ?1 and learner_id is null", found
        )

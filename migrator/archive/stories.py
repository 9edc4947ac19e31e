"""One learner's badges, each with where it was found and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.notes import Note, notes_of


@dataclass(frozen=True, slots=True)
class Try:
    """One request that was made for a badge."""

    at: str
    outcome: str
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Where:
    """What became of a badge at one destination; `route` is the way that is planned for it."""

    destination: str
    account: str | None
    state: str
    reason: str | None
    detail: str | None
    pending: bool
    changed_at: str
    due_at: str | None
    tries: tuple[Try, ...]
    route: str | None = None


@dataclass(frozen=True, slots=True)
class BadgeStory:
    """One badge: what it is, where it was found, where it is now."""

    assertion_id: int
    badge: str
    issuer: str | None
    issued_on: str | None
    expires: str | None
    hosted_url: str | None
    found_in: tuple[str, ...]
    collections: tuple[str, ...]
    destinations: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class LearnerStory:
    """One learner with every address and badge."""

    learner_id: int
    name: str | None
    addresses: tuple[str, ...]
    badges: tuple[BadgeStory, ...]
    notes: tuple[Note, ...] = ()


_BADGES = """
select assertion.id, coalesce(badge_class.name, assertion.hosted_url, assertion.identity),
  issuer.name, assertion.issued_on, assertion.expires, assertion.hosted_url
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
"""


def learners_like(archive: Archive, text: str, limit: int = 20) -> list[int]:
    """Return learners whose address is `text`; else those whose address or name contains it."""
    exact = archive.all(
        "select distinct learner_id from identity where value = ? collate nocase", text.strip()
    )
    if exact:
        return [row[0] for row in exact]
    pattern = "%" + text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = archive.all(
        "select distinct learner.id from learner join identity on identity.learner_id = learner.id"
        " where identity.value like ? escape '\\' or learner.name like ? escape '\\'"
        " order by learner.id limit ?",
        pattern,
        pattern,
        limit,
    )
    return [row[0] for row in rows]


def story(archive: Archive, learner_id: int) -> LearnerStory:
    """Return a learner's story; raises KeyError when there is no such learner."""
    learner = archive.one("select id, name from learner where id = ?", learner_id)
    if learner is None:
        raise KeyError(learner_id)
    addresses = archive.all(
        "select value from identity where learner_id = ? order by id", learner_id
    )
    badges = archive.all(
        _BADGES + " where assertion.learner_id = ? order by assertion.issued_on, assertion.id",
        learner_id,
    )
    return LearnerStory(
        learner_id,
        learner["name"],
        tuple(row[0] for row in addresses),
        tuple(_badge(archive, row) for row in badges),
        notes_of(archive, learner_id),
    )


def badge_story(archive: Archive, assertion_id: int) -> LearnerStory:
    """Return the story of one badge as that of its learner; raises KeyError without such a badge.

    The learner's id is 0 where nobody is known to hold it.
    """
    row = archive.one(_BADGES + " where assertion.id = ?", assertion_id)
    holder = archive.one(
        "select learner.id, learner.name from assertion"
        " left join learner on learner.id = assertion.learner_id where assertion.id = ?",
        assertion_id,
    )
    if row is None or holder is None:
        raise KeyError(assertion_id)
    addresses = archive.all(
        "select value from identity where learner_id = ? order by id", holder["id"]
    )
    return LearnerStory(
        holder["id"] or 0,
        holder["name"],
        tuple(one[0] for one in addresses),
        (_badge(archive, row),),
    )


def unclaimed(archive: Archive) -> Iterator[LearnerStory]:
    """Yield the badges whose learner is not known, some at a time, as stories without a name."""
    last = 0
    while rows := archive.all(
        _BADGES + " where assertion.learner_id is null and assertion.id > ?"
        " order by assertion.id limit 500",
        last,
    ):
        last = rows[-1][0]
        yield LearnerStory(0, None, (), tuple(_badge(archive, row) for row in rows))


def _badge(archive: Archive, row: sqlite3.Row) -> BadgeStory:
    found_in = archive.all(
        "select case when instr(sighting.locator, source.label) = 1 then sighting.locator"
        " else source.label || ', ' || sighting.locator end from sighting"
        " join source on source.id = sighting.source_id where sighting.assertion_id = ?"
        " order by sighting.id",
        row[0],
    )
    collections = archive.all(
        "select collection.name from collection_assertion"
        " join collection on collection.id = collection_assertion.collection_id"
        " where collection_assertion.assertion_id = ? order by collection.id",
        row[0],
    )
    return BadgeStory(
        assertion_id=row[0],
        badge=row[1],
        issuer=row[2],
        issued_on=row[3],
        expires=row[4],
        hosted_url=row[5],
        found_in=tuple(one[0] for one in found_in),
        collections=tuple(one[0] for one in collections),
        destinations=_destinations(archive, row[0]),
    )


def _destinations(archive: Archive, assertion_id: int) -> tuple[Where, ...]:
    rows = archive.all(
        "select transfer.id, destination.kind || ':' || destination.url, account.username,"
        " transfer.state, transfer.reason, transfer.detail, transfer.pending,"
        " transfer.changed_at, transfer.due_at, transfer.route from transfer"
        " join destination on destination.id = transfer.destination_id"
        " left join account on account.id = transfer.account_id"
        " where transfer.assertion_id = ? order by destination.id",
        assertion_id,
    )
    return tuple(
        Where(
            destination=row[1],
            account=row[2],
            state=row[3],
            reason=row[4],
            detail=row[5],
            pending=bool(row[6]),
            changed_at=row[7],
            due_at=row[8],
            tries=_tries(archive, row[0]),
            route=row[9],
        )
        for row in rows
    )


def _tries(archive: Archive, transfer_id: int) -> tuple[Try, ...]:
    rows = archive.all(
        "select at, outcome, reason, detail from attempt where transfer_id = ? order by at, id",
        transfer_id,
    )
    return tuple(Try(*row) for row in rows)


def learner_ids(archive: Archive) -> Iterator[int]:
    """Yield every learner who holds a badge, in batches, so that memory does not grow."""
    last = 0
    while rows := archive.all(
        "select id from learner where id > ? and exists"
        " (select 1 from assertion where assertion.learner_id = learner.id)"
        " order by id limit 500",
        last,
    ):
        last = rows[-1][0]
        yield from (row[0] for row in rows)

"""Badge classes and issuers as a search finds them: name, how many badges, what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.board import NOT_PLANNED
from migrator.archive.totals import StateTotal


@dataclass(frozen=True, slots=True)
class BadgeClassFound:
    """A badge class with its badges by state at each destination, and some of their holders."""

    name: str
    issuer: str | None
    badges: int
    states: tuple[tuple[str, StateTotal], ...]
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuerFound:
    """An issuer and how many badges of its badge classes there are."""

    name: str
    url: str | None
    badges: int


@dataclass(frozen=True, slots=True)
class LearnerFound:
    """A learner, an address and how many badges they hold."""

    address: str | None
    name: str | None
    badges: int


_HOLDERS = 10


def badge_class_found(archive: Archive, badge_class_id: int) -> BadgeClassFound:
    """Return what a search tells of a badge class."""
    name = archive.all(
        "select badge_class.name, issuer.name from badge_class"
        " left join issuer on issuer.id = badge_class.issuer_id where badge_class.id = ?",
        badge_class_id,
    )[0]
    badges = _count(
        archive, "select count(*) from assertion where badge_class_id = ?", badge_class_id
    )
    states = archive.all(
        "select coalesce(destination.kind || ':' || destination.url, ''),"
        " coalesce(transfer.state, ?), transfer.reason, count(*) from assertion"
        " left join transfer on transfer.assertion_id = assertion.id"
        " left join destination on destination.id = transfer.destination_id"
        " where assertion.badge_class_id = ? group by 1, 2, 3 order by 1, 4 desc",
        *(NOT_PLANNED, badge_class_id),
    )
    holders = archive.all(
        "select (select value from identity where identity.learner_id = assertion.learner_id"
        " order by identity.id limit 1) from assertion"
        " where badge_class_id = ? and assertion.learner_id is not null limit ?",
        *(badge_class_id, _HOLDERS),
    )
    return BadgeClassFound(
        name[0],
        name[1],
        badges,
        tuple((row[0], StateTotal(*tuple(row)[1:])) for row in states),
        tuple(dict.fromkeys(row[0] for row in holders if row[0])),
    )


def issuer_found(archive: Archive, issuer_id: int) -> IssuerFound:
    """Return what a search tells of an issuer."""
    row = archive.all("select name, url from issuer where id = ?", issuer_id)[0]
    badges = _count(
        archive,
        "select count(*) from badge_class join assertion"
        " on assertion.badge_class_id = badge_class.id where badge_class.issuer_id = ?",
        issuer_id,
    )
    return IssuerFound(row[0], row[1], badges)


def learner_found(archive: Archive, learner_id: int) -> LearnerFound:
    """Return what a search tells of one learner among several."""
    row = archive.all(
        "select name, (select value from identity where identity.learner_id = learner.id"
        " order by identity.id limit 1) from learner where id = ?",
        learner_id,
    )[0]
    badges = _count(archive, "select count(*) from assertion where learner_id = ?", learner_id)
    return LearnerFound(row[1], row[0], badges)


def _count(archive: Archive, sql: str, value: int) -> int:
    row = archive.one(sql, value)
    return int(row[0]) if row else 0

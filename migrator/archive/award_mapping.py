"""What legacy badge classes are awarded as at a destination, as an admin has agreed to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.archive.archive import Archive


@dataclass(frozen=True, slots=True)
class Mapped:
    """One legacy badge class (`badge_class_id`) and what stands for it at a destination.

    `remote_badge_class_id` is None while it is being made; `made` says that this program makes it.
    """

    badge_class_id: int
    account: str
    remote_issuer_id: str | None
    remote_issuer: str
    remote_badge_class_id: str | None
    remote_badge_class: str
    made: bool = False
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class LegacyClass:
    """A legacy badge class as an award of it can be made anew; `alignments` are (name, url)."""

    badge_class_id: int
    name: str
    issuer: str
    issuer_url: str | None
    description: str | None
    criteria_url: str | None
    criteria_narrative: str | None
    image: str | None


def mapped(archive: Archive, destination_id: int) -> dict[int, Mapped]:
    """Return the mapping of a destination, by legacy badge class."""
    rows = archive.all(
        "select badge_class_id, account, remote_issuer_id, remote_issuer, remote_badge_class_id,"
        " remote_badge_class, made, decided_at from award_mapping where destination_id = ?"
        " order by id",
        destination_id,
    )
    return {row[0]: Mapped(*(*row[:6], bool(row[6]), row[7])) for row in rows}


def awarders(archive: Archive) -> list[tuple[str, str]]:
    """Return who has awarded where, as (destination, account)."""
    rows = archive.all(
        "select distinct destination.kind || ':' || destination.url, account from award_mapping"
        " join destination on destination.id = award_mapping.destination_id"
    )
    return [(row[0], row[1]) for row in rows]


def save(archive: Archive, destination_id: int, lines: Iterable[Mapped]) -> None:
    """Keep what was agreed; what was kept before for the same badge classes gives way."""
    now = archive.now()
    with archive.writing() as conn:
        conn.executemany(
            "insert into award_mapping (destination_id, badge_class_id, account, remote_issuer_id,"
            " remote_issuer, remote_badge_class_id, remote_badge_class, made, decided_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (destination_id, badge_class_id) do update set"
            " account = excluded.account, remote_issuer_id = excluded.remote_issuer_id,"
            " remote_issuer = excluded.remote_issuer,"
            " remote_badge_class_id = excluded.remote_badge_class_id,"
            " remote_badge_class = excluded.remote_badge_class, made = excluded.made,"
            " decided_at = excluded.decided_at",
            (
                (
                    *(destination_id, one.badge_class_id, one.account, one.remote_issuer_id),
                    *(one.remote_issuer, one.remote_badge_class_id, one.remote_badge_class),
                    *(int(one.made), now),
                )
                for one in lines
            ),
        )


def legacy_class(archive: Archive, badge_class_id: int) -> LegacyClass:
    """Return what is known of a legacy badge class; raises KeyError for one that is not there."""
    row = archive.one(
        "select badge_class.id, badge_class.name, coalesce(issuer.name, ''),"
        " coalesce(issuer.url, issuer.url_id), badge_class.description, criteria_url,"
        " criteria_narrative, badge_class.image from badge_class"
        " left join issuer on issuer.id = badge_class.issuer_id where badge_class.id = ?",
        badge_class_id,
    )
    if row is None:
        raise KeyError(badge_class_id)
    return LegacyClass(*row)


def tags_of(archive: Archive, badge_class_id: int) -> tuple[str, ...]:
    """Return the tags of a badge class."""
    rows = archive.all("select name from tag where badge_class_id = ? order by id", badge_class_id)
    return tuple(row[0] for row in rows)


def alignments_of(archive: Archive, badge_class_id: int) -> tuple[tuple[str, str], ...]:
    """Return the alignments of a badge class that have a name and an address, as (name, url)."""
    rows = archive.all(
        "select target_name, target_url from alignment where badge_class_id = ?"
        " and target_name is not null and target_url is not null order by id",
        badge_class_id,
    )
    return tuple((row[0], row[1]) for row in rows)


def artworks_of(archive: Archive, badge_class_id: int) -> Iterable[bytes]:
    """Yield the pictures its badges were found with, without what was baked into them."""
    for row in archive.all(
        "select distinct image.artwork_id from assertion"
        " join image on image.id = assertion.image_id"
        " where assertion.badge_class_id = ? order by image.artwork_id limit 10",
        badge_class_id,
    ):
        found = archive.one("select content from artwork where id = ?", row[0])
        if found is not None and isinstance(found[0], bytes):
            yield found[0]

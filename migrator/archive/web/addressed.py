"""What is kept of one web address or host: documents, baked images, what the host last said."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.originals import readable_rows


@dataclass(frozen=True, slots=True)
class Said:
    """A host's last answers: how many of its addresses had this outcome, and when the last one."""

    outcome: str
    addresses: int
    asked_at: str


@dataclass(frozen=True, slots=True)
class Contact:
    """An issuer as its badges name it, and of how many of them."""

    name: str
    email: str | None
    url: str | None


def baked_image_at(archive: Archive, url: str) -> int | None:
    """Return the id of the baked image of the one badge that names this address as its image.

    None where several badges, or a badge class, name it: then no one's badge was baked into it.
    """
    rows = archive.all(
        "select id, image_id from assertion where image = ?1"
        " and not exists (select 1 from badge_class where image = ?1) order by id limit 2",
        url,
    )
    return rows[0][1] if len(rows) == 1 else None


def said_by(archive: Archive, host: str) -> list[Said]:
    """Return what a host's addresses last answered, by outcome, the most frequent first."""
    return [
        Said(*row)
        for row in archive.all(
            "select outcome, count(*), max(asked_at) from web_answer as one"
            " where origin = 'live' and ((url >= ?1 and url < ?2) or (url >= ?3 and url < ?4))"
            " and not exists (select 1 from web_answer as later where later.url = one.url"
            " and later.origin = 'live' and (later.asked_at, later.id) > (one.asked_at, one.id))"
            " group by outcome order by 2 desc, outcome",
            *(f"http://{host}/", f"http://{host}0", f"https://{host}/", f"https://{host}0"),
        )
    ]


def issuer_of(archive: Archive, assertion_id: int) -> Contact | None:
    """Return who has awarded a badge, as far as the archive knows."""
    rows = readable_rows(
        archive,
        "select issuer.name, issuer.email, issuer.url from assertion"
        " join badge_class on badge_class.id = assertion.badge_class_id"
        " join issuer on issuer.id = badge_class.issuer_id where assertion.id = ?",
        assertion_id,
    )
    return Contact(*rows[0]) if rows else None


def called(archive: Archive, assertion_id: int) -> tuple[str, str | None]:
    """Return what to call a badge, and its identity: name and address are no secret of a badge."""
    rows = readable_rows(
        archive,
        "select substr(coalesce(badge_class.name, assertion.hosted_url, assertion.identity),"
        " 1, 200), assertion.identity from assertion left join badge_class"
        " on badge_class.id = assertion.badge_class_id where assertion.id = ?",
        assertion_id,
    )
    return (rows[0][0], rows[0][1]) if rows else (f"badge {assertion_id}", None)

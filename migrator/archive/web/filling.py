"""Filling in what the archive did not know of a badge, from documents found again."""

from __future__ import annotations

from migrator.archive.archive import Archive
from migrator.archive.classes import Classes
from migrator.archive.rows import Rows
from migrator.openbadges.model import Assertion, BadgeClass

# All of the recipient comes from one document: hash and salt belong together.
_FILL = """
update assertion set version = coalesce(version, ?1), uid = coalesce(uid, ?2),
  issued_on = coalesce(issued_on, ?3), expires = coalesce(expires, ?4),
  image = coalesce(image, ?5), narrative = coalesce(narrative, ?6),
  recipient_type = iif(recipient_identity is null, ?7, recipient_type),
  recipient_hashed = iif(recipient_identity is null, ?8, recipient_hashed),
  recipient_salt = iif(recipient_identity is null, ?9, recipient_salt),
  recipient_identity = coalesce(recipient_identity, ?10)
where id = ?11
"""


def fill_assertion(archive: Archive, assertion_id: int, found: Assertion) -> None:
    """Fill in what is empty in the normal form of a badge; nothing known is replaced.

    Its documents stay as they are: what was found again is evidence, not what a source held.
    """
    recipient = found.recipient
    with archive.writing() as conn:
        conn.execute(
            _FILL,
            (
                *(found.version and found.version.value, found.uid, found.issued_on),
                *(found.expires, found.image, found.narrative),
                *(recipient and recipient.type, recipient and int(recipient.hashed)),
                *(recipient and recipient.salt, recipient and recipient.identity, assertion_id),
            ),
        )


def fill_badge_class(archive: Archive, assertion_id: int, found: BadgeClass) -> None:
    """Give a badge its badge class, where it has none, or none with an issuer."""
    with archive.writing() as conn:
        whole = conn.execute(
            "select 1 from assertion join badge_class on badge_class.id = badge_class_id"
            " where assertion.id = ? and issuer_id is not null",
            (assertion_id,),
        ).fetchone()
        if whole is None:
            rows = Rows(conn)
            number = Classes(rows).id_of(found)
            rows.write()
            conn.execute(
                "update assertion set badge_class_id = ? where id = ?", (number, assertion_id)
            )

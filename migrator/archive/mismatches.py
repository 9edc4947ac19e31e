"""Badges that an account would not take because of the address they were awarded to."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.openbadges.model import Recipient


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One badge, the account it should go to, and whom it was awarded to."""

    account_id: int
    assertion_id: int
    learner_id: int | None
    recipient: Recipient


def mismatches(archive: Archive, destination_id: int) -> list[Mismatch]:
    """Return every badge held back or refused at a destination for its recipient, by account."""
    rows = archive.all(
        "select transfer.account_id, assertion.id, assertion.learner_id, recipient_identity,"
        " recipient_type, recipient_hashed, recipient_salt from transfer"
        " join assertion on assertion.id = transfer.assertion_id"
        " where transfer.destination_id = ? and transfer.reason = 'wrong_recipient'"
        " and transfer.state in ('held', 'refused') and transfer.account_id is not null"
        " and recipient_identity is not null order by transfer.account_id, assertion.id",
        destination_id,
    )
    return [
        Mismatch(row[0], row[1], row[2], Recipient(row[3], row[4], bool(row[5]), row[6]))
        for row in rows
    ]

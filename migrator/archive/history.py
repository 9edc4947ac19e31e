"""What happened to one badge: every check and every request; and a learner's accounts."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive


@dataclass(frozen=True, slots=True)
class Checked:
    """One verdict: `asked` is "web" or "archive", who has answered."""

    checked_at: str
    asked: str
    accepted: bool
    reason: str | None
    detail: str | None
    destination: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Attempted:
    """One request that was made for a badge, and what came of it."""

    at: str
    destination: str
    outcome: str
    reason: str | None
    http_status: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """An account of a learner at a destination; `refused_at` is when its password was refused."""

    destination: str
    username: str
    signed_in_at: str | None
    refused_at: str | None


def checks_of(archive: Archive, assertion_id: int) -> list[Checked]:
    """Return every verdict on a badge, newest first."""
    rows = archive.all(
        "select verdict.checked_at, verdict.asked, verdict.accepted, verdict.reason,"
        " verdict.detail, destination.kind || ':' || destination.url, account.username"
        " from verdict left join account on account.id = verdict.account_id"
        " left join destination on destination.id = account.destination_id"
        " where verdict.assertion_id = ? order by verdict.id desc",
        assertion_id,
    )
    return [Checked(row[0], row[1], bool(row[2]), *tuple(row)[3:]) for row in rows]


def attempts_of(archive: Archive, assertion_id: int) -> list[Attempted]:
    """Return every request that was made for a badge, newest first."""
    rows = archive.all(
        "select attempt.at, destination.kind || ':' || destination.url, attempt.outcome,"
        " attempt.reason, attempt.http_status, attempt.detail from transfer"
        " join attempt on attempt.transfer_id = transfer.id"
        " join destination on destination.id = transfer.destination_id"
        " where transfer.assertion_id = ? order by attempt.id desc",
        assertion_id,
    )
    return [Attempted(*row) for row in rows]


def accounts_of(archive: Archive, learner_id: int) -> list[AccountHeld]:
    """Return a learner's accounts, oldest first."""
    rows = archive.all(
        "select destination.kind || ':' || destination.url, account.username,"
        " account.signed_in_at, account.refused_at from account"
        " join destination on destination.id = account.destination_id"
        " where account.learner_id = ? order by account.id",
        learner_id,
    )
    return [AccountHeld(*row) for row in rows]

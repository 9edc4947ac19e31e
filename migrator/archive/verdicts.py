"""Verdicts: append-only results of checks, one more only when it says something new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.archive.archive import Archive


@dataclass(frozen=True, slots=True)
class Row:
    """What a check has found of one badge for one account."""

    accepted: bool
    reason: str | None
    detail: str


def append(archive: Archive, asked: str, rows: Iterable[tuple[int, int | None, Row]]) -> None:
    """Append verdicts as (assertion id, account id, row) that differ from the last one."""
    now = archive.now()
    with archive.writing() as conn:
        for assertion_id, account_id, row in rows:
            last = conn.execute(
                "select accepted, reason, asked from verdict where assertion_id = ?"
                " and account_id is ? order by id desc limit 1",
                (assertion_id, account_id),
            ).fetchone()
            if last is not None and tuple(last) == (int(row.accepted), row.reason, asked):
                continue
            conn.execute(
                "insert into verdict (assertion_id, account_id, checked_at, asked, accepted,"
                " reason, detail) values (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(assertion_id, account_id, now, asked, int(row.accepted)),
                    *(row.reason, row.detail),
                ),
            )

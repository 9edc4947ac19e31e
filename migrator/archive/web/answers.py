"""Answers of the web: what each address said each time it was asked, and what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.documents import document_bytes, keep_document


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """One asking of one address.

    `origin` is "live", "rehearsed" (then `via` is the local server that played the host),
    "wayback" or "warc"; `kind` what should stand there ("assertion",
    "badge_class", "issuer", "image", "revocation_list", "key", "page"); `outcome` a word of
    docs/verify.md (live) or docs/recover.md. Moments are ISO 8601 UTC; an empty `asked_at` is now.
    """

    url: str
    origin: str
    kind: str
    outcome: str
    asked_at: str = ""
    captured_at: str | None = None
    status: int | None = None
    final_url: str | None = None
    media_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body: bytes | None = None
    detail: str | None = None
    via: str | None = None


_COLUMNS = (
    *("url", "origin", "kind", "outcome", "asked_at", "captured_at", "status", "final_url"),
    *("media_type", "etag", "last_modified", "detail", "via"),
)
SELECTED = f"{', '.join(_COLUMNS)}, document_id"
"""The columns that `answer_of` makes an answer of."""
# Names come from _COLUMNS alone, so no statement can be made of foreign text.
_INSERT = (
    f"insert into web_answer ({', '.join(_COLUMNS)}, document_id)"  # noqa: S608 - see above
    f" values ({', '.join('?' * (len(_COLUMNS) + 1))})"
)
_LATEST = (
    f"select {SELECTED} from web_answer"  # noqa: S608 - see above
    " where url = ? and origin = ? and via is ? order by asked_at desc, id desc limit 1"
)


def keep(archive: Archive, answers: Iterable[WebAnswer]) -> None:
    """Keep answers in one transaction: a row for each, and each body once as a document."""
    with archive.writing() as conn:
        for answer in answers:
            _keep(conn, answer, archive.now())


def origin_of(via: str | None) -> str:
    """Return the origin of what a host answers, or a local server that plays it."""
    return "live" if via is None else "rehearsed"


def rehearsed_via(archive: Archive) -> str | None:
    """Return the local address that played the hosts in the latest rehearsal, None without one."""
    row = archive.one(
        "select via from (select via, origin from web_answer order by id desc limit 200)"
        " where origin = 'rehearsed' limit 1"
    )
    return None if row is None else row[0]


def latest(archive: Archive, url: str, *origins: str, via: str | None = None) -> WebAnswer | None:
    """Return the newest answer of an address from these origins; its host's when none is named.

    The body comes with it, where one was kept. What a local server has answered in the host's place
    is only returned where it is named (`via`).
    """
    rows = [archive.one(_LATEST, url, origin, via) for origin in origins or (origin_of(via),)]
    found = [row for row in rows if row is not None]
    if not found:
        return None
    return answer_of(archive, max(found, key=lambda row: str(row["asked_at"])))


def answer_of(archive: Archive, row: sqlite3.Row) -> WebAnswer:
    """Return the answer of a row with the columns SELECTED, its body with it."""
    number = row["document_id"]
    body = None if number is None else document_bytes(archive.conn, number)
    return WebAnswer(**{name: row[name] for name in _COLUMNS}, body=body)


def _keep(conn: sqlite3.Connection, answer: WebAnswer, now: str) -> None:
    number = None if answer.body is None else keep_document(conn, answer.kind, answer.body)
    values = [getattr(answer, name) for name in _COLUMNS]
    values[_COLUMNS.index("asked_at")] = answer.asked_at or now
    conn.execute(_INSERT, (*values, number))


def marks(
    archive: Archive, url: str, outcomes: Collection[str], via: str | None = None
) -> dict[str, str]:
    """Return the headers that ask a host only for what has changed since its newest answer.

    Empty where that had another outcome than these, or the host gave no mark of its version.
    """
    row = archive.one(_LATEST, url, origin_of(via), via)
    if row is None or row["outcome"] not in outcomes:
        return {}
    headers = {"If-None-Match": row["etag"], "If-Modified-Since": row["last_modified"]}
    return {name: value for name, value in headers.items() if value}

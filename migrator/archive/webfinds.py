"""What became of the addresses badges name: asked where, with what outcome, found again or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.documents import document_bytes
from migrator.archive.webanswers import WebAnswer

_COLUMNS = (
    "url, origin, kind, outcome, asked_at, captured_at, status, final_url, media_type, etag,"
    " last_modified, detail"
)
_WITH_BODY = (
    f"select {_COLUMNS}, document_id from web_answer where url = ? and origin = ?"  # noqa: S608 - our own column names
    " and document_id is not null and instr(?, '|' || outcome || '|')"
    " order by asked_at desc, id desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The newest answer of one origin for an address, and whether a body came with it."""

    outcome: str
    asked_at: str
    body: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an address: the newest answer of each origin; what was found again once."""

    live: Asked | None
    wayback: Asked | None
    recovered: bool


def newest_body(
    archive: Archive, url: str, origin: str, outcomes: Iterable[str]
) -> WebAnswer | None:
    """Return the newest answer of an origin with one of these outcomes and a body, else None."""
    row = archive.one(_WITH_BODY, url, origin, f"|{'|'.join(outcomes)}|")
    if row is None:
        return None
    values = {name: row[name] for name in row.keys() if name != "document_id"}  # noqa: SIM118 - a Row iterates over its values
    return WebAnswer(**values, body=document_bytes(archive.conn, row["document_id"]))


def standing(archive: Archive, url: str) -> Standing:
    """Return what the web has answered so far for exactly this address, without any body."""
    newest: dict[str, Asked] = {}
    recovered = False
    for row in archive.all(
        "select origin, outcome, asked_at, document_id is not null as body from web_answer"
        " where url = ? order by asked_at, id",
        url,
    ):
        newest[row["origin"]] = Asked(row["outcome"], row["asked_at"], bool(row["body"]))
        recovered = recovered or (row["origin"] != "live" and row["outcome"] == "recovered")
    return Standing(newest.get("live"), newest.get("wayback"), recovered)

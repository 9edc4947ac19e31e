"""What became of the addresses badges name: asked where, with what outcome, found again or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.archive import shelf
from migrator.archive.archive import Archive
from migrator.archive.web import addressed
from migrator.archive.web.answers import SELECTED, WebAnswer, answer_of

RECOVERED = "recovered"
_WITH_BODY = (
    f"select {SELECTED} from web_answer where url = ? and origin = ?"  # noqa: S608 - our own column names
    " and document_id is not null and instr(?, '|' || outcome || '|')"
    " order by asked_at desc, id desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an address, each the newest: its host's outcome, a web archive's outcome,
    and when a copy was found again (ISO 8601 UTC).
    """

    live: str | None = None
    wayback: str | None = None
    recovered_at: str | None = None


def newest_body(
    archive: Archive, url: str, origin: str, outcomes: Iterable[str]
) -> WebAnswer | None:
    """Return the newest answer of an origin with one of these outcomes and a body, else None."""
    row = archive.one(_WITH_BODY, url, origin, f"|{'|'.join(outcomes)}|")
    return None if row is None else answer_of(archive, row)


def standing(archive: Archive, url: str) -> Standing:
    """Return what the web has answered so far for exactly this address."""
    live = wayback = recovered_at = None
    for origin, outcome, asked_at in archive.all(
        "select origin, outcome, asked_at from web_answer where url = ? order by asked_at, id", url
    ):
        if origin == "live":
            live = outcome
        elif outcome == RECOVERED:
            recovered_at = asked_at
        if origin == "wayback":
            wayback = outcome
    return Standing(live, wayback, recovered_at)


def origins(archive: Archive, url: str) -> frozenset[str]:
    """Return from where a body came for exactly this address: live, wayback, warc."""
    rows = archive.all(
        "select distinct origin from web_answer where url = ? and document_id is not null", url
    )
    return frozenset(row[0] for row in rows)


def is_held(archive: Archive, url: str) -> bool:
    """Say whether a source held the very file that stood at this address.

    What was rebuilt from a Backpack's own copy, or taken out of a baked image, is not that file.
    """
    document = shelf.document_id_at(archive, url, "found")
    return document is not None or addressed.baked_image_at(archive, url) is not None

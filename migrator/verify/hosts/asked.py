"""From an answer to what is recorded of it: its outcome, and the body where it is worth keeping."""

from __future__ import annotations

from migrator.archive.web.answers import WebAnswer, origin_of
from migrator.openbadges.model import JsonObject
from migrator.verify.hosts.finding import Finding, parsed
from migrator.verify.hosts.heard import Heard

_LARGEST_ODD = 1024 * 1024
_DETAIL = 500


def record(
    heard: Heard, kind: str, found: Finding, kept: tuple[bytes, ...], via: str | None = None
) -> WebAnswer:
    """Return the row for one answer.

    Not kept are web pages and error pages, and pictures the archive holds already: nothing but
    their status and media type says more.
    """
    return WebAnswer(
        url=heard.url,
        origin=origin_of(via),
        kind=kind,
        outcome=found.fate,
        status=heard.status,
        final_url=heard.final_url,
        media_type=heard.content_type[:200] or None,
        etag=_short(heard.etag),
        last_modified=_short(heard.last_modified),
        body=heard.body if _is_worth_keeping(heard, kind, found, kept) else None,
        detail=found.detail[:_DETAIL] or None,
        via=via,
    )


def document_of(heard: Heard, kind: str, kept: tuple[bytes, ...]) -> JsonObject | None:
    """Return the document that says what to ask next: today's, or else the best one kept."""
    if kind == "image":
        return None
    for body in (heard.body, *kept):
        document = parsed(body)
        if document is not None and not document.get("revoked"):
            return document
    return None


def _is_worth_keeping(heard: Heard, kind: str, found: Finding, kept: tuple[bytes, ...]) -> bool:
    if heard.status is None or not heard.body:
        return False
    if kind == "image":
        return found.served and heard.body not in kept
    if found.served:
        return True
    odd = found.fate == "not_a_document" or parsed(heard.body) is not None
    return odd and len(heard.body) <= _LARGEST_ODD


def _short(mark: str | None) -> str | None:
    # A mark is sent back as it came, or not at all.
    return mark if mark and len(mark) <= 300 and mark.isprintable() else None

"""A badge's page: picture, documents as found, where it was seen, every check and request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrator import errors
from migrator.archive import dossier, history, holdings, originals
from migrator.archive.accounts import destinations
from migrator.archive.archive import Archive
from migrator.archive.portrait import portrait
from migrator.archive.stories import badge_story
from migrator.archive.web.answers import rehearsed_via
from migrator.destinations import registry
from migrator.report.story import STORY_COLUMNS, story_rows, who_holds
from migrator.transfer.explain import Explanation, explain
from migrator.transfer.plan import Question
from migrator.verify.recorded import RecordedWeb
from migrator.web.boards import WHO
from migrator.web.learner import told
from migrator.web.view import Asked, View

_DAYS = 30
_LONGEST = 20_000
_MOST = 20


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document as found, as text; `cut` says that there is more of it."""

    id: int
    kind: str
    origin: str
    url: str | None
    digest: str
    size: int
    text: str
    cut: bool


def badge_page(archive: Archive, asked: Asked) -> View:
    """Return a badge's page; raises KeyError when there is no such badge."""
    number = asked.number("id")
    story = badge_story(archive, number)
    badge = story.badges[0]
    return View(
        "desk_badge.html",
        badge.badge,
        {
            "badge": badge,
            "told": told(badge),
            "learner_id": story.learner_id,
            "holder": who_holds(story),
            "portrait": portrait(archive, number),
            "picture": picture_of(archive, number) is not None,
            "images": holdings.images_of(archive, number),
            "documents": _documents(archive, number),
            "seen": dossier.seen(archive, number),
            "checks": history.checks_of(archive, number),
            "attempts": history.attempts_of(archive, number),
            "explanation": _explained(archive, number),
            "acts": WHO,
        },
        STORY_COLUMNS,
        story_rows(story),
    )


def picture_of(archive: Archive, assertion_id: int) -> int | None:
    """Return the image that shows a badge: its own, else one of another of its badge class."""
    own = holdings.images_of(archive, assertion_id)
    if own:
        return own[0]
    row = archive.one("select badge_class_id from assertion where id = ?", assertion_id)
    if row is None or row[0] is None:
        return None
    return holdings.image_near(archive, row[0])


def _documents(archive: Archive, assertion_id: int) -> list[ShownDocument]:
    return [_document(archive, one) for one in holdings.documents_of(archive, assertion_id)[:_MOST]]


def _document(archive: Archive, held: holdings.HeldDocument) -> ShownDocument:
    try:
        data = originals.document_content(archive, held.id)
        text = _pretty(data)
    except errors.ArchiveDamaged as error:
        data, text = b"", str(error)
    return ShownDocument(
        *(held.id, held.kind, held.origin, held.url, held.digest.hex(), len(data)),
        *(text[:_LONGEST], len(text) > _LONGEST),
    )


def _pretty(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    if len(text) > _LONGEST:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _explained(archive: Archive, assertion_id: int) -> Explanation | None:
    """Return the whole reasoning, from what is recorded: nobody is asked anything."""
    now = datetime.now(UTC)
    since = (now - timedelta(days=_DAYS)).isoformat()
    questions = []
    for saved in destinations(archive):
        try:
            capabilities = registry.resolve(saved.name).capabilities
        except errors.Usage:  # a kind of backpack that is not installed here
            continue
        # A backpack on this computer is a rehearsal, and so is its web.
        via = rehearsed_via(archive) if registry.is_loopback(saved.url) else None
        web = RecordedWeb(archive, since, via)
        questions.append(Question(saved, capabilities, web, "archive", now))
    return explain(archive, assertion_id, questions) if questions else None

"""The answer to one search box: a learner, a badge, or what comes near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrator.archive.archive import Archive
from migrator.archive.kinds import LearnerFound, learner_found
from migrator.archive.listing import COUNTED, Entry, class_entry, issuer_entry
from migrator.archive.roll import Enrolled, enrolled
from migrator.archive.search import MOST, Meant, search
from migrator.web.view import Asked, View

COLUMNS = ("kind", "id", "name", "address_or_issuer", "badges", "page")

_LONGEST = 4000
_LONGEST_WORDS = 300
"""Signs of a URL, and of words, that are looked for: nobody types more."""


@dataclass(frozen=True, slots=True)
class Person:
    """A learner who may be meant."""

    id: int
    found: LearnerFound


def find_page(archive: Archive, asked: Asked) -> View:
    """Return what is found; where only one learner or badge is meant, where its page is."""
    text = asked.query.get("q", "").strip()
    text = text[: _LONGEST if "://" in text else _LONGEST_WORDS]
    meant = search(archive, text) if text else Meant()
    people = [Person(one, learner_found(archive, one)) for one in meant.learners]
    found = enrolled(archive, meant.badges)
    titles = [class_entry(archive, one) for one in meant.badge_classes]
    issuers = [issuer_entry(archive, one) for one in meant.issuers]
    return View(
        "desk_find.html",
        "Search",
        {
            "people": people,
            "badges": found,
            "titles": titles,
            "issuers": issuers,
            "counted": COUNTED,
            "spelled": meant.spelled,
            "anything": bool(meant),
            "more": len(people) >= MOST,
        },
        COLUMNS,
        _rows(people, found, titles, issuers),
        goes_to=_only(text, meant, found),
    )


def _only(text: str, meant: Meant, found: list[Enrolled]) -> str | None:
    """Return the page of the one learner or badge that is meant."""
    if meant.badge_classes or meant.issuers or not meant.spelled:
        return None
    if "://" in text and len(meant.badges) == 1:
        return f"/badge/{meant.badges[0]}"
    learners = {*meant.learners, *(one.learner_id for one in found)}
    if len(learners) == 1 and None not in learners:
        return f"/learner/{learners.pop()}"
    return f"/badge/{meant.badges[0]}" if len(meant.badges) == 1 else None


def _rows(
    people: list[Person], badges: list[Enrolled], titles: list[Entry], issuers: list[Entry]
) -> Iterator[tuple[Any, ...]]:
    for one in people:
        of = one.found
        yield ("learner", one.id, of.name, of.address, of.badges, f"/learner/{one.id}")
    for badge in badges:
        page = f"/badge/{badge.assertion_id}"
        yield ("badge", badge.assertion_id, badge.badge, badge.issuer, 1, page)
    for kind, page, entries in (("badge class", "class", titles), ("issuer", "issuer", issuers)):
        for entry in entries:
            known = (entry.id, entry.name, entry.by, entry.badges)
            yield (kind, *known, f"/{page}/{entry.id}")

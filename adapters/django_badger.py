"""django-badger (badges.mozilla.org and others): saved `badge.json` and award JSON, 0.5.

An award does not say where it was served, but its evidence is its own page, and the JSON stood
beside that. Reference page badge-formats.md, 1.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import mapping
from migrator.sources.adapter import Match
from migrator.sources.beginning import each_file, judged
from migrator.sources.found import Found, Outcome, Problem, Severity, Yielded
from migrator.sources.jsonfile import JsonFile
from migrator.sources.place import Member, Place

_AWARD_PAGE = re.compile(r"(https?://[^/?#]+/(?:[^?#]*/)?badge/[^/?#]+/awards/[^/.?#]+)/?")
_BADGE_PAGE = re.compile(r"https?://[^/?#]+/(?:[^?#]*/)?badge/[^/?#]+/?")

_CLASS = (
    "This is a badge of the site (what can be awarded), not an award, so nobody's badge is in it. "
    "It is kept; awards are in the files awards/NUMBER.json."
)
_NO_AWARD = (
    "This is no award of django-badger. Save the award's page with .json at the end of its "
    "address again."
)


class DjangoBadger:
    """Reads `/badge/SLUG/awards/NUMBER.json`, `/badge/SLUG.json`, and feeds of awards."""

    name = "django-badger"
    title = "badges.mozilla.org and other sites with django-badger"
    reads = "saved JSON of django-badger: awards, badges, and lists of awards"

    def detect(self, place: Place) -> Match | None:
        """Look for assertions whose evidence is an award's own page."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield every award; badges are kept with a warning."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    for value in _FILE.first(head):
        if _address(value):
            return Match(88, "It holds awards as django-badger serves them.")
        if _is_class(value):
            return Match(85, "It describes a badge as django-badger serves it.")
    return None


def _is_one(value: JsonObject) -> bool:
    return "recipient" in value or _is_class(value)


def _is_class(value: JsonObject) -> bool:
    criteria = value.get("criteria")
    return (
        isinstance(value.get("issuer"), dict)
        and str(value.get("version")).startswith("0.5")
        and isinstance(criteria, str)
        and _BADGE_PAGE.fullmatch(criteria) is not None
    )


def _address(value: JsonObject) -> str | None:
    """Return where an award was served: beside its page, which it names as its evidence."""
    badge, evidence = mapping(value.get("badge")), value.get("evidence")
    if badge is None or not isinstance(evidence, str) or "recipient" not in value:
        return None
    page = _AWARD_PAGE.fullmatch(evidence)
    return f"{page[1]}.json" if page else None


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    yield from _FILE.read(place, member, _outcomes)


def _outcomes(locator: str, value: Json, data: bytes) -> Iterator[Outcome]:
    said = value if isinstance(value, dict) else {}
    if "recipient" in said and mapping(said.get("badge")):
        yield Found(locator, data, hosted_url=_address(said))
    elif _is_class(said):
        yield Problem(locator, "badge_class_alone", _CLASS, data, Severity.WARNING)
    else:
        yield Problem(locator, "no_award", _NO_AWARD, data)


_FILE = JsonFile(_is_one, inside=frozenset({"badges", "awards"}))

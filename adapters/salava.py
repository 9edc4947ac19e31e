"""Salava: Open Badge Passport, CanCred Passport and other hosts that run it.

An operator's database dump, or the personal data that a learner has asked for. The Displayer API of
such a host is read by the adapter `mozilla-displayer`. Reference page badge-formats.md, 1.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.openbadges.model import JsonObject
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, is_dump, judged
from migrator.sources.found import Outcome, Yielded
from migrator.sources.jsonfile import begins_json
from migrator.sources.place import Member, Place
from migrator.sources.window import decompressed_head

from ._salava_data import BADGES, PERSON, is_badge, is_person, read_data
from ._salava_dump import read_dump

_AWARDS = {"assertion_url", "assertion_json"}
_CLASSES = {"remote_issuer_id", "default_language_code"}
_KEYS = re.compile(
    rb'"(user_badges|user_pages|user_files|pending_badges|user_followers|user_following)"\s*:'
)


class Salava:
    """Reads a mysqldump of either generation, or the JSON of `/obpv1/user/data/ID`."""

    name = "salava"
    title = "Salava (Open Badge Passport) database and personal data"
    reads = "a database dump of a Salava passport, or a learner's personal data as JSON"

    def detect(self, place: Place) -> Match | None:
        """Look for Salava's own tables or keys."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield people, then their badges."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    if is_dump(head):
        return _judge_dump(head)
    if not begins_json(head):
        return None
    if any(map(is_person, PERSON.first(head, 1))) or any(map(is_badge, _listed(head))):
        return Match(92, "It is a learner's personal data from a Salava passport.")
    if len(set(_KEYS.findall(head))) >= 2:
        return Match(80, "It begins like the personal data of a Salava passport.")
    return None


def _listed(head: bytes) -> list[JsonObject]:
    """Return the first badges of personal data that is longer than what may be looked at."""
    return BADGES.first(head) if b'"user_badges"' in head else []


def _judge_dump(head: bytes) -> Match | None:
    tables = created(head)
    badge = set(tables.get("badge", ()))
    if set(tables.get("user_badge", ())) >= _AWARDS:
        return Match(95, "It is a database dump with Salava's table user_badge.")
    if badge >= _AWARDS | {"badge_content_id"}:
        return Match(95, "It is a database dump with Salava's table badge, from before 2017.")
    if badge >= _CLASSES or "badge_badge_content" in tables:
        return Match(94, "It is a database dump with Salava's tables of badges.")
    return None


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    if begins_json(decompressed_head(place.peek(member, 4096))):
        yield from read_data(place, member)
    else:
        yield from read_dump(place, member)

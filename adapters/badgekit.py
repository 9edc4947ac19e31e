"""BadgeKit API (Mozilla, LRNG, Cities of Learning): saved pages of awards, and the MySQL dump.

Both have the learners' e-mail addresses as they are. Claim codes are never copied, nor are the
API's keys. Reference page badge-formats.md, 1.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.openbadges.documents import as_backpack_wrote, decode
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import label
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, is_dump, judged
from migrator.sources.dumptables import Record, Tables, dump_tables, text_of
from migrator.sources.found import Found, Outcome, Problem, Yielded
from migrator.sources.jsonfile import JsonFile, begins_json
from migrator.sources.place import Member, Place
from migrator.sources.window import decompressed_head

from ._badgekit import CLASS_TEXTS, PROFILE_TEXTS, found

_TABLES = {
    "badgeInstances": ("id", "slug", "email", "issuedOn", "expires", "badgeId", "evidenceUrl"),
    "badges": ("id", *CLASS_TEXTS, "imageId", "programId", "issuerId", "systemId"),
    "systems": ("id", *PROFILE_TEXTS),
    "issuers": ("id", *PROFILE_TEXTS),
    "programs": ("id", *PROFILE_TEXTS),
    "images": ("id", "url", "data"),
    "criteria": ("id", "badgeId", "description", "note", "required"),
    "alignments": ("id", "badgeId", "name", "url", "description"),
    "tags": ("id", "badgeId", "value"),
    "categories": ("id", "badgeId", "value"),
}
_API_KEYS = re.compile(r'"(assertionUrl|claimCode|earnerDescription|consumerDescription)"\s*:')

_AWARDS, _NEEDED = "badgeInstances", ("email", "badgeId")
_DUMP_IT = "Run `mysqldump --hex-blob DATABASE > badgekit.sql`, and archive badgekit.sql."
_LOST = {
    "badges": "it is not known what was awarded",
    "systems": "it is not known who awarded",
    "images": "the badges' pictures are missing",
}
_NO_EMAIL = (
    "This award has no e-mail address, so it is not known whose badge it is. "
    "Look it up in BadgeKit by its slug."
)
_NO_CLASS = (
    "This award is of a badge that is not in the dump. "
    "Make the dump of the whole database, and archive it again."
)
_NO_AWARD = (
    "This entry is no award: it has no e-mail address together with a badge. "
    "Save the answer of /systems/SYSTEM/badges/BADGE/instances again."
)


class BadgeKit:
    """Reads answers of `/systems/.../badges/.../instances`, or a dump with badgeInstances."""

    name = "badgekit"
    title = "BadgeKit API and its database (Cities of Learning, LRNG)"
    reads = "saved pages of a BadgeKit API's instances, or a mysqldump of its database"
    settings = {  # noqa: RUF012 (nobody changes it)
        "badgekit.url": "where the BadgeKit API answered, such as https://api.example.org: a dump "
        "does not say it, and without it no badge can be looked for on the web"
    }

    def detect(self, place: Place) -> Match | None:
        """Look for the API's own keys, or for its table of awards."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield every award, in the order of the file."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    if is_dump(head):
        if set(_NEEDED) <= set(created(head).get(_AWARDS, ())):
            return Match(95, "It is a database dump with BadgeKit's table badgeInstances.")
        return None
    if any(map(_is_award, _PAGES.first(head))):
        return Match(93, "It holds awards as the BadgeKit API lists them.")
    if begins_json(head) and len(set(_API_KEYS.findall(decode(head[:4096])))) >= 3:
        return Match(72, "It begins like an answer of the BadgeKit API.")
    return None


def _is_award(value: JsonObject) -> bool:
    badge = value.get("badge")
    described = isinstance(badge, dict) and bool(
        badge.keys() & {"consumerDescription", "earnerDescription"}
    )
    return "slug" in value and "email" in value and (described or "assertionUrl" in value)


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    if begins_json(decompressed_head(place.peek(member, 4096))):
        yield from _PAGES.read(place, member, _entry)
    else:
        yield from _read_dump(place, member)


def _entry(locator: str, value: Json, _data: bytes) -> Iterator[Outcome]:
    said: JsonObject = value if isinstance(value, dict) else {"entry": value}
    if label(said.get("email")) and (said.get("badge") or said.get("assertionUrl")):
        yield found(locator, said)
        return
    shown: JsonObject = {key: one for key, one in said.items() if key != "claimCode"}
    yield Problem(locator, "no_award", _NO_AWARD, as_backpack_wrote(shown))


_PAGES = JsonFile(
    _is_award, inside=frozenset({"instances", "instance", "data", "results"}), secret=True
)


def _read_dump(place: Place, member: Member) -> Iterator[Outcome]:
    prefix = f"{place.locator(member)}, "
    base = place.settings.get("badgekit.url", "").rstrip("/")
    with dump_tables(_TABLES) as tables:
        yield from tables.fill(place, member)
        tables.must_have(_AWARDS, _NEEDED, place.locator(member), _DUMP_IT)
        yield from tables.missing(prefix, _LOST)
        for award in tables.rows(_AWARDS):
            yield _row(tables, award, prefix, base)


def _row(tables: Tables, award: Record, prefix: str, base: str) -> Found | Problem:
    locator, slug = award.locator(prefix), award.text("slug")
    badge = tables.one("badges", "id", award.values.get("badgeId"))
    if award.text("email") is None:
        return Problem(locator, "award_without_address", _NO_EMAIL, award.told())
    if badge is None:
        return Problem(locator, "badge_class_missing", _NO_CLASS, award.told())
    picture = tables.one("images", "id", badge.values.get("imageId"))
    image = picture.values.get("data") if picture else None
    instance: JsonObject = {name: award.text(name) for name in award.values}
    if base and slug:
        instance["assertionUrl"] = f"{base}/public/assertions/{slug}"
    instance["badge"] = _as_the_api_says(tables, badge, picture)
    return found(locator, instance, image or None)


def _as_the_api_says(tables: Tables, badge: Record, picture: Record | None) -> JsonObject:
    said: JsonObject = {name: badge.text(name) for name in badge.values}
    number = badge.values.get("id")
    if picture:
        said["imageUrl"] = picture.text("url")
    for name in ("system", "issuer", "program"):
        profile = tables.one(f"{name}s", "id", badge.values.get(f"{name}Id"))
        said[name] = {key: profile.text(key) for key in profile.values} if profile else None
    for name in ("criteria", "alignments"):
        rows = tables.all(name, "badgeId", number)
        said[name] = [{key: row.text(key) for key in row.values} for row in rows]
    for name in ("tags", "categories"):
        said[name] = list(text_of(tables.all(name, "badgeId", number), "value"))
    return said

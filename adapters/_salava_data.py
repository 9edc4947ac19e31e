"""Salava's personal data as JSON (`/obpv1/user/data/ID`): one learner, with all badges.

It says what was awarded by whom and when, but seldom where the badge is hosted. What is blank was
written as "-". Reference page badge-formats.md, 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges.dates import to_utc
from migrator.openbadges.documents import as_backpack_wrote
from migrator.openbadges.model import BadgeClass, Json, JsonObject
from migrator.openbadges.values import items, label, mapping
from migrator.sources.found import FoundLearner, Outcome, Problem
from migrator.sources.jsonaround import JsonAround
from migrator.sources.jsonfile import JsonFile
from migrator.sources.place import Member, Place

from ._salava_badge import Told, issuer

_LISTS = frozenset({"user_badges", "pending_badges"})
_OF_THE_PERSON = frozenset({"user", "emails"})
_MORE = frozenset({"user_pages", "user_files", "connections", "endorsements", "user_followers"})
_NO_BADGE = "This entry of the personal data is no badge. Ask for the personal data again."


def is_person(value: JsonObject) -> bool:
    """Say whether an object is the personal data of a learner."""
    return "user_badges" in value and bool(value.keys() & (_OF_THE_PERSON | _MORE))


def is_badge(value: JsonObject) -> bool:
    """Say whether an object is a badge as the personal data lists it."""
    return "name" in value and len(value.keys() & {"badge_id", "image_file", "issued_on"}) > 1


PERSON = JsonFile(is_person)
BADGES = JsonFile(lambda value: not value.keys() & _LISTS, inside=_LISTS)


def read_data(place: Place, member: Member) -> Iterator[Outcome]:
    """Yield the learner, then the badges; raises MemberUnreadable."""
    around = _around(place, member)
    addresses = _addresses(around)
    user = mapping(around.get("user")) or {}
    names = (_said(user, "first_name"), _said(user, "last_name"))
    if addresses:
        name = " ".join(filter(None, names)) or None
        yield FoundLearner(place.locator(member), addresses, name)
    holder = addresses[0] if addresses else None

    def outcomes(locator: str, value: Json, data: bytes) -> Iterator[Outcome]:
        badge = mapping(value)
        if badge and is_badge(badge):
            yield _badge(badge, holder).found(locator)
        else:
            yield Problem(locator, "no_badge", _NO_BADGE, data)

    yield from BADGES.read(place, member, outcomes)


class _Person(JsonAround):
    """Remembers who it is about, not what the person did."""

    def passed(self, key: Json, value: Json) -> None:
        """Remember a field about the person."""
        if key in _OF_THE_PERSON:
            super().passed(key, value)


def _around(place: Place, member: Member) -> JsonObject:
    """Return what the file says of the person, wherever in it that stands."""
    with place.open(member) as stream:
        text = _Person(stream, inside=BADGES.inside, is_one=BADGES.is_one)
        for _ in text:
            pass
        return text.fields[0] if text.fields else {}


def _addresses(around: JsonObject) -> tuple[str, ...]:
    rows = [row for row in items(around.get("emails")) if isinstance(row, dict)]
    rows.sort(key=lambda row: row.get("primary_address") not in (True, 1))
    own = _said(mapping(around.get("user")) or {}, "email")
    found = [*(_said(row, "email") for row in rows), own]
    return tuple(dict.fromkeys(address for address in found if address and "@" in address))


def _badge(said: JsonObject, holder: str | None) -> Told:
    json = said.get("assertion_json")
    profile = {
        name: _said(said, f"issuer_{name}") or _said(said, f"issuer_content_{name}")
        for name in ("name", "url", "email", "description")
    }
    unread = ("image_file", "tags", "visibility", "status", "creator_name")
    return Told(
        _said(said, "id"),
        _said(said, "badge_id"),
        _said(said, "email") or holder,
        BadgeClass(
            name=_said(said, "name") or "",
            description=_said(said, "description"),
            criteria_url=_said(said, "criteria_url"),
            criteria_narrative=_said(said, "criteria_content"),
            issuer=issuer(profile),
        ),
        json=_bytes(json),
        jws=_said(said, "assertion_jws"),
        url=_said(said, "assertion_url"),
        issued_on=to_utc(said.get("issued_on")),
        expires=to_utc(said.get("expires_on")),
        added_at=to_utc(said.get("ctime")),
        revoked=said.get("revoked") in (True, 1),
        unread={name: _said(said, name) or "" for name in unread},
    )


def _said(row: JsonObject, name: str) -> str | None:
    text = label(row.get(name))
    return None if text in ("-", "") else text


def _bytes(json: Json) -> bytes | None:
    if isinstance(json, dict):
        return as_backpack_wrote(json)
    return json.encode() if isinstance(json, str) and len(json) > 1 else None

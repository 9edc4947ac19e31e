"""Fedora Badges (the application Tahrir): saved JSON of people, of badges, and of assertions.

Assertions are 0.5 with half addresses, and stood at /assertions/BADGE/RECIPIENT. The lists say who
by nickname: on Fedora a badge was awarded to NICKNAME@fedoraproject.org. Reference page
badge-formats.md, 1.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.openbadges.address import web_address
from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Json, JsonObject, Recipient
from migrator.openbadges.values import items, label, mapping
from migrator.sources.adapter import Match
from migrator.sources.beginning import each_file, judged
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Severity, Yielded
from migrator.sources.jsonfile import JsonFile, begins_json
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_document

_DOMAIN = "fedoraproject.org"
_NICKNAME = re.compile(r"[\w.+-]+", re.ASCII)
_HASH = re.compile(r"(?:sha256\$)?([0-9a-f]{64})", re.IGNORECASE)
_BADGE_PAGE = re.compile(r"https?://[^/?#]+/badge/([^/?#]+)/?")
_COUNTS = frozenset({"times_awarded", "first_awarded", "last_awarded", "percent_earned", "rarity"})
_USER_KEYS = re.compile(rb'"(user|percent_earned|assertions|issued|image|tags)"\s*:')

_CLASS = (
    "This describes a badge, but nobody's award of it is in it. It is kept. Your own awards are "
    "at https://badges.fedoraproject.org/user/NICKNAME/json: save that, and archive it too."
)
_NOBODY = (
    "This entry does not say to whom the badge was awarded, so no badge can be made of it. "
    "Save https://badges.fedoraproject.org/user/NICKNAME/json again, and archive it."
)
_NO_BADGE = "This is no answer of Fedora Badges that holds awards. Save the page again."


class Fedora:
    """Reads `/user/NICKNAME/json`, `/badge/BADGE/json`, and `/assertions/BADGE/RECIPIENT`."""

    name = "fedora"
    title = "Fedora Badges (Tahrir)"
    reads = "saved JSON of badges.fedoraproject.org: people's badges, and assertions"

    def detect(self, place: Place) -> Match | None:
        """Look for the shapes of the three answers."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the person of a list before the badges in it."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    for value in _FILE.first(head):
        if _is_person(value):
            return Match(91, "It is a person's list of Fedora Badges.")
        if _is_assertion(value):
            return Match(88, "It holds assertions of Fedora Badges.")
        if _is_badge(value):
            return Match(90, "It describes a badge as Fedora Badges does.")
    keys = set(_USER_KEYS.findall(head[:4096])) if begins_json(head) else set()
    if {b"user", b"assertions"} < keys:
        return Match(75, "It begins like a person's list of Fedora Badges.")
    return None


def _is_person(value: JsonObject) -> bool:
    return isinstance(value.get("user"), str) and isinstance(value.get("assertions"), list)


def _is_badge(value: JsonObject) -> bool:
    return "name" in value and "id" in value and len(_COUNTS & value.keys()) >= 2


def _is_assertion(value: JsonObject) -> bool:
    badge = mapping(value.get("badge")) or {}
    image, issuer = badge.get("image"), mapping(badge.get("issuer")) or {}
    ours = isinstance(image, str) and image.startswith("/pngs/")
    return "recipient" in value and (ours or _DOMAIN in (label(issuer.get("origin")) or ""))


def _is_one(value: JsonObject) -> bool:
    return _is_person(value) or _is_badge(value) or "recipient" in value


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    yield from _FILE.read(place, member, _outcomes)


def _outcomes(locator: str, value: Json, data: bytes) -> Iterator[Outcome]:
    said: JsonObject = value if isinstance(value, dict) else {}
    # A file with one object in it needs no line to be found again.
    file = locator.removesuffix(", line 1")
    if _is_person(said):
        yield from _of_person(file, said)
    elif mapping(said.get("badge")) and "recipient" in said:
        holder = _address((mapping(said.get("person")) or {}).get("nickname"))
        yield Found(locator, data, hosted_url=_hosted(said), holder=holder)
    elif _is_badge(said):
        yield from _of_badge(file, said, data)
    else:
        yield Problem(locator, "no_award", _NO_BADGE, data)


def _of_person(locator: str, said: JsonObject) -> Iterator[Outcome]:
    holder = _address(said.get("user"))
    if holder:
        yield FoundLearner(locator, (holder,), label(said.get("user")))
    for number, entry in enumerate(items(said.get("assertions")), 1):
        badge = entry if isinstance(entry, dict) else {}
        yield _made(f"{locator}, item {number}", badge, badge.get("issued"), holder)


def _of_badge(locator: str, said: JsonObject, data: bytes) -> Iterator[Outcome]:
    entries = items(said.get("assertions"))
    if not entries:
        yield Problem(locator, "badge_class_alone", _CLASS, data, Severity.WARNING)
    for number, entry in enumerate(entries, 1):
        award = entry if isinstance(entry, dict) else {}
        holder = _address(award.get("name"))
        yield _made(f"{locator}, item {number}", said, award.get("date"), holder)


def _made(locator: str, badge: JsonObject, issued: Json, holder: str | None) -> Found | Problem:
    """Return the badge that an entry of a list tells of."""
    name = label(badge.get("name"))
    if holder is None or name is None:
        return Problem(locator, "award_without_person", _NOBODY)
    issuer, image = label(badge.get("issuer")), label(badge.get("image")) or ""
    url = web_address(image)
    tags = badge.get("tags")
    words = tags.split(",") if isinstance(tags, str) else map(label, items(tags))
    said = Assertion(
        recipient=Recipient(holder),
        issued_on=to_utc(int(issued) if isinstance(issued, float) else issued),
        badge_class=BadgeClass(
            name=name,
            description=label(badge.get("description")),
            image=url,
            criteria_url=web_address(label(badge.get("criteria"))),
            issuer=Issuer(issuer) if issuer else None,
            tags=tuple(word.strip() for word in words if word and word.strip()),
        ),
    )
    number = label(badge.get("id")) or name
    # Everybody has a badge once.
    key = f"fedora {number} -> {holder.partition('@')[0]}"
    unread = {"id": number, "image": "" if url else image}
    document = row_document(said, "Fedora Badges' lists", key=key, unread=unread)
    return Found(locator, document, holder=holder)


def _address(nickname: Json) -> str | None:
    known = isinstance(nickname, str) and _NICKNAME.fullmatch(nickname)
    return f"{nickname}@{_DOMAIN}" if known else None


def _hosted(said: JsonObject) -> str | None:
    """Return where an assertion was served: under its badge's id and the hash of its recipient."""
    badge = mapping(said.get("badge")) or {}
    origin = web_address(label((mapping(badge.get("issuer")) or {}).get("origin")))
    page = _BADGE_PAGE.fullmatch(label(badge.get("criteria")) or "")
    number = label(badge.get("id")) or (page[1] if page else None)
    recipient = _HASH.fullmatch(label(said.get("recipient")) or "")
    if origin is None or number is None or recipient is None:
        return None
    return f"{origin.rstrip('/')}/assertions/{number}/{recipient[1]}"


_FILE = JsonFile(_is_one)

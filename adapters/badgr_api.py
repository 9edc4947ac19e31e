"""Badgr's API: a live account (backpack and issuers), or its answers saved as files.

Badgr, Canvas Credentials, Parchment Digital Badges, Open Educational Badges and hosts of one's own.
Reference: badgr-api.md, badge-formats.md 1.6 and 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from migrator.openbadges.documents import decode
from migrator.openbadges.model import JsonObject
from migrator.sources.adapter import Match
from migrator.sources.found import FoundFile, FoundLearner, Outcome, Problem, Severity, Yielded
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.live import Live, LivePlace
from migrator.sources.place import Member, MemberUnreadable, Place

from ._badgr_known import Known, addresses_of, kind_of, name_of
from ._badgr_live import read_account
from ._badgr_records import badge_of

_HEAD = 4096
_NAMES_LOOKED_AT = 5_000
_FILES_LOOKED_INTO = 12
_ENDINGS = (".json", ".txt")
_V2 = re.compile(r'"entityType"\s*:\s*"(Assertion|BackpackCollection|BadgeClass|BadgeUser|Issuer)"')
_V1 = re.compile(r'"recipient_identifier"\s*:|"share_hash"\s*:|"slug"\s*:')
_V1_BESIDE = re.compile(r'"json"\s*:\s*\{|"evidence_items"\s*:|"badges"\s*:\s*\[|"acceptance"\s*:')
_START = re.compile(r"[\s\ufeff]*[\[{]")
_EMPTY = re.compile(r'\s*\{\s*"status"\s*:\s*\{[^}]*"success"[^}]*\}\s*,\s*"result"\s*:\s*\[\s*\]')
# An issuer's export has records too, inside each other: adapter badgr-exports.
_EXPORT = re.compile(r'"(badge_?classes|badgeClasses)"\s*:\s*\[')
_INSIDE = ("result",)

_REGIONS = {"us": "com", "eu": "eu", "au": "au", "ca": "ca", "sg": "sg"}
_HOSTS = {
    **{name: f"https://api.badges.parchment.{domain}" for name, domain in _REGIONS.items()},
    **dict.fromkeys(("badgr.io", "api.badgr.io", "badgr.com"), "https://api.badges.parchment.com"),
    **{
        old: f"https://api.badges.parchment.{domain}"
        for name, domain in _REGIONS.items()
        if name != "us"
        for old in (f"{name}.badgr.io", f"api.{name}.badgr.io")
    },
    "oeb": "https://api.openbadges.education",
    "openbadges.education": "https://api.openbadges.education",
}

_UNREADABLE = "This part of the answer cannot be read. {} Save the answer again."
_NO_RECORD = (
    "This entry of the answer is no badge that we know. Look at it in the backpack's pages."
)
_NO_OWNER = (
    "This answer does not say whose collection this is, so it was not kept; its badges are read "
    "where they stand. Save the answer of /v2/users/self beside it, and archive the folder again."
)


class BadgrApi:
    """A Badgr account asked by e-mail address and password, or its saved answers."""

    name = "badgr-api"
    title = "Badgr, Canvas Credentials, Parchment Digital Badges and other Badgr hosts"
    reads = "saved JSON answers of a Badgr API: backpack, collections, issuers, awards (v2 and v1)"
    live = Live(
        "badgr-api:eu",
        account="the account's e-mail address",
        secret="the password",  # noqa: S106 - what is asked for, not a secret
        hosts=_HOSTS,
        also=("badgr",),
    )

    def detect(self, place: Place) -> Match | None:
        """Look at the first records of a file, or of the first JSON files of a folder."""
        if place.kind == "file":
            return _match(_is_ours(place.head(_HEAD)))
        named = islice(place.members(), _NAMES_LOOKED_AT)
        members = (member for member in named if member.name.lower().endswith(_ENDINGS))
        heads = (place.beginning(member, _HEAD) for member in islice(members, _FILES_LOOKED_INTO))
        return _match(any(_is_ours(head) for head in heads))

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield people and collections, then badges, each with the badge class the files know."""
        if isinstance(place, LivePlace):
            yield from read_account(place)
            return
        known = Known()
        people: list[str] = []
        for member in place.members():
            if _is_ours(place.beginning(member, _HEAD)):
                yield from _people(place, member, known, people)
        for member in place.members():
            if _is_ours(place.beginning(member, _HEAD)):
                yield from _collections(place, member, known, people)
        for member in place.members():
            if _is_ours(place.beginning(member, _HEAD)):
                yield from _saved(place, member, known)
            else:
                yield place.foreign(member)


def _people(place: Place, member: Member, known: Known, people: list[str]) -> Iterator[Outcome]:
    """Learn badge classes and issuers, and yield whose account it is."""
    for item in _items(place, member):
        record = _record(item)
        known.learn(record)
        if kind_of(record) == "account" and (addresses := addresses_of(record)):
            people.append(addresses[0])
            yield FoundLearner(place.locator(member), addresses, name_of(record))


def _collections(
    place: Place, member: Member, known: Known, people: list[str]
) -> Iterator[Outcome]:
    for item in _items(place, member):
        record = _record(item)
        if kind_of(record) != "collection":
            continue
        locator = f"{place.locator(member)}, {item.where}"
        if len(people) == 1:
            yield known.collection(locator, record, people[0])
        else:
            yield Problem(
                locator, "collection_without_owner", _NO_OWNER, item.data, Severity.WARNING
            )


def _saved(place: Place, member: Member, known: Known) -> Iterator[Outcome]:
    """Yield the badges of a file; one that holds none is kept as it is."""
    badges = 0
    try:
        for item in _read(place, member):
            kind = kind_of(_record(item))
            if kind == "badge" or item.kind == "bad" or not kind:
                badges += 1
                yield _outcome(place, member, item, known)
        if not badges:
            yield FoundFile(place.locator(member), place.read(member))
    except MemberUnreadable as error:
        yield place.problem(member, error)


def _outcome(place: Place, member: Member, item: Item, known: Known) -> Outcome:
    record = _record(item)
    locator = f"{place.locator(member)}, {item.where}"
    if item.kind == "bad":
        return Problem(locator, "unreadable", _UNREADABLE.format(item.value), item.data)
    if kind_of(record) != "badge":
        return Problem(locator, "no_badge", _NO_RECORD, item.data)
    return badge_of(locator, record, item.data, known)


def _items(place: Place, member: Member) -> Iterator[Item]:
    try:
        yield from _read(place, member)
    except MemberUnreadable:
        return  # it is told when the badges are read


def _read(place: Place, member: Member) -> Iterator[Item]:
    with place.open(member) as stream:
        yield from JsonText(stream, inside=_INSIDE, is_one=_is_record)


def _is_record(value: JsonObject) -> bool:
    return not isinstance(value.get("result"), list)


def _record(item: Item) -> JsonObject:
    return item.value if isinstance(item.value, dict) and item.kind == "json" else {}


def _match(ours: bool) -> Match | None:
    return Match(93, "It has answers of a Badgr API.", whole=True) if ours else None


def _is_ours(head: bytes) -> bool:
    text = decode(head)
    if not _START.match(text) or _EXPORT.search(text):
        return False
    if _V2.search(text):
        return '"entityId"' in text
    if _EMPTY.match(text):
        return True
    return _V1.search(text) is not None and _V1_BESIDE.search(text) is not None

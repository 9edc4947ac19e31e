"""Badge Connect (Open Badges 2.1): any backpack that speaks it, live, or its answers as files.

What a host answers is a badge as that host tells of it, not the issuer's own document. Reference:
badge-formats.md 2.5, badgr-api.md 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from migrator.openbadges.documents import decode
from migrator.sources.adapter import Match
from migrator.sources.found import FoundFile, Outcome, Yielded
from migrator.sources.live import Live, LivePlace
from migrator.sources.place import Member, MemberUnreadable, Place

from ._badge_connect_answers import badge_of, is_around, person_of, values_of
from ._badge_connect_live import read_account

_HEAD = 4096
_NAMES_LOOKED_AT = 2_000
_FILES_LOOKED_INTO = 10
_START = re.compile(r"[\s\ufeff]*\{")
_STATUS = re.compile(r'"statusCode"\s*:\s*\d{3}')
_RESULTS = re.compile(r'"(results|signedResults)"\s*:\s*\[')
_IS_MANIFEST = re.compile(r'"badgeConnectAPI"\s*:\s*\[')


class BadgeConnect:
    """A backpack asked with an access token, or its saved answers."""

    name = "badge-connect"
    title = "Backpacks that speak Badge Connect (Open Badges 2.1)"
    reads = "saved JSON answers of a Badge Connect host: assertions and profile"
    live = Live(
        "badge-connect:https://backpack.example.org",
        account="the account's e-mail address",
        secret="the access token",  # noqa: S106 - what is asked for, not a secret
    )

    def detect(self, place: Place) -> Match | None:
        """Look for the status that stands around each answer."""
        if place.kind == "file":
            return _match(_is_ours(place.head(_HEAD)))
        named = islice(place.members(), _NAMES_LOOKED_AT)
        members = (member for member in named if member.name.lower().endswith(".json"))
        heads = (place.beginning(member, _HEAD) for member in islice(members, _FILES_LOOKED_INTO))
        return _match(any(map(_is_ours, heads)))

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the person and each badge."""
        if isinstance(place, LivePlace):
            yield from read_account(place)
            return
        for member in place.members():
            if not _is_ours(place.beginning(member, _HEAD)):
                yield place.foreign(member)
                continue
            try:
                yield from _saved(place, member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _saved(place: Place, member: Member) -> Iterator[Outcome]:
    label, badges = place.locator(member), 0
    with place.open(member) as stream:
        for item in values_of(stream):
            locator = f"{label}, {item.where}"
            if isinstance(item.value, dict) and (person := person_of(locator, item.value)):
                yield person
            elif not (isinstance(item.value, dict) and is_around(item.value)):
                badges += 1
                yield badge_of(locator, item)
    if not badges:
        yield FoundFile(label, place.read(member))


def _is_ours(head: bytes) -> bool:
    said = decode(head)
    if not _START.match(said):
        return False
    answer = _STATUS.search(said) is not None and _RESULTS.search(said) is not None
    return answer or _IS_MANIFEST.search(said) is not None


def _match(ours: bool) -> Match | None:
    return Match(91, "It has answers of a Badge Connect host.") if ours else None

"""The Displayer API: public collections of a Backpack, saved as files or asked for live.

Mozilla's own host is gone; Open Badge Passport and other hosts that run Salava still answer. The
assertions are as the Backpack had rewritten them (migrator.openbadges takes that back).
Reference: mozilla-backpack.md 2, badge-formats.md 1.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from migrator.errors import SourceUnreadable
from migrator.openbadges.documents import as_backpack_wrote, decode, parse_text
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.sources.adapter import Match
from migrator.sources.found import (
    Bookmark,
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Membership,
    Outcome,
    Problem,
    Severity,
    Yielded,
)
from migrator.sources.live import Live, LivePlace, Reply
from migrator.sources.place import Member, MemberUnreadable, Place

from ._mozilla_collections import unescaped

_HEAD = 2048
_ENDINGS = (".json", ".js", ".txt")
_NAMES_LOOKED_AT = 5_000
_FILES_LOOKED_INTO = 16
_JSONP = re.compile(r"\s*[\w.$]+\s*\((.*)\)\s*;?\s*", re.DOTALL)
_START = re.compile(r'[\s\ufeff]*(?:[\w.$]+\s*\(\s*)?\{\s*"')
_USER = re.compile(r'"userId"\s*:')
_GROUPS = re.compile(r'"groups"\s*:\s*\[')
_GROUP = re.compile(r'"groupId"\s*:[^[]*"badges"\s*:\s*\[')
_CONVERTED = re.compile(r'"email"\s*:')
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")

_NO_OWNER = (
    "This answer does not say whose badges these are, so the collection was not kept; the badges "
    "were. Save the answer of /displayer/convert/email beside it, and archive the folder again."
)
_UNREADABLE = "This answer of the Displayer API cannot be read: {} Save it again."
_NO_BADGE = "This entry of the collection holds no badge. Look at the collection on its host."
_NO_SIGNATURE = (
    "This badge is signed, and only its picture has the signature. "
    "Download it from {} while it is there, and archive that too."
)
_FEWER = (
    "The host counts {} badges in this collection and shows {}; the others were deleted, or are "
    "not public. If they are yours, make them public there and run this again."
)


@dataclass(slots=True)
class _Known:
    """What the answers say about people and collections, by the host's numbers."""

    emails: dict[str, str] = field(default_factory=dict)
    groups: dict[tuple[str, str], JsonObject] = field(default_factory=dict)

    def learn(self, answer: JsonObject) -> None:
        """Take in an answer about an account or the list of its collections."""
        user, email = str(answer.get("userId")), answer.get("email")
        if isinstance(email, str) and "@" in email:
            self.emails[user] = email
        for group in _objects(answer.get("groups")):
            self.groups[user, str(group.get("groupId"))] = group


class MozillaDisplayer:
    """Saved answers (`groups.json`, `group/1.json`), or a live host asked by e-mail address."""

    name = "mozilla-displayer"
    title = "Displayer API of the Mozilla Backpack and of Salava hosts"
    reads = "saved answers of a Backpack's Displayer API: groups.json and group/1.json"
    live = Live(
        "mozilla-displayer:https://openbadgepassport.com",
        account="the learner's e-mail address",
    )

    def detect(self, place: Place) -> Match | None:
        """Look at the first keys of a file, or of the first JSON files of a folder."""
        if place.kind == "file":
            return _match(_kind(place.head(_HEAD)))
        members = (
            m
            for m in islice(place.members(), _NAMES_LOOKED_AT)
            if m.name.lower().endswith(_ENDINGS)
        )
        kinds = (_kind(place.beginning(m, _HEAD)) for m in islice(members, _FILES_LOOKED_INTO))
        return _match(next(filter(None, kinds), ""))

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield people, then each collection and its badges."""
        if isinstance(place, LivePlace):
            yield from _read_live(place)
            return
        known = _Known()
        for member in place.members():
            if _kind(place.beginning(member, _HEAD)) in ("groups", "account"):
                known.learn(_answer(place, member)[1])
        for email in dict.fromkeys(known.emails.values()):
            yield FoundLearner(place.label, (email,))
        for member in place.members():
            if _kind(place.beginning(member, _HEAD)):
                yield from _saved(place, member, known)
            else:
                yield place.foreign(member)


def _saved(place: Place, member: Member, known: _Known) -> Iterator[Outcome]:
    data, answer, problem = _answer(place, member)
    if problem is not None:
        yield problem
        return
    locator = place.locator(member)
    yield FoundFile(locator, data)
    if "groupId" in answer:
        yield from _collection(locator, answer, known)


def _read_live(place: LivePlace) -> Iterator[Outcome]:
    known = _Known()
    form = {"email": place.account}
    reply = place.web.post(place.url("displayer/convert/email"), form=form)
    account = _object(place, reply, "that an account there has this address, in this spelling")
    user = str(account.get("userId"))
    known.learn({"userId": user, "email": place.account})
    reply = place.get(f"displayer/{user}/groups.json")
    known.learn({**_object(place, reply, "public collections"), "userId": user})
    yield FoundLearner(place.label, (place.account,))
    yield FoundFile(f"{place.label}, groups of {place.account}", reply.body)
    numbers = [group for owner, group in known.groups if owner == user]
    if place.bookmark in numbers:
        numbers = numbers[numbers.index(place.bookmark) + 1 :]
    for number in numbers:
        locator = f"{place.label}, group {number}"
        reply = place.get(f"displayer/{user}/group/{number}.json")
        try:
            answer = _object(place, reply, "that the collection is public")
        except SourceUnreadable as error:
            yield Problem(locator, "group_unreadable", str(error))
            continue
        yield FoundFile(locator, reply.body)
        yield from _collection(locator, {**answer, "userId": user, "groupId": number}, known)
        yield Bookmark(number)


def _object(place: LivePlace, reply: Reply, needs: str) -> JsonObject:
    answer = place.checked(reply, needs=needs)
    if not isinstance(answer, dict):
        what = f"{place.label} answers, but not as a Displayer API does."
        raise SourceUnreadable(what, f"Check the address: {place.base}")
    return answer


def _collection(locator: str, answer: JsonObject, known: _Known) -> Iterator[Outcome]:
    user, number = str(answer.get("userId")), str(answer.get("groupId"))
    holder = known.emails.get(user)
    group = known.groups.get((user, number), {})
    key = f"{user}/{number}" if holder else None
    name = unescaped(str(group.get("name") or f"Collection {number}"))
    if holder and key:
        yield FoundCollection(locator, key, holder, name, public=True)
    else:
        yield Problem(locator, "collection_without_owner", _NO_OWNER, severity=Severity.WARNING)
    items = answer.get("badges")
    badges = items if isinstance(items, list) else []
    counted = group.get("badges")
    if isinstance(counted, int) and counted > len(badges):
        sentence = _FEWER.format(counted, len(badges))
        yield Problem(locator, "fewer_badges", sentence, severity=Severity.WARNING)
    for place, item in enumerate(badges):
        memberships = (Membership(key, place),) if key else ()
        yield _badge(f"{locator}, item {place + 1}", item, holder, memberships)


def _badge(
    locator: str, item: Json, holder: str | None, memberships: tuple[Membership, ...]
) -> Found | Problem:
    assertion = item.get("assertion") if isinstance(item, dict) else None
    url = item.get("hostedUrl") if isinstance(item, dict) else None
    hosted = url if isinstance(url, str) and url.startswith(("http://", "https://")) else None
    if not isinstance(item, dict) or not (isinstance(assertion, dict) or hosted):
        return Problem(locator, "no_badge", _NO_BADGE, as_backpack_wrote(item))
    warnings: tuple[Problem, ...] = ()
    if hosted is None:
        sentence = _NO_SIGNATURE.format(item.get("imageUrl") or "the Backpack")
        warnings = (Problem(locator, "signature_missing", sentence, severity=Severity.WARNING),)
    moment = _MOMENT.fullmatch(str(item.get("lastValidated")))
    return Found(
        locator,
        assertion=as_backpack_wrote(assertion) if isinstance(assertion, dict) else None,
        hosted_url=hosted,
        holder=holder,
        added_at=f"{moment[1]}Z" if moment else None,
        memberships=memberships,
        warnings=warnings,
    )


def _match(kind: str) -> Match | None:
    why = f"It has an answer of a Backpack's Displayer API ({kind})."
    return Match(92, why, whole=True) if kind else None


def _kind(head: bytes) -> str:
    """Return which answer of the API begins so: groups, group, account, or "" for none."""
    text = decode(head)
    if not (_START.match(text) and _USER.search(text)):
        return ""
    if _GROUPS.search(text):
        return "groups"
    if _GROUP.search(text):
        return "group"
    return "account" if _CONVERTED.search(text) and '"status"' in text else ""


def _answer(place: Place, member: Member) -> tuple[bytes, JsonObject, Problem | None]:
    """Return the bytes of a saved answer, the object it is, and what is wrong with it."""
    data = b""
    try:
        data = place.read(member)
        text = decode(data)
        padded = _JSONP.fullmatch(text)
        value = parse_text(padded[1] if padded else text)
    except MemberUnreadable as error:
        return data, {}, place.problem(member, error)
    except Unreadable as error:
        sentence = _UNREADABLE.format(error)
        return data, {}, Problem(place.locator(member), "answer_unreadable", sentence, data)
    return data, value if isinstance(value, dict) else {}, None


def _objects(value: Json) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

"""Reading a Badgr account where it lives: the backpack first, then what its issuers awarded.

/v2 is asked, and /v1 where the host has no /v2 or does not open it. Reference: badgr-api.md 1, 2,
4, 6 and 9.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.openbadges.documents import parse
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.sources.found import (
    Bookmark,
    Found,
    FoundFile,
    FoundLearner,
    Outcome,
    Problem,
    Severity,
)
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.live import LivePlace, Reply, quoted

from ._badgr_known import Known, addresses_of, entity_id, kind_of, name_of, picture_of
from ._badgr_records import badge_of
from ._badgr_signin import JSON, access_token, not_badgr
from ._live_picture import with_picture

_ALL = "include_expired=true&include_revoked=true"
_BACKPACK = "the scope rw:backpack, and an account with a confirmed e-mail address"
_ISSUERS = "the scope rw:issuer"
_AFTER_BACKPACK = "issuers"

_HIDDEN = (
    "The host does not show the {} of this account (HTTP {}), so they are missing; the badges are "
    "not touched by that. They need {}."
)
_NO_RECORD = "This entry is no badge that we can read. Look at it in the backpack's own pages."


@dataclass(frozen=True, slots=True)
class _Paths:
    """Where one generation of the API keeps things; {} stands for an issuer."""

    badges: str
    collections: str
    account: str
    issuers: str
    classes: str
    awards: str


_V2 = _Paths(
    f"v2/backpack/assertions?{_ALL}&include_pending=true&expand=badgeclass&expand=issuer",
    "v2/backpack/collections",
    "v2/users/self",
    "v2/issuers",
    "v2/issuers/{}/badgeclasses",
    f"v2/issuers/{{}}/assertions?num=100&{_ALL}",
)
_V1 = _Paths(
    f"v1/earner/badges?json_format=plain&{_ALL}&include_pending=true",
    "v1/earner/collections",
    "v1/user/emails",
    "v1/issuer/issuers",
    "v1/issuer/issuers/{}/badges",
    f"v1/issuer/issuers/{{}}/assertions?num=100&{_ALL}",
)


def read_account(place: LivePlace) -> Iterator[Outcome]:
    """Yield the person, collections, badges, and page by page what the account's issuers awarded.

    Raises SignInFailed, SourceUnreadable and Incomplete.
    """
    account = _Account(place, {**JSON, "Authorization": f"Bearer {access_token(place)}"})
    badges = account.open_backpack()
    yield account.person()
    yield from account.collections()
    if place.bookmark is None:
        yield from account.badges(badges, f"{place.label}, backpack")
        yield Bookmark(_AFTER_BACKPACK)
    yield from account.awards()


@dataclass(slots=True)
class _Account:
    place: LivePlace
    headers: dict[str, str] = field(repr=False)
    paths: _Paths = _V2
    known: Known = field(default_factory=Known)

    def open_backpack(self) -> Reply:
        """Return the answer with all badges, of the newest API that opens the backpack."""
        reply = self._get(self.paths.badges)
        if reply.status in (404, 405, 410) or (reply.status == 200 and not _is_answer(reply)):
            self.paths = _V1
            reply = self._get(self.paths.badges)
        self.place.checked(reply, needs=_BACKPACK)
        if not _is_answer(reply):
            raise not_badgr(self.place)
        return reply

    def person(self) -> FoundLearner:
        """Return whose account it is, with all confirmed addresses."""
        reply = self._get(self.paths.account)
        addresses: tuple[str, ...] = ()
        name = None
        for item in _records(reply) if reply.status == 200 else ():
            record = item.value if isinstance(item.value, dict) else {}
            addresses += addresses_of(record)
            name = name or name_of(record)
        return FoundLearner(self.place.label, addresses or (self.place.account,), name)

    def collections(self) -> Iterator[Outcome]:
        """Yield the collections; a host that has none of them is a warning."""
        reply = self._get(self.paths.collections)
        if reply.status == 404:
            yield self._hidden("collections", reply, _BACKPACK)
            return
        self.place.checked(reply, needs=_BACKPACK)
        for item in _records(reply):
            record = item.value
            if isinstance(record, dict) and kind_of(record) == "collection":
                locator = f"{self.place.label}, collection {entity_id(record)}"
                yield self.known.collection(locator, record, self.place.account)

    def badges(self, reply: Reply, where: str, *, pictures: bool = True) -> Iterator[Outcome]:
        """Yield the badges of an answer."""
        for number, item in enumerate(_records(reply), 1):
            record = item.value
            if not isinstance(record, dict) or kind_of(record) != "badge":
                locator = f"{where}, item {number}"
                yield Problem(locator, "no_badge", _NO_RECORD, item.data)
                continue
            locator = f"{where}, {entity_id(record) or f'item {number}'}"
            found = badge_of(locator, record, item.data, self.known)
            if pictures and isinstance(found, Found):
                found = with_picture(self.place, found, picture_of(record))
            yield found

    def awards(self) -> Iterator[Outcome]:
        """Yield what each issuer of the account awarded, going on at the place's bookmark."""
        reply = self._get(self.paths.issuers)
        if reply.status in (403, 404):
            yield self._hidden("issuers", reply, _ISSUERS)
            return
        self.place.checked(reply, needs=_ISSUERS)
        issuers = self._issuers(reply)
        begun, _, page = (self.place.bookmark or "").partition(" ")
        if begun in issuers:
            issuers = issuers[issuers.index(begun) :]
        for issuer in issuers:
            yield Bookmark(f"{issuer} {page if issuer == begun else ''}")
            yield from self._of_issuer(issuer, page if issuer == begun else "")
        if issuers:
            yield FoundFile(f"{self.place.label}, issuers", reply.body)

    def _issuers(self, reply: Reply) -> list[str]:
        found = []
        for item in _records(reply):
            if isinstance(item.value, dict) and kind_of(item.value) == "issuer":
                self.known.learn(item.value)
                found.append(entity_id(item.value))
        return list(dict.fromkeys(name for name in found if name))

    def _of_issuer(self, issuer: str, page: str) -> Iterator[Outcome]:
        where = f"{self.place.label}, issuer {issuer}"
        reply = self._get(self.paths.classes.format(quoted(issuer)))
        self.place.checked(reply, needs=_ISSUERS)
        for item in _records(reply):
            if isinstance(item.value, dict):
                self.known.learn(item.value)
        yield FoundFile(f"{where}, badge classes", reply.body)
        following: str | None = page or self.paths.awards.format(quoted(issuer))
        while following:
            reply = self._get(following)
            self.place.checked(reply, needs=_ISSUERS)
            yield from self.badges(reply, where, pictures=False)
            following = self.place.next_page(reply)
            if following:
                yield Bookmark(f"{issuer} {following}")

    def _get(self, path: str) -> Reply:
        return self.place.get(path, self.headers)

    def _hidden(self, what: str, reply: Reply, needs: str) -> Problem:
        sentence = _HIDDEN.format(what, reply.status, needs)
        locator = f"{self.place.label}, {what}"
        return Problem(locator, f"{what}_hidden", sentence, severity=Severity.WARNING)


def _is_answer(reply: Reply) -> bool:
    try:
        said: Json = parse(reply.body)
    except Unreadable:
        return False
    return isinstance(said, list) or (
        isinstance(said, dict) and isinstance(said.get("result"), list)
    )


def _records(reply: Reply) -> Iterator[Item]:
    """Yield the records of an answer with their bytes as they came."""
    yield from JsonText(io.BytesIO(reply.body), inside=("result",), is_one=_is_record)


def _is_record(value: JsonObject) -> bool:
    return not isinstance(value.get("result"), list)

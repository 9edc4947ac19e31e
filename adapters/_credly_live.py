"""Credly live: one's own public profile, page by page, or an organisation's badges by its API.

A profile is only read for the person it belongs to: a badge that was awarded to another address
than the one given is not copied. Credly's terms forbid bots; this asks as a person would, for one's
own badges, one every few seconds. Reference: badge-formats.md 1.7.
"""

from __future__ import annotations

import base64
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from migrator.openbadges.baking import sniff
from migrator.openbadges.documents import parse
from migrator.openbadges.model import Assertion, Json, JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.recipient import matching_spelling
from migrator.openbadges.values import address, items, mapping
from migrator.sources.found import Bookmark, Found, Outcome, Problem, Severity
from migrator.sources.live import LivePlace

from ._credly_badge import Award, award_of, is_badge

_PROFILE = re.compile(r"/badges(?:\.json)?/?$")
_MOST_PAGES = 5_000
_REMEMBERED = 200
_NEEDS_PUBLIC = "that the profile and its badges are public (Credly: Settings, Privacy)"
_NEEDS_TOKEN = "an authorization token of the organisation"  # noqa: S105 (a name, not a token)

_NOT_YOURS = (
    "This badge was awarded to another address than {}, and only one's own badges are copied. "
    "If it is yours, read the profile again with --as and that address."
)
_GONE = (
    "Credly has this badge on the profile, but does not show the badge itself (HTTP {}). What the "
    "profile says of it was kept. Ask Credly, or the issuer."
)
_REVOKED = "Credly says that this badge was revoked. What the profile says of it was kept."
_NO_BADGE = "This entry of the list is no badge that can be read. Look at it at Credly."


def read_live(place: LivePlace) -> Iterator[Outcome]:
    """Yield the badges of a profile or organisation; raises SignInFailed and its like."""
    if "/organizations/" in place.base:
        token = base64.b64encode(f"{place.secret()}:".encode()).decode()
        signed = {"Authorization": f"Basic {token}"}
        yield from _Pages(place, f"{place.base}/badges", _NEEDS_TOKEN, signed).read(listed)
    else:
        profile = _PROFILE.sub("", place.base)
        pages = _Pages(place, f"{profile}/badges.json", _NEEDS_PUBLIC, {})
        yield from pages.read(_Profile(place).badge)


Reader = Callable[[str, JsonObject], Iterator[Outcome]]
"""What makes the outcomes of one entry, at a locator."""


@dataclass(slots=True)
class _Pages:
    """The pages of a list, in order, from the bookmark on."""

    place: LivePlace
    url: str
    needs: str
    headers: Mapping[str, str] = field(repr=False)

    def read(self, outcomes: Reader) -> Iterator[Outcome]:
        """Yield what `outcomes` makes of each entry, and a bookmark behind each page."""
        place = self.place
        bookmark = place.bookmark or ""
        start = int(bookmark) if bookmark.isdecimal() else 1
        before: list[Json] = []
        for page in range(start, start + _MOST_PAGES):
            url = f"{self.url}?page={page}"
            reply = place.get(url, self.headers)
            if page > 1 and reply.status == 404:
                return
            answer = mapping(place.checked(reply, needs=self.needs)) or {}
            entries = items(answer.get("data"))
            if entries == before:  # behind the last page, or a host that knows no pages
                return
            for number, entry in enumerate(entries, 1):
                locator = f"{place.label}, page {page}, item {number}"
                if isinstance(entry, dict) and is_badge(entry):
                    yield from outcomes(locator, entry)
                else:
                    yield Problem(locator, "no_badge", _NO_BADGE)
            if not entries or _is_last(answer, page):
                return
            yield Bookmark(str(page + 1))
            before = entries


def _is_last(answer: JsonObject, page: int) -> bool:
    """Say whether the list itself says that this was its last page."""
    metadata = mapping(answer.get("metadata")) or {}
    pages, count, total = (metadata.get(key) for key in ("total_pages", "count", "total_count"))
    if isinstance(pages, int):
        return page >= pages
    return isinstance(count, int) and isinstance(total, int) and count >= total


def listed(locator: str, entry: JsonObject) -> Iterator[Outcome]:
    """Yield a badge as a list has it, before it the person."""
    award = award_of(entry)
    learner = award.learner(locator)
    if learner is not None:
        yield learner
    yield award.found(locator)


@dataclass(slots=True)
class _Profile:
    """A learner's own profile: each badge is asked for where it is hosted."""

    place: LivePlace
    bodies: OrderedDict[str, bytes | None] = field(default_factory=OrderedDict)

    def badge(self, locator: str, entry: JsonObject) -> Iterator[Outcome]:
        """Yield one badge with its originals; raises Incomplete when Credly cannot answer now."""
        award = award_of(entry)
        assert award.url is not None, "an entry without a number is no badge"
        reply = self.place.web.get(award.url)
        if reply.status == 429 or reply.status >= 500:
            raise self.place.refusal(reply)
        document, assertion = _read(reply.body) if reply.status == 200 else ({}, None)
        if assertion is None:
            yield _unshown(locator, award, reply.status)
            return
        own = assertion.recipient and matching_spelling(assertion.recipient, (self.place.account,))
        if not own:
            sentence = _NOT_YOURS.format(self.place.account)
            yield Problem(locator, "awarded_to_another", sentence)
            return
        badge_class = self._body(address(document.get("badge")))
        issuer = self._body(address(_object(badge_class).get("issuer")))
        image = self._body(address(document.get("image")), keep=False)
        yield Found(
            locator,
            reply.body,
            badge_class,
            issuer,
            hosted_url=award.url,
            image=image if image and sniff(image) else None,
            holder=self.place.account,
        )

    def _body(self, url: str | None, *, keep: bool = True) -> bytes | None:
        """Return what an address answers, None when it does not; `verify` tells why."""
        if not url or not url.startswith("https://"):
            return None
        if url not in self.bodies:
            reply = self.place.web.get(url)
            body = reply.body if reply.status == 200 else None
            if not keep:
                return body
            self.bodies[url] = body
            if len(self.bodies) > _REMEMBERED:
                self.bodies.popitem(last=False)
        return self.bodies[url]


def _unshown(locator: str, award: Award, status: int) -> Found:
    """Return a badge that only the list knows: 410 means that it was revoked."""
    revoked = status == 410
    if revoked:
        award = replace(award, state="revoked")
    sentence = _REVOKED if revoked else _GONE.format(status)
    code = "revoked" if revoked else "assertion_not_shown"
    warning = Problem(locator, code, sentence, severity=Severity.WARNING)
    return replace(award.found(locator), warnings=(warning,))


def _read(body: bytes) -> tuple[JsonObject, Assertion | None]:
    document = _object(body)
    try:
        return document, read_assertion(document)
    except Unreadable:
        return document, None


def _object(body: bytes | None) -> JsonObject:
    try:
        return mapping(parse(body or b"{}")) or {}
    except Unreadable:
        return {}

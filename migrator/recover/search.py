"""Searching a web archive for one address: which capture is taken, and why none was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from migrator.archive.web.answers import WebAnswer
from migrator.net import Reply
from migrator.openbadges.address import askable
from migrator.openbadges.links import Link
from migrator.recover.capture import Capture, preferred
from migrator.recover.fitting import unfit
from migrator.recover.service import MOST_ROWS, NoAnswer, Service
from migrator.recover.spelling import place, spellings
from migrator.sources.warc import matches, moment

ORIGIN = "wayback"
MOST_CAPTURES = 4
"""How many captures of one address are fetched before it is given up."""
_HOPS = 3
_MOST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Want:
    """An address to find again, and since when it should have been saved (ISO 8601 or None)."""

    link: Link
    since: str | None = None


@dataclass(slots=True)
class _Attempt:
    """One search under way: what was tried in vain, and whether asking again can help."""

    want: Want
    tried: list[str] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    fetched: int = 0
    trouble: str = ""

    def failed(self, capture: Capture, why: str) -> None:
        self.tried.append(f"the copy of {capture.captured_at[:10]}: {why}")
        if capture.checksum:
            self.bad.add(capture.checksum)

    def worth(self, capture: Capture) -> bool:
        """Whether to fetch a capture: not the same bytes in vain again, and not for ever."""
        return self.fetched < MOST_CAPTURES and capture.checksum not in self.bad


class Search:
    """Finds addresses in one web archive."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def find(self, want: Want) -> WebAnswer:
        """Return what the web archive has of an address: recovered, not_found or no_answer.

        Raises Stopped when the person has asked to stop meanwhile.
        """
        attempt = _Attempt(want)
        try:
            found = self._at(attempt, want.link.url, want.since, _HOPS)
        except NoAnswer as error:
            found, attempt.trouble = None, str(error)
        if found is not None:
            return found
        outcome = "no_answer" if attempt.trouble else "not_found"
        told = attempt.trouble or "; ".join(attempt.tried) or "no capture of this address"
        return WebAnswer(want.link.url, ORIGIN, want.link.kind, outcome, detail=told[:_MOST_DETAIL])

    def _at(self, attempt: _Attempt, url: str, since: str | None, hops: int) -> WebAnswer | None:
        where = place(url)
        if where in attempt.places:  # redirects that lead in circles
            return None
        attempt.places.add(where)
        captures = self._captures(attempt, url, since)
        for capture in captures:
            if capture.usable and attempt.worth(capture):
                found = self._taken(attempt, capture)
                if found is not None:
                    return found
        for capture in captures:
            if capture.redirects and hops and attempt.worth(capture):
                found = self._beyond(attempt, capture, hops)
                if found is not None:
                    return found
        return None

    def _captures(self, attempt: _Attempt, url: str, since: str | None) -> list[Capture]:
        for spelling in self._asked(url):
            found = self._service.index(spelling)
            if found.note and found.note not in attempt.tried:
                attempt.tried.append(found.note)
            captures = found.captures
            if found.rows >= MOST_ROWS and since:
                # A list that long is cut off: what was saved after the award may be behind it.
                captures += self._service.index(spelling, moment(since)).captures
            if captures:
                return preferred(dict.fromkeys(captures), since)
        return []

    def _asked(self, url: str) -> Iterator[str]:
        first, *others = spellings(url)
        yield first
        for other in others:
            if self._service.folds:  # the archive has looked under all of them at once
                return
            yield other

    def _taken(self, attempt: _Attempt, capture: Capture) -> WebAnswer | None:
        attempt.fetched += 1
        try:
            reply = self._service.replay(capture)
        except NoAnswer as error:
            attempt.trouble = str(error)
            return None
        link = attempt.want.link
        if reply.status != 200:
            attempt.failed(capture, f"the web archive lists it, but answers with {reply.status}")
            return None
        right = matches(capture.checksum, reply.body) if capture.checksum else None
        if right is False and not _was_packed(reply):
            attempt.failed(capture, "damaged, its checksum does not fit")
            return None
        why = unfit(link.kind, reply.body)
        if why:
            attempt.failed(capture, why)
            return None
        return WebAnswer(
            link.url,
            ORIGIN,
            link.kind,
            "recovered",
            captured_at=capture.captured_at,
            status=200,
            final_url=capture.original if capture.original != link.url else None,
            media_type=reply.media_type or capture.media_type or None,
            last_modified=reply.headers.get("X-Archive-Orig-Last-Modified"),
            body=reply.body,
            detail=_remarks(attempt.want, capture, right=right),
        )

    def _beyond(self, attempt: _Attempt, capture: Capture, hops: int) -> WebAnswer | None:
        """Follow a redirect that was saved, to the capture nearest to it."""
        attempt.fetched += 1
        try:
            reply = self._service.replay(capture)
        except NoAnswer as error:
            attempt.trouble = str(error)
            return None
        target = self._target(capture, reply)
        if target is None:
            attempt.failed(capture, "a redirect that leads nowhere")
            return None
        return self._at(attempt, target, capture.captured_at, hops - 1)

    def _target(self, capture: Capture, reply: Reply) -> str | None:
        location = reply.headers.get("Location", "")
        if not location:
            return None
        try:
            replayed = urljoin(f"{self._service.base}/web/", location)
            saved = self._service.saved_address(replayed)
            target = askable(saved or urljoin(capture.original, location))
        except ValueError:
            return None
        return None if target is None or place(target) == place(capture.original) else target


def _was_packed(reply: Reply) -> bool:
    """Whether the capture was saved compressed: the checksum is then not that of what is read."""
    names = ("Content-Encoding", "X-Archive-Orig-Content-Encoding")
    return any(reply.headers.get(name, "identity").lower() != "identity" for name in names)


def _remarks(want: Want, capture: Capture, *, right: bool | None) -> str | None:
    remarks: list[str] = []
    if want.since and capture.moment < moment(want.since):
        remarks.append(f"saved before the badge was issued ({want.since[:10]})")
    if right is not True:
        remarks.append("its checksum could not be checked")
    return "; ".join(remarks) or None

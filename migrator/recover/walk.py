"""The walk: from badge to badge, from document to document, to what is lost and can be sought."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from migrator.archive.archive import Archive
from migrator.archive.web import finds as webfinds
from migrator.archive.web.finds import Standing
from migrator.archive.web.sought import Books, Sought
from migrator.openbadges.content import from_bytes
from migrator.openbadges.links import Link
from migrator.openbadges.model import Unreadable
from migrator.recover.best import best_document, held_documents
from migrator.recover.link import link, links_in
from migrator.recover.search import Want
from migrator.recover.spelling import host, named_host
from migrator.verify.hosts.fate import LOST

Ask = Callable[[Want], str]
"""Looks for an address, keeps what it finds, and returns the state for the books."""

LOST_STATES = ("recovered", "recovered_before", "held", "not_found", "no_answer", "left")
"""What can have become of an address whose host no longer has it; `left` was not asked for yet."""
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked for: whose, on which host, whether again, and whether unverified.

    `started` is when the run began (ISO 8601 UTC): what was found since was found by it. `origin`
    is who is asked: "wayback", or "warc" for files, which may have what it lacks.
    """

    started: str
    origin: str = "wayback"
    learner_id: int | None = None
    host: str | None = None
    again: bool = False
    unverified: bool = False


class Walk:
    """Goes through the addresses of badges, each of them once in a run."""

    def __init__(self, archive: Archive, books: Books, scope: Scope, ask: Ask) -> None:
        self._archive = archive
        self._books = books
        self._scope = replace(scope, host=named_host(scope.host) if scope.host else None)
        self._ask = ask
        self._links: OrderedDict[Link, list[Link]] = OrderedDict()

    def badge(self, badge: Sought) -> bool:
        """Look for everything of one badge that is lost; returns whether anything of it is.

        Addresses nobody has verified are looked for with the rest of a badge that is lost.
        """
        waiting: deque[Link] = deque(self._known(badge))
        seen: set[Link] = set()
        put_off: list[Link] = []
        lost, since = False, badge.issued_on
        while waiting or (lost and put_off):
            if not waiting:
                waiting.extend(put_off)
                put_off.clear()
            one = waiting.popleft()
            state = self._state(Want(one, since), lost=lost)
            lost = lost or state in LOST_STATES
            if state == "unverified":
                put_off.append(one)
            seen.add(one)
            waiting.extend(further for further in self._beyond(one) if further not in seen)
            if one.kind == "assertion" and since is None:
                since = self._issued(one.url)
        return lost

    def _state(self, want: Want, *, lost: bool) -> str:
        url, scope = want.link.url, self._scope
        if scope.host and host(url) != scope.host:
            return "elsewhere"
        known = self._books.state(url)
        if known is None or (known == "unverified" and lost):
            known = self._found_out(want, lost=lost)
            self._books.settle(url, host(url), want.link.kind, known)
        return known

    def _found_out(self, want: Want, *, lost: bool) -> str:
        standing = webfinds.standing(self._archive, want.link.url)
        if standing.live is not None and standing.live not in LOST:
            return "served"
        state = self._before(standing)
        if state is not None:
            return state
        if not (lost or self._scope.unverified or standing.live or standing.wayback):
            return "unverified"
        if webfinds.is_held(self._archive, want.link.url):
            return "held"
        state = self._ask(want)
        self._links.pop(want.link, None)
        return "recovered_before" if state != "recovered" and standing.recovered_at else state

    def _before(self, standing: Standing) -> str | None:
        """Return what an earlier question has led to, None when it is time to ask."""
        scope = self._scope
        if standing.recovered_at and standing.recovered_at >= scope.started:
            return "recovered"
        if standing.recovered_at and not scope.again:
            return "recovered_before"
        in_vain = scope.origin == "wayback" and standing.wayback == "not_found"
        return "not_found" if in_vain and not scope.again else None

    def _known(self, badge: Sought) -> Iterator[Link]:
        """Yield the addresses a badge's normal form and held documents name, some of them twice."""
        if badge.verification == "signed":
            yield from link("key", badge.verification_url)
        else:
            yield from link("assertion", badge.hosted_url)
        yield from link("badge_class", badge.class_url)
        yield from link("issuer", badge.issuer_url)
        for kind, data in held_documents(self._archive, badge.assertion_id):
            yield from links_in(kind, data)
        for image in (badge.image, badge.class_image, badge.issuer_image):
            yield from link("image", image)
        yield from link("page", badge.criteria_url)
        yield from link("revocation_list", badge.revocation_list)

    def _beyond(self, one: Link) -> list[Link]:
        if one.kind not in ("assertion", "badge_class", "issuer"):
            return []
        links = self._links.get(one)
        if links is None:
            best = best_document(self._archive, one.url)
            links = links_in(one.kind, best.body) if best and best.body else []
            self._links[one] = links
            if len(self._links) > _REMEMBERED:
                self._links.popitem(last=False)
        return links

    def _issued(self, url: str) -> str | None:
        best = best_document(self._archive, url)
        if best is None or best.body is None:
            return None
        try:
            return from_bytes(best.body).assertion.issued_on
        except Unreadable:
            return None

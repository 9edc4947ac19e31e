"""Saved pages of the Mozilla Backpack: a learner's own, with whole badges, and shared ones.

A page of a learner who was signed in has every badge as a row of the database; a shared page has
words and links only, of which an openly derived document is made. Pages hold tokens of the
session, so they are not kept themselves. Reference page mozilla-backpack.md, 0 (F) and 3.2.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from itertools import islice

from bs4 import BeautifulSoup

from migrator.openbadges.model import Unreadable
from migrator.sources.adapter import Match
from migrator.sources.found import FoundLearner, Outcome, Problem, Severity, Yielded
from migrator.sources.place import Member, MemberUnreadable, Place

from ._mozilla_html import account
from ._mozilla_own_page import own_page
from ._mozilla_shared_page import shared_page
from ._saved_page import SavedPage, is_mhtml, parsed, read_page

_HEAD = 64 << 10
_ENDINGS = (".html", ".htm", ".mht", ".mhtml")
_NAMES_LOOKED_AT = 5_000
_FILES_LOOKED_INTO = 4
_LINES = re.IGNORECASE | re.MULTILINE
_ROWS = re.compile(
    rb"data-serialization=[\"']\{(?:&quot;|&#34;|\")|window\.badgeData\[\d+\]\s*=\s*\{"
)
_SHARED = re.compile(rb"class=[\"']portfolio[\"'].*class=[\"']story[\"']", re.DOTALL)
_TITLE = re.compile(rb"<title[^>]*>\s*(?:Mozilla|Open Badges?) Backpack\s*</title>", re.IGNORECASE)
_FROM = re.compile(
    rb"^(?:snapshot-)?content-location:\s*\S*/(?:backpack|beta)\.openbadges\.org\b", _LINES
)

_NO_PAGE = "This saved page cannot be read. {} Save it again, or look for another copy."
_NO_BADGES = (
    "This is a page of the Mozilla Backpack, but no badge is on it. "
    "Look for a saved page that shows badges, such as the start page or a collection."
)


class MozillaPages:
    """HTML and MHTML files, also those that a web archive has rewritten."""

    name = "mozilla-pages"
    title = "Saved pages of the Mozilla Backpack"
    reads = "web pages of the Mozilla Backpack that were saved as .html or .mhtml"

    def detect(self, place: Place) -> Match | None:
        """Look for the marks of the Backpack's pages."""
        if place.kind == "file":
            return _judge(place.head())
        names = islice(place.members(), _NAMES_LOOKED_AT)
        pages = (member for member in names if member.name.lower().endswith(_ENDINGS))
        heads = (
            _beginning(place, member, _HEAD // _FILES_LOOKED_INTO)
            for member in islice(pages, _FILES_LOOKED_INTO)
        )
        return next(filter(None, map(_judge, heads)), None)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield people, collections and badges of one page after the other."""
        for member in place.members():
            if place.kind == "file" or _judge(_beginning(place, member, _HEAD)):
                yield from _page(place, member)
            else:
                yield place.foreign(member)


def _page(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    try:
        saved = read_page(place.read(member))
        page = parsed(saved.text)
    except MemberUnreadable as error:
        yield place.problem(member, error)
        return
    except Unreadable as error:
        yield Problem(label, "page_unreadable", _NO_PAGE.format(error))
        return
    try:
        yield from _outcomes(label, saved, page)
    finally:
        page.clear(decompose=True)  # a tree is all circles, which would wait for the collector


def _outcomes(label: str, saved: SavedPage, page: BeautifulSoup) -> Iterator[Outcome]:
    owner = account(page)
    if owner:
        yield FoundLearner(label, (owner,))
    empty = True
    for outcomes in (
        own_page(label, page, saved.pictures, owner),
        shared_page(label, saved, page, owner),
    ):
        for outcome in outcomes:
            empty = False
            yield outcome
    if empty:
        yield Problem(label, "no_badges_on_page", _NO_BADGES, severity=Severity.WARNING)


def _beginning(place: Place, member: Member, size: int) -> bytes:
    try:
        return place.peek(member, size)
    except MemberUnreadable:
        return b""


def _judge(head: bytes) -> Match | None:
    if is_mhtml(head):
        if _FROM.search(head):
            return Match(92, "It is a saved page of the Mozilla Backpack.")
        head = quopri.decodestring(head)
    elif not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    if _ROWS.search(head):
        return Match(94, "It is a saved page of the Mozilla Backpack with whole badges.")
    if _TITLE.search(head):
        return Match(90, "It is a saved page of the Mozilla Backpack.")
    return Match(85, "It is a shared page of a Backpack.") if _SHARED.search(head) else None

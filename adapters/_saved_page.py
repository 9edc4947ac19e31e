"""Saved web pages: HTML and MHTML files, as browsers and web archives write them."""

from __future__ import annotations

import email
import re
import warnings
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup

from migrator.openbadges.model import Unreadable

_MOST_TEXT = 16 << 20
_MOST_SIGNS = 60_000  # a tree of more tags takes gigabytes, or hours when they are nested
_MHTML = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_HEADER = 4096
_HOST = r"(?:https?:)?(?:\\?/){2}(?:web|wayback)\.archive(?:-it)?\.org"
_WHEN = r"\\?/(?:web|\d{1,6})\\?/\d{1,14}(?:[a-z]{2}_)?\\?/"
_WITH_HOST = re.compile(rf"{_HOST}{_WHEN}(?=https?:)")
_AT_START = re.compile(rf"\A(?:{_HOST})?{_WHEN}(?=https?:|//|mailto:)")
_ONE_SLASH = re.compile(r"^(https?):/(?!/)")
_DAMAGED = "The page is so damaged that a browser would not show it either."


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The text of a page, and the pictures saved with it by file name."""

    text: str
    pictures: dict[str, bytes]


def is_mhtml(head: bytes) -> bool:
    """Say whether a file with this beginning is a page in one file with all that belongs to it."""
    return _MHTML.search(head[:_HEADER]) is not None


def read_page(data: bytes) -> SavedPage:
    """Take a saved page apart; raises Unreadable."""
    if not is_mhtml(data):
        return SavedPage(_decoded(data), {})
    pictures: dict[str, bytes] = {}
    text = None
    try:
        for part in email.message_from_bytes(data).walk():
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            if text is None and part.get_content_type() == "text/html":
                text = _decoded(content)
            elif part.get_content_maintype() == "image":
                pictures[file_name(str(part.get("Content-Location", "")))] = content
    except RecursionError:
        raise Unreadable("Its parts are nested too deep.") from None
    if text is None:
        raise Unreadable("There is no web page in it.")
    return SavedPage(text, pictures)


def parsed(text: str) -> BeautifulSoup:
    """Return a page as a tree; what stands behind an element that never ends is left out.

    Raises Unreadable. A text without ends would take the parser the square of its length.
    """
    if len(text) > _MOST_TEXT or text.count("<") > _MOST_SIGNS:
        raise Unreadable("It is larger than any page of a Backpack.")
    probe = HTMLParser()
    try:
        probe.feed(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # what it guesses the text might be
            return BeautifulSoup(text[: len(text) - len(probe.rawdata)], "html.parser")
    except (AssertionError, ParserRejectedMarkup) as error:  # as html.parser says it
        raise Unreadable(_DAMAGED) from error


def original_url(url: str) -> str:
    """Return an address as it was before a web archive rewrote it."""
    bare = _AT_START.sub("", url.strip(), count=1)
    return _ONE_SLASH.sub(r"\1://", bare) if bare != url.strip() else bare


def original_text(text: str) -> str:
    """Return a text with every address in it as it was before a web archive rewrote it."""
    return _WITH_HOST.sub("", text)


def file_name(url: str) -> str:
    """Return the last part of an address or path."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = url
    return unquote(path.replace("\\", "/").rpartition("/")[2])


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")

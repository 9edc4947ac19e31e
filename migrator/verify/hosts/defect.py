"""What is wrong with a text that should be a JSON document; read leniently only to name it."""

from __future__ import annotations

import json
import re

from migrator.openbadges import documents, jws
from migrator.openbadges.model import Unreadable

_MOST = 256 * 1024
_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body")
_TITLE = re.compile(rb"<title[^>]{0,100}>([^<]{1,300})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SPECIAL = re.compile(r"[\"/,]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_CLOSING = re.compile(r"\s*[}\]]")
_CALL = re.compile(r"\s*[\w.$]{1,64}\s*\((.*)\)\s*;?\s*", re.DOTALL)


def is_page(body: bytes, content_type: str) -> bool:
    """Say whether this is a web page, whatever the host calls it."""
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(mark in head for mark in _MARKS):
        return True
    return "html" in content_type.lower() and head.startswith(b"<") and b"{" not in head


def title(body: bytes) -> str:
    """Return the title of a web page in printable letters, "" without one."""
    found = _TITLE.search(body[:65536])
    if found is None:
        return ""
    text = " ".join(found[1].decode("utf-8", "replace").split())
    return "".join(letter for letter in text if letter.isprintable())[:80]


def charset(body: bytes, content_type: str) -> str:
    """Say in which other charset than UTF-8 a readable document is written, "" for none."""
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        return f"it is written in {encoding.upper()}, not in UTF-8"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        said = _CHARSET.search(content_type)
        claim = f" although it says {said[1][:20].upper()}" if said else ""
        return f"it is not written in UTF-8{claim}; it was read as Latin-1"
    return ""


def defect(body: bytes, content_type: str) -> str:
    """Say what keeps a text from being JSON: "there are comments in it", say.

    For what `documents.parse` refuses. A lenient reading is tried to find the words, and thrown
    away: no backpack reads so.
    """
    text = documents.decode(body[:_MOST]).strip(documents.BLANK)
    if not text:
        return "the answer is empty"
    if jws.is_jws(text[:65536]):
        return "a signed badge (JWS) stands there instead of a JSON document"
    if len(body) > _MOST:
        return _words(body)
    return _lenient(text) or _other_charset(body, content_type) or _words(body)


def _lenient(text: str) -> str:
    bare = without_comments(text)
    trimmed = without_trailing_commas(bare)
    reasons = []
    if bare != text:
        reasons.append("comments")
    if trimmed != bare:
        reasons.append("commas too many")
    if reasons and _reads(trimmed):
        return f"there are {' and '.join(reasons)} in its JSON"
    called = _CALL.fullmatch(text)
    if called and _reads(called[1]):
        return "it is JavaScript around JSON (JSONP)"
    if documents.first_object(text) is not None:
        return "other text stands before or behind its JSON"
    if text.startswith("{'"):
        return "its JSON is written with single quotes"
    return ""


def _other_charset(body: bytes, content_type: str) -> str:
    said = _CHARSET.search(content_type)
    for name in dict.fromkeys((said[1] if said else "", "utf-16-le", "utf-16-be", "cp500")):
        try:
            text = body.decode(name) if name else ""
        except (LookupError, UnicodeDecodeError):
            continue
        if text and _reads(text):
            return f"its JSON is in the charset {name[:20].upper()}, which nobody expects"
    return ""


def _words(body: bytes) -> str:
    try:
        documents.parse(body)
    except Unreadable as error:
        message = str(error)
    else:
        return "it is JSON, but no document"
    if message.startswith("The document is no JSON: "):
        reason = message.removeprefix("The document is no JSON: ").rstrip(".")
        cut = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and _is_cut(body)
        return "its JSON is cut off" if cut else f"it is no JSON ({reason})"
    return message[:1].lower() + message[1:].rstrip(".")


def _is_cut(body: bytes) -> bool:
    end = documents.decode(body[-64:]).rstrip(documents.BLANK)
    return not end.endswith(("}", "]"))


def _reads(text: str) -> bool:
    try:
        return isinstance(documents.parse_text(text), (dict, list))
    except Unreadable:
        return False


def without_comments(text: str) -> str:
    """Return a text without the comments of JavaScript outside its strings."""
    parts, begin, at = [], 0, 0
    while (found := _SPECIAL.search(text, at)) is not None:
        at = found.start()
        if found[0] == '"':
            string = _STRING.match(text, at)
            if string is None:
                break
            at = string.end()
        elif text.startswith(("//", "/*"), at):
            end = text.find("\n" if text[at + 1] == "/" else "*/", at + 2)
            parts.append(text[begin:at])
            if end < 0:
                begin = len(text)
                break
            begin = at = end if text[at + 1] == "/" else end + 2
        else:
            at += 1
    return "".join((*parts, text[begin:]))


def without_trailing_commas(text: str) -> str:
    """Return a text without commas right before a closing bracket, outside its strings."""
    parts, begin, at = [], 0, 0
    while (found := _SPECIAL.search(text, at)) is not None:
        at = found.end()
        if found[0] == '"':
            string = _STRING.match(text, found.start())
            if string is None:
                break
            at = string.end()
        elif found[0] == "," and _CLOSING.match(text, at):
            parts.append(text[begin : found.start()])
            begin = at
    return "".join((*parts, text[begin:]))

"""PDF files with a badge inside, as Open Badge Factory and Open Badge Passport give them.

The assertion's address, signature or JSON stands in the document information (key `openbadges`)
or in the XMP metadata (`<openbadges:assertion verify="...">`); badge pictures and JSON may be
attached. Reference page badge-formats.md, 1.2.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from itertools import islice

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import StreamObject

from migrator.openbadges import svg
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baked import classify
from migrator.openbadges.baking import sniff
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Unreadable
from migrator.openbadges.versions import is_assertion
from migrator.sources.adapter import Match
from migrator.sources.found import Found, Problem, Yielded
from migrator.sources.image import image_problem
from migrator.sources.inner import Inside
from migrator.sources.place import Member, MemberUnreadable, Part, Place
from migrator.sources.place.place import printable

_HEAD = 1024
_NAMES_LOOKED_AT = 5_000
_FILES_LOOKED_INTO = 12
_MOST_ATTACHMENTS = 1_000
_KEYS = ("openbadges", "openbadge", "openbadgecredential")
_AS_ATTRIBUTE = re.compile(r"\bopenbadges:(?:assertion|verify)\s*=\s*(?:\"([^\"]+)\"|'([^']+)')")
# What the library raises on a damaged file is not only its own: it trusts what stands there.
_DAMAGE = (
    *(
        PyPdfError,
        DependencyError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        OSError,
    ),
    *(RecursionError, TypeError, ValueError, NotImplementedError, zlib.error),
)

_NO_BADGE = (
    "This PDF holds no badge: neither in its metadata nor as an attachment. If it shows one, "
    "download the badge's picture where it was awarded, or archive the address it names."
)
_LOCKED = (
    "This PDF is protected with a password, so it cannot be looked into. "
    "Open it, save it without a password, and archive it again."
)
_BROKEN = "This PDF cannot be read ({}). Download it again, or look for another copy."
_UNKNOWN = (
    "The badge data in this PDF is neither an address, an assertion nor a signature. "
    "Download the badge again where it was awarded."
)
_TOO_LARGE = "This PDF is larger than any with a badge. Archive the badge's picture in its place."


class Pdf:
    """PDF files, single or among others."""

    name = "pdf"
    title = "PDF files with a badge inside"
    reads = "PDF files of Open Badge Factory, Open Badge Passport and others with badge data inside"

    def detect(self, place: Place) -> Match | None:
        """Look at the first bytes."""
        members = islice(place.members(), _NAMES_LOOKED_AT)
        named = (member for member in members if place.kind == "file" or _is_named_so(member))
        heads = (_beginning(place, member) for member in islice(named, _FILES_LOOKED_INTO))
        if any(map(_is_pdf, heads)):
            return Match(60, "It is a PDF, and a PDF can have a badge inside.")
        return None

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the badges of one PDF after the other."""
        for member in place.members():
            if place.kind != "file" and not _is_pdf(_beginning(place, member)):
                yield place.foreign(member)
                continue
            try:
                yield from _read(Part(place, member), member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _is_named_so(member: Member) -> bool:
    return member.name.lower().endswith(".pdf")


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head


def _beginning(place: Place, member: Member) -> bytes:
    try:
        return place.peek(member, _HEAD)
    except MemberUnreadable:
        return b""


def _read(part: Place, member: Member) -> Iterator[Yielded]:
    label = part.label
    if member.size > part.limits.member_bytes:
        yield Problem(label, "too_large", _TOO_LARGE)
        return
    kept = part.kept(member)
    try:
        with part.seekable() as file, _quiet():
            reader = PdfReader(file)
            locked = reader.is_encrypted and not reader.decrypt("")
            texts = [] if locked else [*_told(reader), *_metadata(reader)]
            attached = [] if locked else _attached(reader, part.limits.member_bytes)
    except _DAMAGE as error:
        why = printable(str(error))[:200].rstrip(".") or type(error).__name__
        yield Problem(label, "pdf_damaged", _BROKEN.format(why), file=kept)
        return
    if locked:
        yield Problem(label, "pdf_locked", _LOCKED, file=kept)
    elif not texts and not attached:
        yield Problem(label, "no_badge_data", _NO_BADGE, file=kept)
    elif kept is not None:
        yield kept
    yield from _badges(label, texts)
    inside, copies = Inside(part, label), Counter[str]()
    for name, data in attached:
        copies[name] += 1
        yield _attachment(inside, name, data, copies[name])


def _told(reader: PdfReader) -> Iterator[str]:
    """Yield the badge data in the document information."""
    for key, value in (reader.metadata or {}).items():
        if str(key).lstrip("/").lower() in _KEYS and str(value).strip():
            yield str(value)


def _metadata(reader: PdfReader) -> Iterator[str]:
    """Yield the badge data in the XMP metadata, which is XML as an SVG is."""
    stream = reader.root_object.get("/Metadata")
    stream = stream.get_object() if stream is not None else None
    if not isinstance(stream, StreamObject):
        return
    data = stream.get_data()
    for baked in svg.unbake(data).baked:
        yield baked.text
    for found in _AS_ATTRIBUTE.finditer(data.decode("utf-8", "replace")):
        yield unescape(found[1] or found[2])


def _attached(reader: PdfReader, most: int) -> list[tuple[str, bytes]]:
    """Return names and contents of what is attached; raises when they are more than `most`."""
    found: list[tuple[str, bytes]] = []
    for attachment in islice(reader.attachment_list, _MOST_ATTACHMENTS):
        content = attachment.content
        most -= len(content)
        if most < 0:
            raise LimitReachedError("its attachments are too large")
        found.append((printable(attachment.name), content))
    return found


def _badges(label: str, texts: list[str]) -> Iterator[Found | Problem]:
    """Yield one badge for all texts about it."""
    known: dict[str, Found] = {}
    for number, text in enumerate(dict.fromkeys(text.strip() for text in texts), 1):
        kind, bare = classify(text)
        found = Found(
            label,
            assertion=bare.encode("utf-8", "replace") if kind == "json" else None,
            jws=bare.encode() if kind == "jws" else None,
            hosted_url=bare if kind == "url" else None,
        )
        try:
            identity = read_badge(
                Pieces(found.assertion, jws=found.jws, hosted_url=found.hosted_url)
            )
        except Unreadable:
            where = f"{label}, text {number}"
            yield Problem(where, "unknown_badge_data", _UNKNOWN, text.encode("utf-8", "replace"))
            continue
        known[identity.identity] = _joined(known.get(identity.identity), found)
    for number, found in enumerate(known.values(), 1):
        yield found if len(known) == 1 else replace(found, locator=f"{label}, badge {number}")


def _attachment(inside: Inside, name: str, data: bytes, copy: int) -> Yielded:
    """Return the badge an attachment is, or offer it to the adapters that may know it."""
    foreign = inside.foreign_document(name, data, copy)
    if sniff(data) and image_problem(foreign.locator, name, data) is None:
        return Found(foreign.locator, image=data)
    try:
        if data.lstrip()[:1] == b"{" and is_assertion(parse_object(data)):
            return Found(foreign.locator, assertion=data)
    except Unreadable:
        return foreign
    return foreign


def _joined(one: Found | None, other: Found) -> Found:
    if one is None:
        return other
    return replace(
        one,
        assertion=one.assertion or other.assertion,
        jws=one.jws or other.jws,
        hosted_url=one.hosted_url or other.hosted_url,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from writing to the terminal what it thinks of a file."""
    log, handler = logging.getLogger("pypdf"), logging.NullHandler()
    propagates, log.propagate = log.propagate, False
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = propagates

"""What one saved answer of a web server is to a badge: a document, a picture, or nothing."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Unreadable, Verification
from migrator.openbadges.normal import read_badge_class
from migrator.openbadges.versions import document_type
from migrator.sources.warc import Saved

from ._warc_index import WarcIndex, key_of

_BLANKS = b"\xef\xbb\xbf \t\r\n\x00"
_PICTURES = ("image/png", "image/svg+xml")
_JSON_FOR_OTHERS = re.compile(
    rb'"(?:badges?|assertions?|recipient|hostedUrl|openBadgeId|badge_template|credentialSubject)"'
    rb"\s*:"
)
_PAGE_FOR_OTHERS = re.compile(rb"Backpack\s*</title>|data-serialization=|window\.badgeData\[")
_LOOKED_AT = 64 << 10


def is_json_type(saved: Saved) -> bool:
    """Say whether an answer was said to be JSON."""
    return saved.media_type.endswith(("/json", "+json"))


def take(index: WarcIndex, label: str, saved: Saved) -> bool:
    """Keep what a saved answer is to a badge; say whether it may be something others know."""
    if saved.trouble or not saved.uri.lower().startswith(("http://", "https://")):
        return False
    if saved.body is None or 300 <= saved.status < 400:
        target = saved.location if 300 <= saved.status < 400 else saved.refers_to
        index.lead(saved.uri, _joined(saved.uri, target))
        return False
    start = saved.body[:_LOOKED_AT].lstrip(_BLANKS)
    if start[:1] == b"{" or start[:2] == b"ey":
        return _document(index, label, saved, saved.body)
    return saved.status == 200 and _other(index, label, saved, saved.body, start[:1])


def take_picture(index: WarcIndex, label: str, saved: Saved) -> None:
    """Keep a picture that a badge names, with nothing baked in it."""
    if saved.status == 200 and saved.body and sniff(saved.body):
        index.add("picture", saved.uri, saved.moment, label, saved.body)


def _other(index: WarcIndex, label: str, saved: Saved, body: bytes, first: bytes) -> bool:
    """Keep a picture that carries a badge; say whether others may know what it is."""
    if sniff(body) in _PICTURES:
        _picture(index, label, saved, body)
        return False
    known = {b"[": _JSON_FOR_OTHERS, b"<": _PAGE_FOR_OTHERS}.get(first)
    return known is not None and known.search(body) is not None


def _document(index: WarcIndex, label: str, saved: Saved, body: bytes) -> bool:
    """Keep an assertion, badge class or issuer; say whether others may know what it is."""
    where = (saved.uri, saved.moment, label, body)
    try:
        document = {} if body.lstrip(_BLANKS)[:2] == b"ey" else parse_object(body)
        if document.get("revoked") is True and "recipient" not in document:
            index.add("revoked", *where)
            return False
        if saved.status != 200:
            return False
        kind = document_type(document) if document else "assertion"
        if kind == "assertion":
            _assertion(index, saved, where)
        elif kind == "badge_class":
            found = read_badge_class(document)
            keys = key_of(found.issuer_id), key_of(found.image)
            index.add(kind, *where, issuer_key=keys[0], image_key=keys[1])
        elif kind == "issuer":
            index.add(kind, *where)
        else:
            return _JSON_FOR_OTHERS.search(body) is not None
    except Unreadable:
        return is_json_type(saved) and _JSON_FOR_OTHERS.search(body) is not None
    return False


def _assertion(index: WarcIndex, saved: Saved, where: tuple[str, str, str, bytes]) -> None:
    body = where[-1]
    content = from_bytes(body)
    assertion = content.assertion
    badge_class = assertion.badge_class
    pieces = Pieces(jws=body) if content.jws else Pieces(body, hosted_url=saved.uri)
    index.add(
        "jws" if content.jws else "assertion",
        *where,
        identity=read_badge(pieces).identity,
        class_key=key_of(assertion.badge_class_id),
        issuer_key=key_of(badge_class.issuer_id) if badge_class else None,
        image_key=key_of(assertion.image or (badge_class.image if badge_class else None)),
    )


def _picture(index: WarcIndex, label: str, saved: Saved, body: bytes) -> None:
    try:
        if not unbake(body).baked:
            return
        identity = read_badge(Pieces(image=body)).identity
    except Unreadable:
        return
    index.add("baked", saved.uri, saved.moment, label, body, identity=identity)


def _joined(uri: str, target: str) -> str:
    try:
        return urljoin(uri, target) if target else ""
    except ValueError:
        return ""


def hosted_url(body: bytes, uri: str) -> str | None:
    """Return where an assertion is hosted: where it was saved, unless it names another address."""
    own = from_bytes(body).assertion
    if own.verification is Verification.SIGNED:
        return None
    same = own.hosted_url is None or key_of(own.hosted_url) == key_of(uri)
    return (own.hosted_url or uri) if same else None

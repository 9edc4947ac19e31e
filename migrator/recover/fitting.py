"""Whether what a web archive has is what should stand there, or an error page in its place."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrator.openbadges.baking import sniff
from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse, parse_object
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.versions import document_type

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)
_HEAD = 4096
_PAGE = "it is a web page in place of what stood there"


def unfit(kind: str, body: bytes) -> str:
    """Say why bytes cannot be what stood there, "" when they can.

    `kind` is that of a web answer: "assertion", "badge_class", "issuer", "image",
    "revocation_list", "key" or "page".
    """
    if not body.strip():
        return "it is empty"
    if kind == "page":
        return ""
    if kind != "image" and _is_page(body[:_HEAD]):
        return _PAGE
    try:
        return _CHECKS[kind](body)
    except Unreadable as error:
        return _lowered(str(error))


def _is_page(head: bytes) -> bool:
    return head.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"<" and _HTML.search(head) is not None


def _assertion(body: bytes) -> str:
    from_bytes(body)
    return ""


def _badge_class(body: bytes) -> str:
    document = parse_object(body)
    return "" if document_type(document) == "badge_class" else "it is no badge class"


def _issuer(body: bytes) -> str:
    document = parse_object(body)
    kind = document_type(document)
    named = kind == "issuer" or (kind == "other" and _says(document, "name"))
    return "" if named else "it is no issuer profile"


def _image(body: bytes) -> str:
    if sniff(body) is not None or _WEBP.match(body):
        return ""
    return _PAGE if _is_page(body[:_HEAD]) else "it is no picture we know"


def _list(body: bytes) -> str:
    return "" if isinstance(parse(body), (dict, list)) else "it is no revocation list"


def _key(body: bytes) -> str:
    if b"-----BEGIN" in body[:_HEAD]:
        return ""
    document = parse_object(body)
    return "" if _says(document, "publicKeyPem", "kty") else "it is no key"


def _says(document: JsonObject, *names: str) -> bool:
    return any(isinstance(document.get(name), str) for name in names)


def _lowered(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")


_CHECKS: dict[str, Callable[[bytes], str]] = {
    "assertion": _assertion,
    "badge_class": _badge_class,
    "issuer": _issuer,
    "image": _image,
    "revocation_list": _list,
    "key": _key,
}

"""What an answer means: one fate, held against what the archive has of the same address.

Every rule is pure. What the archive has is handed over; nothing is asked here.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges import baking, documents
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.versions import document_type
from migrator.verify.hosts.defect import charset, defect, is_page, title
from migrator.verify.hosts.difference import changed_fields, same_picture, same_words
from migrator.verify.hosts.fate import SERVED
from migrator.verify.hosts.heard import Heard
from migrator.verify.hosts.revocation import is_list, is_revoked, own_reason
from migrator.verify.upgrade import Kind, dialect

_OF_ERROR = {
    "dns": "no_such_host",
    "refused": "host_silent",
    "tls": "host_insecure",
    "timeout": "no_answer",
    "endless": "endless",
    "reset": "down",
    "too_large": "too_large",
    "blocked": "blocked",
    "redirects": "circles",
}
_KINDS = {
    "assertion": Kind.ASSERTION,
    "badge_class": Kind.BADGE_CLASS,
    "issuer": Kind.ISSUER,
}
# They change as they should: a list grows, a vocabulary is nobody's badge.
_GROWING = frozenset({"revocation_list", "page"})
_OF_STATUS = {
    404: ("gone", "404"),
    408: ("down", "408"),
    410: ("gone", "410: the host says for good"),
    425: ("down", "425"),
    429: ("limited", "429"),
}
FIRST = "nothing was kept to compare it with"


@dataclass(frozen=True, slots=True)
class Finding:
    """The fate of an address (a code of `hosts.fate`), and what more there is to say."""

    fate: str
    detail: str = ""

    @property
    def served(self) -> bool:
        """Whether what should stand there stands there."""
        return self.fate in SERVED


def judge(heard: Heard, kind: str, kept: tuple[bytes, ...]) -> Finding:
    """Return what an answer means for an address where a document of this kind should stand.

    `kept` are the documents (or pictures) the archive holds of the address, the most trusted first.
    """
    if heard.status is None:
        return Finding(_OF_ERROR.get(heard.error, "down"), heard.detail)
    found = _picture(heard, kept) if kind == "image" else _document(heard, kind, kept)
    return found or _nothing(heard, kind)


def parsed(body: bytes) -> JsonObject | None:
    """Return a body as a JSON object, None when it is none."""
    try:
        return documents.parse_object(body)
    except Unreadable:
        return None


def _document(heard: Heard, kind: str, kept: tuple[bytes, ...]) -> Finding | None:
    """Judge what is JSON; for badge documents JSON is JSON, whatever the status (2-import-32)."""
    status = heard.status or 0
    document = parsed(heard.body)
    if document is None:
        pem = kind == "key" and status < 400 and b"-----BEGIN " in heard.body[:4096]
        return _served(heard, _same_text(heard.body, kept)) if pem else None
    if kind == "assertion" and is_revoked(document):
        return Finding("revoked", own_reason(document))
    if _is_a(kind, document) and (status < 400 or kind in _KINDS):
        return _served(heard, _compared(heard, document, kind, kept))
    return Finding("not_a_badge", f"it has {_named(document)}") if status < 400 else None


def _is_a(kind: str, document: JsonObject) -> bool:
    if kind in _KINDS:
        named = document_type(document)
        odd = named != "assertion" if kind == "assertion" else named not in (kind, "other")
        return not odd and dialect(document, _KINDS[kind]) is not None
    if kind == "key":
        return bool(document.keys() & {"publicKeyPem", "publicKey"})
    return kind != "revocation_list" or is_list(document)


def _compared(heard: Heard, live: JsonObject, kind: str, kept: tuple[bytes, ...]) -> Finding:
    """Hold a document against what is kept; it is alive if it says the same as any of them."""
    odd = charset(heard.body, heard.content_type)
    if kind in _GROWING:
        return Finding("alive", odd)
    first: Finding | None = None
    for data in kept:
        document = parsed(data)
        if document is None:
            continue
        try:
            changed = changed_fields(document, live, kind)
        except Unreadable:
            continue
        if not changed:
            return Finding("alive", _joined(same_words(data, heard.body, kind), odd))
        first = first or Finding("changed", _joined(", ".join(changed[:12]), odd))
    return first or Finding("alive", _joined(FIRST, odd))


def _same_text(body: bytes, kept: tuple[bytes, ...]) -> Finding:
    if not kept:
        return Finding("alive", FIRST)
    return Finding("alive") if body in kept else Finding("changed", "the key")


def _picture(heard: Heard, kept: tuple[bytes, ...]) -> Finding | None:
    if heard.status is None or heard.status >= 400:
        return None
    if baking.sniff(heard.body) is None:
        return None
    if not kept:
        return _served(heard, Finding("alive", FIRST))
    if any(same_picture(heard.body, one) for one in kept):
        return _served(heard, Finding("alive"))
    return _served(heard, Finding("changed", "the picture"))


def _served(heard: Heard, found: Finding) -> Finding:
    leads = f"leads to {heard.final_url}" if heard.final_url else ""
    status = heard.status or 0
    odd = f"although the host calls it {status}" if status >= 400 else ""
    fate = "moved" if heard.final_url and found.fate == "alive" else found.fate
    return Finding(fate, _joined(found.detail, leads, odd))


def _nothing(heard: Heard, kind: str) -> Finding:
    """Judge an answer that is not what should stand there, by its status, then by what it is."""
    status = heard.status or 0
    if status >= 400 or status < 200:
        return Finding(
            *_OF_STATUS.get(status, ("forbidden" if status < 500 else "down", f"{status}"))
        )
    leads = f"leads to {heard.final_url}" if heard.final_url else ""
    if is_page(heard.body, heard.content_type):
        called = title(heard.body)
        return Finding("parked", _joined(f'its title is "{called}"' if called else "", leads))
    if kind == "image":
        said = heard.content_type[:60] or "data of no known kind"
        return Finding("not_a_picture", _joined(said if heard.body else "nothing", leads))
    return Finding("not_a_document", _joined(defect(heard.body, heard.content_type), leads))


def _named(document: JsonObject) -> str:
    keys = ", ".join(key[:30] for key in list(document)[:6])
    return f"only {keys}" if keys else "nothing in it"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)

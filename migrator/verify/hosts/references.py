"""The addresses a badge document refers to: what has to be asked next."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges.address import is_place
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import items
from migrator.verify.contexts import context_urls
from migrator.verify.images import image_url
from migrator.verify.profile import BADGR, Profile


def references(
    document: JsonObject, kind: str, profile: Profile = BADGR
) -> Iterator[tuple[str, str]]:
    """Yield (address, kind) of everything a document needs to be proven; some come twice.

    An assertion leads to its badge class, picture and key; a badge class to issuer and picture; an
    issuer to picture, revocation list and keys; all to vocabularies nobody knows by heart.
    """
    for url, of_kind in _all(document, kind):
        if is_place(url):
            yield url, of_kind
    for url in context_urls(document):
        if is_place(url) and not profile.knows_context(url):
            yield url, "page"


def _all(document: JsonObject, kind: str) -> Iterator[tuple[str, str]]:
    if kind in _FURTHER:
        yield from _of(document.get("id") if "@context" in document else None, kind)
        yield from _of(image_url(document.get("image")), "image")
        for key, next_kind in _FURTHER[kind]:
            for value in items(document.get(key)):
                yield from _of(value, next_kind)
    if kind == "assertion":
        for key in ("verify", "verification"):
            yield from _keys(document.get(key))


_FURTHER = {
    "assertion": (("badge", "badge_class"),),
    "badge_class": (("issuer", "issuer"),),
    "issuer": (("revocationList", "revocation_list"), ("publicKey", "key")),
}


def _keys(verification: Json) -> Iterator[tuple[str, str]]:
    found = verification if isinstance(verification, dict) else {}
    signed = any(isinstance(one, str) and "sign" in one.lower() for one in items(found.get("type")))
    for name in ("creator", "url"):
        if signed or name == "creator":
            yield from _of(found.get(name), "key")


def _of(value: Json, kind: str) -> Iterator[tuple[str, str]]:
    """Yield a named document, or what an embedded one names."""
    if isinstance(value, str):
        yield value, kind
    elif isinstance(value, dict):
        yield from _of(value.get("id"), kind)
        yield from _all({key: one for key, one in value.items() if key != "id"}, kind)

"""Open Badges 3.0 credentials on their way: what is sent byte for byte, and what a list holds.

Source: 1EdTech, Open Badges 3.0, 6.2.2, 6.2.3 and B.2.1 (GetOpenBadgeCredentialsResponse); its own
example spells the lists with an s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.destinations.badgr.verdicts import body_of
from migrator.destinations.base import Parcel
from migrator.destinations.named import name_in
from migrator.net import Reply
from migrator.openbadges import credential, documents, identity, jws
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.openbadges.values import items

_SIGNED = ("compactJwsString", "compactJwsStrings")
_PLAIN = ("credential", "credentials")
_LISTS = (*_SIGNED, *_PLAIN)


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body as it is sent, and the name its credential is known by."""

    data: bytes
    media_type: str
    name: str


def body_for(parcel: Parcel) -> Body | None:
    """Return what is sent for a parcel, None when it is in no form this API takes.

    A signature goes as text, a document with its own proof as JSON; both as they were found.
    """
    if parcel.jws is not None:
        try:
            return Body(parcel.jws.strip().encode("ascii"), "text/plain", name_of_jws(parcel.jws))
        except (Unreadable, UnicodeEncodeError):
            return None
    if parcel.document is not None:
        try:
            found = documents.parse_object(parcel.document)
        except Unreadable:
            return None
        return Body(parcel.document, "application/json", name_of(found))
    return None


def listed(reply: Reply) -> list[str | None] | None:
    """Return the names of a page's credentials, None for an answer that is no page.

    One that cannot be read is None in the list: it counts, but nothing can be said of it.
    """
    body = body_of(reply)
    if not isinstance(body, dict) or (body and not any(name in body for name in _LISTS)):
        return None
    return list(_names(body))


def is_of(reply: Reply, name: str) -> bool:
    """Whether an answer gives back the credential of this name, as 6.2.3 says it must."""
    body = body_of(reply)
    if isinstance(body, dict):
        held = [body, *(one for key in _PLAIN for one in items(body.get(key)))]
        return any(isinstance(one, dict) and _is_named(one, name) for one in held)
    said = body if isinstance(body, str) else reply.text
    try:
        return name_of_jws(said) == name
    except Unreadable:
        return False


def name_of_jws(token: str) -> str:
    """Return the name of a signed credential: its id, else its digest; raises Unreadable."""
    document = credential.unwrap(jws.payload(token))
    return _declared(document) or identity.identity(None, token, None)


def name_of(document: JsonObject) -> str:
    """Return the name of a credential: its id in canonical form, else its digest."""
    return _declared(document) or identity.identity(None, None, document)


def _names(body: JsonObject) -> Iterator[str | None]:
    for key in _LISTS:
        for one in items(body.get(key)):
            yield _name(one)


def _name(one: Json) -> str | None:
    if isinstance(one, dict):
        return name_of(one)
    try:
        return name_of_jws(one) if isinstance(one, str) else None
    except Unreadable:
        return None


def _is_named(document: JsonObject, name: str) -> bool:
    return credential.is_credential(document) and name_of(document) == name


def _declared(document: JsonObject) -> str | None:
    declared = name_in(document.get("id"))
    return identity.canonical_url(declared) if declared else None

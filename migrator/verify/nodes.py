"""From an address or an embedded object to one node of a badge, ready to be judged."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges.model import Json, JsonObject, Version
from migrator.verify.asking import Asking, fetch, not_a_node
from migrator.verify.contexts import check_contexts
from migrator.verify.forms import is_url
from migrator.verify.upgrade import Kind, dialect, upgrade
from migrator.verify.verdict import Message

_NO_CLASS = (
    "<class 'NotImplementedError'> ['NotImplementedError: Could not determine class of the "
    "document\\n']"
)

# An object with no more than this only names a document; it is none that could be judged.
_REFERENCE = frozenset({"id", "type", "@context"})


@dataclass(frozen=True, slots=True)
class Node:
    """One document of a badge: as found, and in 2.0 terms.

    `id` is the declared one (2.0 and 1.1), else the address it was fetched from, else a blank node
    name; `unread` names dates that could not be upgraded.
    """

    id: str
    kind: Kind
    found: JsonObject
    terms: JsonObject
    version: Version
    blank: bool = False
    unread: tuple[str, ...] = ()

    @property
    def is_tombstone(self) -> bool:
        """A document that only says that the badge was revoked (2-import-32, 5-issuer-65)."""
        return bool(self.terms.get("revoked")) and "badge" not in self.terms


@dataclass(frozen=True, slots=True)
class Taken:
    """A node, or the message why there is none; both None when nobody asked or nothing is named."""

    node: Node | None = None
    message: Message | None = None


def assertion_at(url: str, held: JsonObject | None, asking: Asking) -> Taken:
    """Fetch and take in an assertion; `held` is judged instead when nobody asked (its address)."""
    return _fetched_node(url, held, Kind.ASSERTION, asking)


def linked(value: Json, kind: Kind, parent: Node, asking: Asking) -> Taken:
    """Return the badge class or issuer a node refers to.

    What has an id is fetched again even when it is embedded (2-import-28, 3-dead-05); what has none
    is used as it stands (2-import-29, 7-extra-07).
    """
    embedded = value if isinstance(value, dict) else None
    url = embedded.get("id") if embedded is not None else value
    if isinstance(url, str) and is_url(url):
        return _fetched_node(url, embedded, kind, asking)
    if embedded is None:
        return Taken()
    name = f"_:b{1 if kind is Kind.BADGE_CLASS else 2}"
    version = Version.V1_0 if parent.version is Version.V0_5 else parent.version
    upgraded = upgrade(embedded, kind, version)
    return Taken(Node(name, kind, embedded, upgraded.document, version, blank=True))


def _fetched_node(url: str, held: JsonObject | None, kind: Kind, asking: Asking) -> Taken:
    """Fetch a document; one that declares another address as its id is fetched from there.

    7-extra-05 (that address is dead), 7-extra-08, 09 (it answers).
    """
    fetched = fetch(asking, url)
    declared = _declared_id(fetched.document) if fetched.document else None
    if declared and declared != url:
        held, url = fetched.document, declared
        fetched = fetch(asking, url)
    if fetched.message is not None:
        return Taken(message=fetched.message)
    document = fetched.document
    if document is None and held is not None and held.keys() - _REFERENCE:
        document = held
    if document is None:
        return Taken()
    return take_in(document, url, kind, asking, status=fetched.status)


def _declared_id(document: JsonObject) -> str | None:
    """Return the id of a document that has a vocabulary to say so; 1.0 and 0.5 have none."""
    value = document.get("id")
    return value if "@context" in document and isinstance(value, str) and is_url(value) else None


def take_in(
    document: JsonObject,
    url: str,
    kind: Kind,
    asking: Asking,
    *,
    status: int | None = None,
) -> Taken:
    """Find out what a fetched document is and write it in 2.0 terms."""
    dead = check_contexts(document, asking, name="JSONLD_COMPACT_DATA", node=url)
    if dead:
        return Taken(message=dead)
    version = dialect(document, kind)
    if version is None:
        revoked = document.get("revoked") is True
        return Taken(message=not_a_node(url, status, revoked=revoked))
    upgraded = upgrade(document, kind, version)
    terms = upgraded.document
    if not is_of(kind, terms.get("type")):
        message = Message(
            "DETECT_AND_VALIDATE_NODE_CLASS", _NO_CLASS, "not_a_badge_any_more", node=url
        )
        return Taken(message=message)
    declared = document.get("id") if version in (Version.V2_0, Version.V1_1) else None
    name = declared if isinstance(declared, str) and declared else url
    return Taken(Node(name, kind, document, terms, version, unread=upgraded.unread))


def is_of(kind: Kind, types: Json) -> bool:
    """Whether a `type` names this class; an issuer may be called Profile."""
    names = types if isinstance(types, list) else [types]
    allowed = {"Issuer", "Profile"} if kind is Kind.ISSUER else {kind.value}
    return any(isinstance(name, str) and name.rpartition(":")[2] in allowed for name in names)

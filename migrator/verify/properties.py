"""What each document of a badge must say, and in which form: VALIDATE_PROPERTY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.openbadges.model import Json, Version
from migrator.verify.forms import is_data_uri, is_iri, is_url, is_zoned
from migrator.verify.nodes import Node
from migrator.verify.upgrade import Kind
from migrator.verify.verdict import Message


@dataclass(frozen=True, slots=True)
class Property:
    """One property: the form of its value as the validator names it, and whether it must be."""

    name: str
    form: str
    required: bool = False


# In the validator's order. The badge class's image is required by IMAGE_VALIDATION instead.
PROPERTIES: dict[Kind, tuple[Property, ...]] = {
    Kind.ASSERTION: (
        Property("id", "IRI", required=True),
        Property("recipient", "NODE", required=True),
        Property("badge", "ID", required=True),
        Property("verification", "NODE", required=True),
        Property("issuedOn", "DATETIME", required=True),
        Property("expires", "DATETIME"),
        Property("image", "IMAGE"),
        Property("evidence", "ID"),
    ),
    Kind.BADGE_CLASS: (
        Property("issuer", "ID", required=True),
        Property("name", "TEXT", required=True),
        Property("description", "TEXT", required=True),
        Property("image", "IMAGE"),
        Property("criteria", "ID", required=True),
    ),
    Kind.ISSUER: (
        Property("name", "TEXT", required=True),
        Property("url", "URL", required=True),
    ),
}
_INCOMPLETE = {
    Kind.ASSERTION: "badge_incomplete",
    Kind.BADGE_CLASS: "badge_class_incomplete",
    Kind.ISSUER: "issuer_incomplete",
}
_RELATIVE = frozenset({"image", "criteria"})


def check_properties(node: Node) -> Iterator[Message]:
    """Yield a message for each property that is missing or malformed.

    Missing: 2-import-18, 2-import-23, 2-import-24, 2-import-32 (tombstone), 3-dead-36, 3-dead-40.
    Malformed: 2-import-21, 7-extra-21 (dates), 3-dead-39 (relative), 3-dead-51 (id). Accepted:
    2-import-17 (issuer without email), 2-import-20 (assertion without image).
    """
    for rule in PROPERTIES[node.kind]:
        if rule.name not in node.terms and rule.name != "id":
            if rule.required:
                yield missing(rule.name, node.id, _reason(node, rule, None))
            continue
        value = node.id if rule.name == "id" else node.terms[rule.name]
        bad = next((item for item in _items(value) if not _fits(rule.form, item)), None)
        if bad is not None:
            yield _malformed(node, rule, bad)


def missing(prop: str, node: str, reason: str) -> Message:
    """Say that a required property is not there."""
    text = f"Required property {prop} not present in unknown type node {node}"
    return Message("VALIDATE_PROPERTY", text, reason, node, prop)


def _malformed(node: Node, rule: Property, value: Json) -> Message:
    shown = "{...}" if isinstance(value, (dict, list)) else str(value)[:200]
    if rule.form == "IMAGE":
        text = (
            f"ID-type property {rule.name} had value `{shown}` that isn't URI or DATA URI "
            f"in {node.id}."
        )
    elif rule.form in {"ID", "NODE"}:
        text = (
            f"ID-type property {rule.name} had value `{shown or './'}` not embedded node or in IRI "
            f"format in {node.id}."
        )
    else:
        text = (
            f"{rule.form} property {rule.name} value {shown} not valid in unknown type node "
            f"{node.id}"
        )
    return Message("VALIDATE_PROPERTY", text, _reason(node, rule, value), node.id, rule.name)


def _reason(node: Node, rule: Property, value: Json) -> str:
    if node.is_tombstone:
        return "revoked"
    if rule.name == "id" and node.version is not Version.V2_0:
        return "signed_1_x"
    if rule.form == "DATETIME":
        return "no_issue_date" if value is None else "bad_date"
    if rule.name in _RELATIVE and isinstance(value, str) and value:
        return "relative_url"
    return _INCOMPLETE[node.kind]


def _items(value: Json) -> list[Json]:
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [value]


def _fits(form: str, value: Json) -> bool:
    if form == "TEXT":
        return not isinstance(value, bool)
    if form == "URL":
        return is_url(value)
    if form == "IRI":
        return is_iri(value)
    if form == "DATETIME":
        return is_zoned(value)
    if isinstance(value, dict):
        return True
    return is_iri(value) or (form == "IMAGE" and is_data_uri(value))

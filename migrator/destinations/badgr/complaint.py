"""What a Badgr server complains about: its error language, read into one shape.

Three generations of its API say the same in different ways (reference/badgr-api.md 1): flattened
lists of strings, lists of dicts, plain sentences, and field errors as dict, list or string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.openbadges.model import Json

_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MOST = 200
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong.

    `name` is the validator's ("FETCH_HTTP_NODE"), the name of a field of the request, or "" for a
    plain sentence. `summary` marks the sentence for people that Badgr puts before the validator's
    own words, so that it never outweighs these.
    """

    name: str
    text: str
    node: str | None = None
    prop: str | None = None
    summary: bool = False


def complaints(body: Json) -> tuple[Complaint, ...]:
    """Return what an answer complains about, in its order; () for one that names nothing."""
    found: list[Complaint] = []
    for one in _read(body):
        found.append(one)
        if len(found) == _MOST:
            break
    return tuple(found)


def is_name(text: str) -> bool:
    """Whether this is the name of a validator's rule: UPPER_CASE with an underscore."""
    return _NAME.fullmatch(text) is not None


def _read(body: Json) -> Iterator[Complaint]:
    if isinstance(body, list):
        yield from _listed(body)
    elif isinstance(body, str):
        yield Complaint("", body)
    elif isinstance(body, dict):
        yield from _from_object(body)


def _from_object(body: dict[str, Json]) -> Iterator[Complaint]:
    if "validationErrors" in body or "fieldErrors" in body:
        errors = body.get("validationErrors")
        yield from _listed(errors if isinstance(errors, list) else [errors])
        yield from _fields(body.get("fieldErrors"), "")
    elif isinstance(body.get("status"), dict):
        status = body["status"]
        assert isinstance(status, dict)
        yield from _read(status.get("error"))
    elif "error" in body:
        words = [body.get("error"), body.get("error_description")]
        yield Complaint("", ": ".join(word for word in words if isinstance(word, str)))
    elif "name" in body and ("description" in body or "result" in body):
        yield from _one(body)
    elif isinstance(body.get("detail"), str):
        yield Complaint("", str(body["detail"]))
    else:
        yield from _fields(body, "")


def _listed(items: list[Json]) -> Iterator[Complaint]:
    """Read a list of dicts, of sentences, or a flattened one; all may be mixed."""
    flat: list[str] = []
    for item in items:
        if isinstance(item, str):
            flat.append(item)
            continue
        yield from _flattened(flat)
        flat = []
        if isinstance(item, dict):
            yield from _one(item)
    yield from _flattened(flat)


def _one(item: dict[str, Json]) -> Iterator[Complaint]:
    """Read a dict of v1: `description` is for people, `result` in the validator's words."""
    name = item.get("name")
    if not isinstance(name, str):
        yield from _fields(item, "")
        return
    result, description = item.get("result"), item.get("description")
    text = result if isinstance(result, str) else description
    yield Complaint(
        name,
        text if isinstance(text, str) else "",
        _text(item.get("node_id")),
        _text(item.get("prop_name")),
        summary=not isinstance(result, str),
    )


def _flattened(words: list[str]) -> Iterator[Complaint]:
    """Read `name, description` and `name, "False", text, "ERROR"[, node][, property]` in a row."""
    at = 0
    while at < len(words):
        name = words[at]
        if not is_name(name):
            yield Complaint("", name)
            at += 1
        elif words[at + 1 : at + 2] in (["False"], ["True"]):
            text = words[at + 2] if at + 2 < len(words) else ""
            end = at = min(at + 4, len(words))
            while end < len(words) and end < at + 2 and not is_name(words[end]):
                end += 1
            yield Complaint(name, text, *_where(words[at:end]))
            at = end
        else:
            yield Complaint(name, "".join(words[at + 1 : at + 2]), summary=True)
            at += 2


def _where(words: list[str]) -> tuple[str | None, str | None]:
    """Tell node and property apart: a node is an address or a blank node, so it has a colon."""
    if len(words) == 2:
        return words[0], words[1]
    if len(words) == 1:
        return (words[0], None) if ":" in words[0] else (None, words[0])
    return None, None


def _fields(errors: Json, field: str, level: int = 0) -> Iterator[Complaint]:
    """Read field errors: a dict, a list with a dict for each element, or a sentence."""
    if isinstance(errors, str):
        yield Complaint(field, errors)
    elif isinstance(errors, list) and level < _DEEPEST:
        for item in errors:
            yield from _fields(item, field, level + 1)
    elif isinstance(errors, dict) and level < _DEEPEST:
        for name, item in errors.items():
            yield from _fields(item, name, level + 1)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None

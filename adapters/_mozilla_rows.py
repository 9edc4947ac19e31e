"""What the values in a Mozilla Backpack's tables mean (reference page mozilla-backpack.md, 1.1)."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.openbadges.baking import sniff
from migrator.openbadges.documents import as_backpack_wrote, parse
from migrator.openbadges.model import Json, JsonObject, Unreadable

ENDPOINT_BYTES = 255
"""`badge.endpoint` is a TINYTEXT: the server cut longer addresses without a word."""
_TIMESTAMP = re.compile(r"([1-9]\d{3}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)?")
_BLANKS = re.compile(rb"\s+")
_LARGEST_ID = 1 << 63


@dataclass(frozen=True, slots=True)
class Entry:
    """One badge in `group.badges`: its id and, in the second shape, the copy kept there."""

    badge_id: int
    copy: JsonObject | None = None


def text(value: bytes | None) -> str | None:
    """Decode a VARCHAR: UTF-8, else the server's latin1 (which is windows-1252)."""
    if value is None:
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")


def integer(value: bytes | None) -> int | None:
    """Read an id; None for what is none."""
    if value and len(value) < 20 and value.isdigit() and int(value) < _LARGEST_ID:
        return int(value)
    return None


def added_at(value: str | None) -> str | None:
    """Return a TIMESTAMP (mysqldump writes it in UTC) as ISO 8601, None for the zero date."""
    found = _TIMESTAMP.fullmatch(value or "")
    return f"{found[1]}T{found[2]}Z" if found else None


def fits_hash(body: bytes, body_hash: str) -> bool:
    """Say whether `body_hash` is the SHA-256 of a body, as Node 0.10 hashed strings.

    It took the low byte of every UTF-16 unit, so only for ASCII this is the SHA-256 of UTF-8.
    """
    if hashlib.sha256(body).hexdigest() == body_hash.lower():
        return True
    try:
        low_bytes = body.decode().encode("utf-16-le")[0::2]
    except UnicodeDecodeError:
        return False
    return hashlib.sha256(low_bytes).hexdigest() == body_hash.lower()


def hosted_url(document: JsonObject, endpoint: str | None) -> str | None:
    """Return the address of an assertion: from its body, else the endpoint unless that was cut."""
    verify = document.get("verify")
    if isinstance(verify, dict) and verify.get("type") == "hosted":
        url = verify.get("url")
        if isinstance(url, str) and url:
            return url
    return endpoint if endpoint and not was_cut(endpoint) else None


def was_cut(endpoint: str) -> bool:
    """Say whether an endpoint fills its column, so that its end is probably missing."""
    return len(endpoint.encode("utf-8", "replace")) >= ENDPOINT_BYTES


def image_bytes(data: bytes) -> bytes | None:
    """Return the image a `badge_image.image_data` stands for (base64 text), None if for none."""
    for blanks in (None, _BLANKS):
        try:
            text_ = blanks.sub(b"", data) if blanks else data
            return binascii.a2b_base64(text_, strict_mode=True) or None
        except binascii.Error:
            continue
    return data if sniff(data) else None


def entries(badges: bytes) -> tuple[tuple[Entry, ...], tuple[Json, ...]]:
    """Read `group.badges` in both shapes: ids, or full copies; and apart from them, the rest.

    Raises Unreadable when it is no JSON list.
    """
    items = parse(badges)
    if not isinstance(items, list):
        raise Unreadable("It is JSON, but no list of badges.")
    known: list[Entry] = []
    strange: list[Json] = []
    for item in items:
        entry = _entry(item)
        if entry is None:
            strange.append(item)
        else:
            known.append(entry)
    return tuple(known), tuple(strange)


def _entry(item: Json) -> Entry | None:
    copy: JsonObject | None = None
    if isinstance(item, dict):
        inner = item.get("attributes", item)
        copy = inner if isinstance(inner, dict) else {}
        item = copy.get("id")
    if isinstance(item, bool) or not isinstance(item, int | str):
        return None
    badge_id = integer(str(item).encode("utf-8", "replace"))
    return None if badge_id is None else Entry(badge_id, copy)


def stories(stored: bytes | None, ids: Sequence[int]) -> tuple[dict[int, str], dict[str, str]]:
    """Read `portfolio.stories`: by position in the collection, and those that belong to no badge.

    They are keyed by badge id; before September 2016 by position. Raises Unreadable.
    """
    written = parse(stored) if stored else {}
    if isinstance(written, list):
        written = {str(index): story for index, story in enumerate(written)}
    if not isinstance(written, dict):
        raise Unreadable("It is JSON, but no list of stories.")
    told = {key: story for key, story in written.items() if isinstance(story, str) and story}
    places = {str(badge_id): place for place, badge_id in reversed(list(enumerate(ids)))}
    if told and not told.keys() & places.keys():
        places = {str(place): place for place in range(len(ids))}
    found = {places[key]: story for key, story in told.items() if key in places}
    return found, {key: story for key, story in told.items() if key not in places}


def copy_hash(copy: JsonObject) -> str:
    """Return the body hash a copy in a collection carries, empty without one."""
    value = copy.get("body_hash")
    return value if isinstance(value, str) else ""


def copied_body(copy: JsonObject) -> tuple[bytes | None, bool]:
    """Return the body of a copy in a collection, and whether its hash proves it the original.

    The browser had replaced a hashed recipient by the e-mail address; `_originalRecipient` still
    has the hash, so for most 1.x badges the original can be proven, for most 0.5 badges not.
    """
    body = copy.get("body")
    if not isinstance(body, dict):
        return None, False
    as_found = as_backpack_wrote(body)
    original = body.get("_originalRecipient")
    identity = original.get("identity") if isinstance(original, dict) else None
    restored = as_backpack_wrote({**body, "recipient": identity}) if identity else as_found
    for candidate in (as_found, restored):
        if fits_hash(candidate, copy_hash(copy)):
            return candidate, True
    return as_found, False


def locate(prefix: str, table: str, number: int, row_id: int | None) -> str:
    """Return the words by which a person finds a row again: `row 17 of table badge (id 17)`."""
    known = "" if row_id is None else f" (id {row_id})"
    return f"{prefix}row {number} of table {table}{known}"

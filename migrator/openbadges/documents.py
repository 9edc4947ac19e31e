"""JSON documents: bytes in, values out, and the two ways they are written again."""

from __future__ import annotations

import json
import re

from migrator.openbadges.model import Json, JsonObject, Unreadable

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
BLANK = " \t\r\n\x00\ufeff"
"""What may stand around a document or a baked text without belonging to it."""

# Tolerant where it is harmless: raw line ends inside strings; NaN and Infinity become null.
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _name: None)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_PLAIN = (b'{"', b"{\n", b"{ ", b"{}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(data: bytes) -> Json:
    """Read a JSON document liberally.

    Takes a byte order mark, UTF-16 and UTF-32, Latin-1 where it is no UTF-8, blanks and NULs around
    it, and JSON that was encoded twice. At most 16 MiB and 64 levels deep.
    Raises Unreadable.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The document is larger than {MAX_BYTES // 2**20} MiB.")
    return parse_text(decode(data))


def parse_text(text: str) -> Json:
    """Read JSON that has been decoded already, as `parse` does; raises Unreadable."""
    if len(text) > MAX_BYTES:
        raise Unreadable(f"The document is larger than {MAX_BYTES // 2**20} MiB.")
    value = _loads(text.strip(BLANK))
    if isinstance(value, str) and value.lstrip(BLANK)[:1] in ("{", "["):
        value = _loads(value.strip(BLANK))
    return value


def parse_object(data: bytes) -> JsonObject:
    """Read a document that must be a JSON object; raises Unreadable."""
    value = parse(data)
    if not isinstance(value, dict):
        raise Unreadable("The document is JSON, but not an object, so it is no badge document.")
    return value


def first_object(text: str) -> str | None:
    """Return the first complete JSON object that stands anywhere in a text, None without one.

    For chunks whose frame was written wrongly (reference/mozilla-backpack.md 5, Moodle).
    """
    start = text.find('{"')
    if start < 0:
        return None
    try:
        _value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return text[start:end]


def decode(data: bytes) -> str:
    """Decode a document by its byte order mark or NUL pattern, else as UTF-8, else as Latin-1."""
    # An object in UTF-8 begins so; no other encoding does.
    encoding = "utf-8" if data[:2] in _PLAIN else json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def canonical(value: Json) -> bytes:
    """Write a value so that equal values give equal bytes: sorted keys, compact, UTF-8."""
    return _CANONICAL.encode(value).encode("utf-8", "replace")


def as_backpack_wrote(value: Json) -> bytes:
    """Write a value as the Backpack did (JavaScript's JSON.stringify): compact, key order kept.

    reference/mozilla-backpack.md 1.1.
    """
    return _COMPACT.encode(value).encode("utf-8", "replace")


def _loads(text: str) -> Json:
    if not text:
        raise Unreadable("The document is empty.")
    try:
        value: Json = _DECODER.decode(text)
        if _SURROGATE_ESCAPE.search(text):
            value = _DECODER.decode(_without_lone_surrogates(value))
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"The document is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise Unreadable(f"The document is nested more than {MAX_DEPTH} levels deep.") from None
    except ValueError:
        raise Unreadable("The document has a number that is too long to be one.") from None
    # Fewer brackets than the limit cannot be deeper than the limit: no need to walk.
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _refuse_depth([value])
    return value


def _without_lone_surrogates(value: Json) -> str:
    text = _COMPACT.encode(value)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _refuse_depth(value: Json) -> None:
    level = [value]
    for _depth in range(MAX_DEPTH + 1):
        level = [one for item in level for one in _inside(item) if isinstance(one, (dict, list))]
        if not level:
            return
    raise Unreadable(f"The document is nested more than {MAX_DEPTH} levels deep.")


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

"""One tuple of an INSERT statement, `(17,'text',NULL,0x7B7D)`, from bytes to values.

Strings are found with `bytes.find`, so a 15 kB image costs one memory scan and no character is
looked at by an interpreter; only what stands between strings goes through a regex.
"""

from __future__ import annotations

import re
from binascii import unhexlify


class NeedMore(Exception):
    """The bytes end before the tuple does."""


class Malformed(ValueError):
    """The bytes are no tuple of values; the message says why, without quoting any of them."""


# What most values are, with what follows them: short text without escapes, NULL, a number.
_SHORT = re.compile(rb"(?:'([^'\\]{0,99}+)'|NULL|(-?[0-9]++(?:\.[0-9]++)?))([,)])")
_OPEN = re.compile(rb"\s*\(")
_VALUE = re.compile(
    rb"\s*(?:"
    rb"((?:_[a-zA-Z0-9]+\s*|[nN])?')"  # 1: a string, perhaps with its character set
    rb"|(NULL\b)"  # 2
    rb"|([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)(?![xX\w])"  # 3: a number, kept as its digits
    rb"|0[xX]([0-9A-Fa-f]+)"  # 4: --hex-blob
    rb"|[xX]'([0-9A-Fa-f]*)'"  # 5
    rb"|[bB]'([01]*)'"  # 6: BIT columns
    rb")"
)
_AFTER = re.compile(rb"\s*([,)])")
_COMMA, _CLOSE, _BACKSLASH, _QUOTE = b",)\\'"
# A value cut by the end of the buffer may look like garbage; the longest such start is short.
_LONGEST_START = 64
_STARTS_HEX = re.compile(rb"\s*[xXbB]'[0-9A-Fa-f]*\Z")

MOST_COLUMNS = 4096
"""The server's own limit."""
_PIECE = 1 << 20


def parse_row(data: bytes, start: int) -> tuple[tuple[bytes | None, ...], int]:
    """Read the tuple that opens at or (white space apart) behind `start`.

    Returns the values, un-escaped, numbers as their digits, and the offset behind the closing
    parenthesis. Raises NeedMore when `data` ends first, Malformed when there is no tuple.
    """
    opened = _OPEN.match(data, start)
    if opened is None:
        raise _unexpected(data, start, "it does not open with a parenthesis")
    at = opened.end()
    values: list[bytes | None] = []
    while len(values) < MOST_COLUMNS:
        short = _SHORT.match(data, at)
        if short is not None:
            text, number, separator = short.groups()
            values.append(number if text is None else text)
            at = short.end()
            if separator == b")":
                return tuple(values), at
            continue
        value, at = _value(data, at, len(values) + 1)
        values.append(value)
        after = data[at] if at < len(data) else 0
        at += 1
        if after not in (_COMMA, _CLOSE):
            behind = _AFTER.match(data, at - 1)
            if behind is None:
                raise _unexpected(data, at - 1, f"something stands behind value {len(values)}")
            after, at = behind[1][0], behind.end()
        if after == _CLOSE:
            return tuple(values), at
    raise Malformed(f"it has more than {MOST_COLUMNS} values")


def _value(data: bytes, at: int, number: int) -> tuple[bytes | None, int]:
    found = _VALUE.match(data, at)
    if found is None:
        raise _unexpected(data, at, f"value {number} is neither text, number nor NULL")
    kind, end = found.lastindex, found.end()
    if kind == 1:
        close = string_end(data, end)
        return unescape(data[end:close]), close + 1
    if end == len(data):
        raise NeedMore
    if kind == 2:
        return None, end
    text = found[kind or 0]
    if kind == 3:
        return text, end
    if kind == 6:
        return _bits(text), end
    return unhexlify(text if len(text) % 2 == 0 else b"0" + text), end


def string_end(data: bytes, start: int) -> int:
    """Return the offset of the quote that closes the string whose first byte is at `start`.

    Raises NeedMore when the string (or the quote that would double its last one) is not there.
    """
    end = unescaped_quote(data, start, start)
    while 0 <= end < len(data) - 1:
        if data[end + 1] != _QUOTE:
            return end
        end = unescaped_quote(data, start, end + 2)
    raise NeedMore


def unescaped_quote(data: bytes, start: int, at: int, quote: bytes = b"'") -> int:
    """Return the offset of the next quote from `at` that no backslash escapes, or -1.

    `start` is where the string begins: backslashes before it do not count.
    """
    end = data.find(quote, at)
    while end > 0 and data[end - 1] == _BACKSLASH and backslashes_before(data, end, start) % 2:
        end = data.find(quote, end + 1)
    return end


def backslashes_before(data: bytes, end: int, start: int) -> int:
    """Return how many backslashes stand right before `end`, none of them before `start`."""
    at = end
    while at > start and data[at - 1] == _BACKSLASH:
        at -= 1
    return end - at


def unescape(text: bytes) -> bytes:
    r"""Undo what mysqldump escapes inside quotes: \0 \n \r \\ \' \" \Z, \t \b, and doubled quotes.

    `\%` and `\_` stay as they are, as the server reads them; any other escape is its character.
    """
    if b"'" in text:
        text = text.replace(b"''", b"'")
    if b"\\" not in text:
        return text
    if len(text) <= _PIECE:
        return _plain(text)
    # In pieces, else a hostile string of backslashes alone would become a list of millions.
    plain = bytearray()
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        end += backslashes_before(text, end, start) % 2
        plain += _plain(text[start:end])
        start = end
    return bytes(plain)


def _plain(text: bytes) -> bytes:
    # Split at escaped backslashes: what is left in a part is a single backslash and its letter.
    return b"\\".join([_single_escapes(part) for part in text.split(b"\\\\")])


_LETTERS = (
    (b'\\"', b'"'),
    (b"\\'", b"'"),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\0", b"\0"),
    (b"\\Z", b"\x1a"),
    (b"\\t", b"\t"),
    (b"\\b", b"\b"),
)
_OTHER = re.compile(rb"\\([^%_])", re.DOTALL)


def _single_escapes(part: bytes) -> bytes:
    for escape, plain in _LETTERS:
        if b"\\" not in part:
            return part
        part = part.replace(escape, plain)
    return _OTHER.sub(rb"\1", part)


def _bits(digits: bytes) -> bytes:
    return str(int(digits or b"0", 2)).encode()


def _unexpected(data: bytes, at: int, why: str) -> Exception:
    if len(data) - at < _LONGEST_START or _STARTS_HEX.match(data, at):
        return NeedMore()
    return Malformed(why)

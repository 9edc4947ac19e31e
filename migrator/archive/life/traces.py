"""Traces of a person: their addresses in every form in which they can stand in a file."""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from migrator.openbadges.recipient import case_variants

REMOVED = "(removed)"
_SIGNS = (b"@", b"%40", b"\\u0040")
_CHUNK = 4 * 1024 * 1024
_OVERLAP = 4096
_EDGE = 64
_NOTHING = bytes(2 * _EDGE)
# joann@example.org is not ann@example.org; but an escape may stand right before the address.
_BEFORE = rb"(?:(?<![\w.%+-])|(?<=%[0-9a-fA-F]{2})|(?<=\\u00[0-9a-fA-F]{2})|(?<=(?<!\\)\\[nrtbf]))"
# ann@example.org.uk is another address; ann@example.org.zip is a file of hers.
_FILES = rb"zip|json|png|svg|txt|csv|tsv|html?|sql|gz|pdf|db|xml|jws|jwt|eml|part"
_BEHIND = rb"(?![\w-]|\.(?!(?:" + _FILES + rb")\b)\w)"
_WORD_BEFORE = re.compile(rb"[\w.%+-]*\Z")
_WORD_BEHIND = re.compile(rb"[\w.%+-]*")


class Traces:
    """Finds addresses in texts, bytes and files, whatever their case or coding.

    Only what has an @ in it is looked for in other texts: a name alone could be anybody's. `hashes`
    are recipient hashes (hex) that are of nobody else.
    """

    def __init__(self, addresses: Iterable[str], hashes: Iterable[str] = ()) -> None:
        spelled = [one for one in dict.fromkeys(addresses) if "@" in one.strip("@")]
        forms = sorted({form for one in spelled for form in _forms(one)}, key=len, reverse=True)
        literal = b"|".join(re.escape(form) for form in forms)
        hexes = b"|".join(re.escape(one.lower().encode()) for one in hashes)
        pattern = b"|".join(
            part
            for part in (literal and _BEFORE + b"(?:" + literal + b")" + _BEHIND, hexes)
            if part
        )
        self._pattern = re.compile(pattern or rb"(?!)", re.IGNORECASE)
        self._hashes = tuple({one.lower().encode() for one in hashes})
        self._lowered = (*forms, *self._hashes)
        self._exact = tuple({code for one in spelled for code in _coded(one)})
        self._shortest = min(map(len, self._exact), default=0)
        self._longer: set[bytes] = set()

    def inside(self, value: str | bytes | None) -> bool:
        """Say whether one of the addresses stands in a value, as a word of its own."""
        return value is not None and self._pattern.search(_bytes(value)) is not None

    def inside_pieces(self, pieces: Iterable[bytes]) -> bool:
        """Say whether `inside` is true of what the pieces make together."""
        return any(
            found.start() > _EDGE and found.end() < len(window) - _EDGE
            for window in _windows(pieces)
            if self._has_form(window)
            for found in self._pattern.finditer(window)
        )

    def remain_in_pieces(self, pieces: Iterable[bytes]) -> bool:
        """Say whether `remain_in` is true of what the pieces make together, or may be."""
        # Not `any`: every window may have longer words to learn.
        return sum([self.remain_in(window) for window in _windows(pieces)]) > 0

    def _has_form(self, data: bytes) -> bool:
        lowered = data.lower()
        return any(form in lowered for form in self._lowered)

    def remain_in(self, value: str | bytes | float | None) -> bool:
        """Say the same, also of Base64 (JWS), and learn the longer words the addresses are part of.

        Numbers hold no address.
        """
        if not isinstance(value, str | bytes):
            return False
        data = _bytes(value)
        if not self._may_hold(data):
            return len(data) >= self._shortest and any(code in data for code in self._exact)
        lowered = data.lower()
        forms = [form for form in self._lowered if form in lowered]
        if forms and self._pattern.search(data):
            return True
        for form in forms:
            for found in re.finditer(re.escape(form), lowered):
                before = _WORD_BEFORE.search(lowered, max(0, found.start() - 64), found.start())
                behind = _WORD_BEHIND.match(lowered, found.end(), found.end() + 64)
                assert before is not None
                assert behind is not None
                self._longer.add(before[0] + found[0] + behind[0])
        return any(code in data for code in self._exact)

    def _may_hold(self, data: bytes) -> bool:
        # Most values have no sign of any address in them: that is seen twenty times faster.
        if any(sign in data for sign in _SIGNS):
            return True
        return bool(self._hashes) and any(one in data.lower() for one in self._hashes)

    def masked(self, value: str) -> str:
        """Return a text with the addresses taken out."""
        return self._pattern.sub(REMOVED.encode(), value.encode()).decode("utf-8", "replace")

    def in_file(self, path: Path, contents: Iterable[bytes] = ()) -> int:
        """Count what of the addresses, and of other contents, stands in a file, byte for byte.

        What is part of longer words that `remain_in` has met is not counted: in a file nothing
        stands between two values. 0 where there is no file.
        """
        exact = (*self._exact, *contents)
        found = 0
        for chunk in _chunks(path):
            lowered = chunk.lower()
            found += sum(one in chunk for one in exact)
            for form in self._lowered:
                at = lowered.find(form)
                while at >= 0:
                    found += not self._is_longer(lowered, at, form)
                    at = lowered.find(form, at + 1)
        return found

    def _is_longer(self, data: bytes, at: int, form: bytes) -> bool:
        return any(
            data[max(0, at - start) : at - start + len(word)] == word
            for word in self._longer
            if (start := word.find(form)) >= 0
        )


def _windows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces with what stands around them, and signs of no address at both ends."""
    before = _NOTHING
    for piece in pieces:
        yield before + piece
        before = (before + piece)[-_OVERLAP:]
    yield before + _NOTHING


def _chunks(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        before = b""
        while read := file.read(_CHUNK):
            yield before + read
            before = read[-_OVERLAP:]


def _forms(address: str) -> Iterator[bytes]:
    for spelling in _spellings(address):
        for text in (
            spelling,
            json.dumps(spelling)[1:-1],
            json.dumps(spelling)[1:-1].replace("@", "\\u0040"),
            quote(spelling, safe=""),
            quote(spelling, safe="@"),
            quote(spelling, safe="@+"),
        ):
            yield text.encode("utf-8", "replace").lower()
        for coding in ("utf-16-le", "utf-16-be"):
            yield spelling.encode(coding, "replace").lower()


def _coded(address: str) -> Iterator[bytes]:
    for spelling in _spellings(address):
        data = spelling.encode("utf-8", "replace")
        for shift in range(3):
            # Only what the neighbouring bytes have no part in.
            first, last = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
            for code in (b64encode, urlsafe_b64encode):
                yield code(bytes(shift) + data)[first:last]


def _spellings(address: str) -> tuple[str, ...]:
    normal = (unicodedata.normalize(form, address) for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys(one for text in (address, *normal) for one in case_variants(text)))


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else value

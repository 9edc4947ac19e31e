"""Frames: documents of one make kept as what they have in common, and what is each one's own.

A cohort's assertions differ in a handful of values: who, when, which address. Those are cut out of
the text, and what is left is the same for thousands and kept once, pictures as data: URIs with it.
"""

from __future__ import annotations

import re

LARGEST = 1024 * 1024
"""Longer documents are kept whole, in bytes."""

_GAP = "\x1f"
"""What marks a gap in a frame, around the number of its value; JSON text never has it."""
# Members of a JSON object whose values differ from badge to badge, in the names of Open Badges 0.5
# to 3.0 and of the Backpack. A value never holds a line break, so values are kept as lines.
_MEMBER = re.compile(
    r'("(?:uid|@?id|url|identity|recipient|_originalRecipient|salt|image|evidence|narrative'
    r"|issuedOn|issued_on|expires|validFrom|validUntil|issuanceDate|expirationDate)"
    r'"\s*:\s*")(?!data:)([^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*)(?=")'
)


def split(document: bytes) -> tuple[str, str] | None:
    """Return (frame, values) of a document, None for one that has to be kept whole.

    A value that stands in several places is kept once. `join` makes the document of them again,
    byte for byte.
    """
    if len(document) > LARGEST:
        return None
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if _GAP in text or "\0" in text:
        return None
    pieces = _MEMBER.split(text)  # text, member, value, text, member, value, ..., text
    if len(pieces) == 1:
        return None
    numbers: dict[str, int] = {}
    pieces[2::3] = [
        f"{_GAP}{numbers.setdefault(value, len(numbers))}{_GAP}" for value in pieces[2::3]
    ]
    return "".join(pieces), "\n".join(numbers)


def join(frame: bytes, values: bytes) -> bytes:
    """Fill a frame's gaps with values; raises ValueError when they do not fit together."""
    lines = values.decode("utf-8").split("\n")
    pieces = frame.decode("utf-8").split(_GAP)  # text, number, text, number, ..., text
    try:
        pieces[1::2] = [lines[int(number)] for number in pieces[1::2]]
    except IndexError as error:
        raise ValueError("a frame has more gaps than there are values") from error
    return "".join(pieces).encode()

"""File names that are safe on every system, readable, and in whatever script they were written."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

LIMIT = 200
"""The longest name of one file or folder, in bytes of UTF-8: suffixes still have room."""
PATH_LIMIT = 1000

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"}
)
_FORBIDDEN = frozenset('<>:"/\\|?*')
_JOINERS = frozenset("\u200c\u200d")  # letters of Persian and Hindi, families of emoji
_WRITTEN = re.compile(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})")
_BLANKS = re.compile(r"\s+")
_LONGEST_ENDING = 16


def safe(text: str, limit: int = LIMIT) -> str:
    """Return a text as the name of one file: no separator, device, control sign or end by a dot.

    A name that is fine already comes back as it is; one too long keeps its beginning and ending.
    """
    name = "".join(c if _is_kept(c) else "_" for c in text)
    bare = name.rstrip(". ")
    name = bare + "_" * (len(name) - len(bare)) or "_"
    if name.partition(".")[0].rstrip().casefold() in _DEVICES:
        name = f"_{name}"
    return name if _size(name) <= limit else _shortened(name, limit)


def key(path: str) -> str:
    """Return what two paths have in common when a system takes them for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def beside(path: str, mark: str) -> str:
    """Return the path of a file that stands beside another because its own name is taken."""
    folder, slash, name = path.rpartition("/")
    stem, ending = _split(name)
    return f"{folder}{slash}{stem}~{mark}{ending}"


def within(parts: list[str]) -> str:
    """Join safe names to a path; folders too deep for some system become one."""
    path = "/".join(parts)
    if _size(path) <= PATH_LIMIT:
        return path
    between = sha256("/".join(parts[1:-1]).encode()).hexdigest()[:16]
    return "/".join((parts[0], f"deep-{between}", parts[-1]))


def spelled(written: str) -> str:
    """Return a locator's name with the signs that were escaped for terminals only.

    Wide and unbreakable blanks and joiners of letters are no danger in a file name.
    """

    def sign(found: re.Match[str]) -> str:
        character = chr(int(found[1] or found[2], 16))
        harmless = unicodedata.category(character) == "Zs" or character in _JOINERS
        return character if harmless else found[0]

    return _WRITTEN.sub(sign, written)


def readable(badge: str, issuer: str | None, issued_on: str | None, digest: bytes) -> str:
    """Return "Badge name - issuer - 2014-05-29 - 0123456789ab": the same for the same badge.

    The last part is of the badge's identity, so that no two badges have one name.
    """
    said = (_said(badge, 90) or "Badge", _said(issuer or "", 60), _said(issued_on or "", 10))
    name = " - ".join((*(one for one in said if one), digest.hex()[:12]))
    return safe(name.replace("%", "_"))


def _said(text: str, limit: int) -> str:
    # Blanks first: a line end becomes a blank, not an underscore.
    name = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    name = "".join(c if _is_kept(c) else "_" for c in name)
    # A table that lists the name must not take it for a formula, nor a system for a hidden file.
    name = re.sub(r"^[=+\-@.~]+", "_", name)
    return _cut(name, limit).strip(". ")


def _is_kept(c: str) -> bool:
    if c in _FORBIDDEN:
        return False
    return c.isprintable() or c in _JOINERS or unicodedata.category(c) == "Zs"


def _shortened(name: str, limit: int) -> str:
    stem, ending = _split(name)
    mark = "~" + sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return _cut(stem, limit - _size(mark) - _size(ending)).rstrip(". ") + mark + ending


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if stem and dot and _size(ending) < _LONGEST_ENDING:
        return stem, dot + ending
    return name, ""


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))

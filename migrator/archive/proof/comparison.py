"""The comparison of an archive with a manifest: what is missing, added or changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.proof.content import Content
from migrator.archive.proof.hashtree import HashTree
from migrator.archive.proof.manifest import FORMAT, Entry, Header, entries, is_whole, snapshot
from migrator.archive.proof.signature import Key

_LONGEST_LINE = 4096


class Difference(StrEnum):
    """How a file differs from the manifest."""

    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest that holds together: its header, and the key that signed it (None: unsigned)."""

    header: Header
    key: Key | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many files are as the manifest says, and how many are not."""

    same: int
    missing: int
    added: int
    changed: int


def read_manifest(path: Path, trusted: Key | None = None) -> Signed:
    """Read a manifest and hold it against itself: form, order, counts, root and signature.

    With a `trusted` key, only its signature counts. Raises Usage for what is no manifest, and
    ArchiveDamaged for one that was changed, cut short, or signed by somebody else.
    """
    with _opened(path) as lines:
        header, key = _head(path, lines, trusted)
        tree = HashTree()
        counts = {"document": 0, "image": 0}
        size = 0
        last = (b"", "")
        for entry in _entries(path, lines):
            if (entry.digest, entry.kind) <= last:
                raise _broken(path, f"line {tree.leaves + 2} or the one after it is out of order")
            last = (entry.digest, entry.kind)
            tree.add(entry.line)
            counts[entry.kind] += 1
            size += entry.size
    found = (tree.root.hex(), counts["document"], counts["image"], size)
    if found != (header.root, header.documents, header.images, header.size):
        raise _broken(path, "its lines do not give the root in its header")
    return Signed(header, key)


def compare(
    archive: Archive,
    path: Path,
    tell: Callable[[Difference, Entry], None],
    watch: Callable[[int], None],
    *,
    quick: bool = False,
) -> Compared:
    """Compare an archive with a manifest that `read_manifest` has accepted.

    Every file both know is read back (with `quick` its digest is believed); `tell` is called with
    each difference. Memory does not grow. Raises ArchiveDamaged when SQLite cannot go on.
    """
    counts = dict.fromkeys(Difference, 0)
    same = seen = 0
    with snapshot(archive) as conn, _opened(path) as lines:
        _head(path, lines, None)
        content = Content(conn)
        for wanted, kept, number in _side_by_side(_entries(path, lines), entries(conn)):
            seen += 1
            watch(seen)
            difference = _difference(wanted, kept)
            if difference is None and kept and not quick and not is_whole(content, kept, number):
                difference = Difference.CHANGED
            if difference is None:
                same += 1
                continue
            counts[difference] += 1
            told = wanted or kept
            assert told is not None
            tell(difference, told)
    return Compared(same, *counts.values())


def _difference(wanted: Entry | None, kept: Entry | None) -> Difference | None:
    if kept is None:
        return Difference.MISSING
    if wanted is None:
        return Difference.ADDED
    return Difference.CHANGED if wanted.size != kept.size else None


def _side_by_side(
    wanted: Iterator[Entry], kept: Iterator[tuple[Entry, int]]
) -> Iterator[tuple[Entry | None, Entry | None, int]]:
    left = next(wanted, None)
    right = next(kept, None)
    while left is not None or right is not None:
        if right is None or (left is not None and _place(left) < _place(right[0])):
            yield left, None, 0
            left = next(wanted, None)
        elif left is None or _place(right[0]) < _place(left):
            yield None, *right
            right = next(kept, None)
        else:
            yield left, *right
            left, right = next(wanted, None), next(kept, None)


def _place(entry: Entry) -> tuple[bytes, str]:
    return entry.digest, entry.kind


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise errors.Usage(
            f"{path} cannot be read ({error.strerror}).", "Name a manifest."
        ) from error


def _head(path: Path, lines: IO[bytes], trusted: Key | None) -> tuple[Header, Key | None]:
    first = _line(lines)
    header = _header(first)
    if header is None:
        raise errors.Usage(
            f"{path} is not a manifest of badge-migrator (or of a newer one).",
            "Write one with `badge-migrator manifest write FILE`.",
        )
    start = lines.tell()
    facts = _object(_line(lines))
    if "signature" not in facts:
        lines.seek(start)
        if trusted is not None:
            raise _broken(path, "it is not signed")
        return header, None
    return header, _signer(path, first, facts, trusted)


def _signer(path: Path, signed: bytes, facts: dict[str, Any], trusted: Key | None) -> Key:
    try:
        key = Key.from_public(facts.get("public_key"))
    except ValueError as error:
        raise _broken(path, "its public key cannot be read") from error
    if trusted is not None and trusted.fingerprint != key.fingerprint:
        raise _broken(path, f"it was signed with another key ({key.fingerprint})")
    if not key.has_signed(signed, f"{facts['signature']}"):
        raise _broken(path, "its signature does not fit")
    return key


def _header(line: bytes) -> Header | None:
    facts = _object(line)
    try:
        header = Header(**facts)
    except TypeError:
        return None
    whole = header.manifest == FORMAT and header.line == line
    return header if whole else None


def _entries(path: Path, lines: IO[bytes]) -> Iterator[Entry]:
    while line := _line(lines):
        facts = _object(line)
        try:
            entry = Entry(bytes.fromhex(facts["digest"]), facts["kind"], facts["size"])
        except (KeyError, TypeError, ValueError):
            entry = None
        if entry is None or entry.line != line or entry.kind not in {"document", "image"}:
            raise _broken(path, f"it has a line that is none of a manifest's ({line[:60]!r})")
        yield entry


def _line(lines: IO[bytes]) -> bytes:
    line = lines.readline(_LONGEST_LINE)
    # A line without its end was cut short; it is no whole line.
    return line[:-1] if line.endswith(b"\n") else line + b"\0" if line else b""


def _object(line: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _broken(path: Path, why: str) -> errors.ArchiveDamaged:
    return errors.ArchiveDamaged(
        f"{path} is not the manifest that was written: {why}.",
        "Take the manifest from where you keep it safe, and verify again.",
    )

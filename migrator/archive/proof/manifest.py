"""The manifest: one line for every kept document and image, and one root hash over them.

A manifest is text, one JSON object a line. The first line is the header: what the file is, the
counts, the archive's version, the date and the root. If it is signed, the second is a detached JWS
over the first (its bytes without the line end) and the public key. Each line after that is one
kept file: its SHA-256, its kind (document or image, as the file was found) and its size in bytes,
sorted by digest, then kind.

The root is that of the digest tree (RFC 6962, section 2.1; `hashtree`) whose leaves are exactly
these lines, in their order, as bytes without the line end. So it depends on the kept bytes alone,
not on row ids, order or the way the archive was put together, and can be computed by anybody.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.proof.content import Content
from migrator.archive.proof.damage import words_of
from migrator.archive.proof.hashtree import HashTree
from migrator.archive.proof.signature import Key

FORMAT = "badge-migrator 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept file: kind ("document" or "image"), SHA-256 and size in bytes."""

    digest: bytes
    kind: str
    size: int

    @property
    def line(self) -> bytes:
        """The entry's line, without the line end."""
        return (
            f'{{"digest":"{self.digest.hex()}","kind":"{self.kind}","size":{self.size}}}'.encode()
        )


@dataclass(frozen=True, slots=True)
class Root:
    """One hash over everything that is kept, the counts, and the size in bytes of it all."""

    root: str
    documents: int
    images: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a manifest."""

    manifest: str
    created: str
    archive_version: int
    root: str
    documents: int
    images: int
    size: int

    @property
    def line(self) -> bytes:
        """The header's line, without the line end."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True).encode()


def root(archive: Archive, watch: Callable[[int], None], *, quick: bool = False) -> Root:
    """Compute the root; every file is read back, or with `quick` its digest is believed.

    Raises ArchiveDamaged when a file is no longer what was kept.
    """
    with snapshot(archive):
        return _root(archive, watch, quick=quick)


def write(
    archive: Archive,
    path: Path,
    watch: Callable[[int], None],
    key: Key | None = None,
    *,
    quick: bool = False,
) -> Header:
    """Write a manifest, signed where a key is given; returns its header.

    The file appears when it is complete. Raises ArchiveDamaged as `root` does, Usage where the
    file cannot be written.
    """
    with snapshot(archive) as conn:
        found = _root(archive, watch, quick=quick)
        version = int(conn.execute("pragma user_version").fetchone()[0])
        header = Header(FORMAT, archive.now(), version, **asdict(found))
        partly = path.with_name(f"{path.name}.part")
        try:
            with partly.open("wb") as out:
                _write_head(out, header, key)
                out.writelines(entry.line + b"\n" for entry, _ in entries(conn))
            partly.replace(path)
        except OSError as error:
            partly.unlink(missing_ok=True)
            raise errors.Usage(
                f"{path} cannot be written ({error.strerror}).", "Name another file."
            ) from error
    return header


def entries(conn: sqlite3.Connection) -> Iterator[tuple[Entry, int]]:
    """Yield every kept file with its row's id, by digest, then kind.

    Raises sqlite3.DatabaseError for what SQLite cannot read.
    """
    for kind, number, digest, size in conn.execute(_ENTRIES):
        if not isinstance(digest, bytes) or not isinstance(size, int):
            raise sqlite3.DatabaseError(f"the digest or size of {kind} {number} is none")
        yield Entry(digest, kind, size), number


def is_whole(content: Content, entry: Entry, number: int) -> bool:
    """Read a file back; say whether it is what its entry says."""
    try:
        found = content.document(number) if entry.kind == "document" else content.image(number)
    except KeyError:
        return False
    except sqlite3.DatabaseError as error:
        words_of(error)
        return False
    return (found.digest, found.size) == (entry.digest, entry.size)


@contextmanager
def snapshot(archive: Archive) -> Iterator[sqlite3.Connection]:
    """Look at one moment of the archive, whoever writes meanwhile.

    Raises ArchiveDamaged for what SQLite cannot read.
    """
    conn = archive.conn
    try:
        conn.execute("begin")
        yield conn
    except sqlite3.DatabaseError as error:
        raise errors.ArchiveDamaged(
            f"{archive.path} cannot be read ({words_of(error)}).", _CHECK
        ) from error
    finally:
        if conn.in_transaction:
            conn.execute("rollback")


def _root(archive: Archive, watch: Callable[[int], None], *, quick: bool) -> Root:
    tree = HashTree()
    content = Content(archive.conn)
    counts = {"document": 0, "image": 0}
    size = 0
    for entry, number in entries(archive.conn):
        if not quick and not is_whole(content, entry, number):
            raise errors.ArchiveDamaged(
                f"{archive.path} is damaged: {entry.kind} {number} is not what was kept.", _CHECK
            )
        tree.add(entry.line)
        counts[entry.kind] += 1
        size += entry.size
        watch(tree.leaves)
    return Root(tree.root.hex(), counts["document"], counts["image"], size)


def _write_head(out: IO[bytes], header: Header, key: Key | None) -> None:
    out.write(header.line + b"\n")
    if key is not None:
        signature = {"public_key": key.public, "signature": key.sign(header.line)}
        out.write(json.dumps(signature, separators=(",", ":")).encode() + b"\n")


_CHECK = "`badge-migrator check` says what is damaged and what hangs on it."
# Both halves come sorted from the index of their digests, so nothing is sorted.
_ENTRIES = """
select 'document' as kind, id, digest, size from document
union all select 'image', id, digest, size from image
order by digest, kind
"""

"""Reading back: every kept byte against the digest it was kept under."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.archive.digest import digest_of, short_digest
from migrator.archive.proof.content import Content, Digested
from migrator.archive.proof.damage import Damage, words_of
from migrator.archive.proof.dependents import Dependents
from migrator.archive.proof.walk import Gap, walk

FILES = ("frame", "document", "artwork", "image", "source_file")
"""The tables of kept bytes, in the order in which they are read: what others are made of first."""

_HASH = 2**32
_SPREAD = 2_654_435_761  # 2**32 over the golden ratio (Knuth): neighbours fall far apart


@dataclass(frozen=True, slots=True)
class Sample:
    """Which rows are read: a share between 0 and 1, and which share of that size.

    With a share of 5 %, the seeds 0 to 19 together choose every row.
    """

    share: float = 1.0
    seed: int = 0

    def has(self, number: int) -> bool:
        """Say whether the row with this id is read."""
        width = -int(-self.share * _HASH // 1)
        return (number * _SPREAD - self.seed * width) % _HASH < width


class Readback:
    """Reads tables back; `files` and `bytes` count what could be read, damaged or not."""

    def __init__(
        self, conn: sqlite3.Connection, dependents: Dependents, watch: Callable[[int], None]
    ) -> None:
        self._conn = conn
        self._dependents = dependents
        self._content = Content(conn)
        self._watch = watch
        self._seen = 0
        self._told: set[tuple[str, int]] = set()
        self.files: dict[str, int] = dict.fromkeys(FILES, 0)
        self.bytes = 0

    def contents(self, table: str, sample: Sample) -> Iterator[Damage]:
        """Read the chosen rows of one of the tables of content; yield what is damaged."""
        for row in self._rows(table, f"digest, {_SIZE.get(table, 'size')}"):
            if isinstance(row, Damage):
                yield row
            elif sample.has(row["id"]):
                yield from self._content_of(table, row)

    def identities(self) -> Iterator[Damage]:
        """Hold every assertion's digest against its identity."""
        for row in self._rows("assertion", "digest, cast(identity as blob) as identity"):
            if isinstance(row, Damage):
                yield row
            elif short_digest(row["identity"] or b"") != row["digest"]:
                yield self._dependents.of(Damage("identity", "assertion", row["id"], _IDENTITY))

    def normal_forms(self) -> Iterator[Damage]:
        """Hold the digests of issuers and badge classes against their columns."""
        for table, columns, fits in (
            ("issuer", _ISSUER, _issuer_fits),
            ("badge_class", _BADGE_CLASS, _badge_class_fits),
        ):
            for row in self._rows(table, f"digest, {columns}"):
                if isinstance(row, Damage):
                    yield row
                elif not fits(self._conn, row):
                    yield self._dependents.of(Damage("normal_form", table, row["id"], _NORMAL))

    def _rows(self, table: str, columns: str) -> Iterator[sqlite3.Row | Damage]:
        for row in walk(self._conn, table, columns):
            self._seen += 1
            self._watch(self._seen)
            yield self._lost(table, row) if isinstance(row, Gap) else row

    def _lost(self, table: str, gap: Gap) -> Damage:
        which = "This row" if gap.first == gap.last else f"The rows {gap.first} to {gap.last}"
        if gap.last >= 2**63 - 1:
            which = f"The rows from {gap.first} on"
        damage = Damage("unreadable", table, gap.first, f"{which} cannot be read ({gap.words}).")
        return self._dependents.of(damage, gap.last)

    def _read(self, table: str, number: int) -> Digested:
        read: Callable[[int], Digested] = getattr(self._content, table)
        return read(number)

    def _content_of(self, table: str, row: sqlite3.Row) -> Iterator[Damage]:
        number = row["id"]
        try:
            found = self._read(table, number)
        except KeyError:
            yield self._damaged("incomplete", table, number, _INCOMPLETE)
            return
        except sqlite3.DatabaseError as error:
            sentence = f"Its content cannot be read ({words_of(error)})."
            yield self._damaged("unreadable", table, number, sentence)
            return
        self.files[table] += 1
        self.bytes += found.size
        if found.digest != row["digest"]:
            yield from self._changed(table, number)
        elif found.size != row["size"]:
            sentence = (
                f"Its bytes are right, but the size noted is {row['size']}, not {found.size}."
            )
            yield self._damaged("size", table, number, sentence)

    def _changed(self, table: str, number: int) -> Iterator[Damage]:
        # One bad artwork breaks every image made of it: it is told once, not for each.
        cause = self._to_blame(table, number)
        if cause not in self._told:
            yield self._damaged("changed", *cause, _CHANGED)

    def _to_blame(self, table: str, number: int) -> tuple[str, int]:
        for part in self._content.parts(table, number):
            if not self._fits(*part):
                return self._to_blame(*part)
        return table, number

    def _fits(self, table: str, number: int) -> bool:
        row = self._conn.execute(_DIGEST[table], (number,)).fetchone()
        return row is not None and self._read(table, number).digest == row[0]

    def _damaged(self, code: str, table: str, number: int, sentence: str) -> Damage:
        self._told.add((table, number))
        return self._dependents.of(Damage(code, table, number, sentence))


_SIZE = {"frame": "length(cast(content as blob)) as size"}
_DIGEST = {
    table: f"select digest from {table} where id = ?"  # noqa: S608 - names from this line
    for table in ("artwork", "document", "frame")
}
_CHANGED = "Its bytes are not the bytes that were kept: they no longer match their digest."
_INCOMPLETE = "A part it is made of is no longer there."
_IDENTITY = "What makes this badge itself (its identity) no longer matches its digest."
_NORMAL = "Its columns no longer match their digest."
_ISSUER = "url_id, name, url, description, email, image, revocation_list"
_BADGE_CLASS = "url_id, issuer_id, name, description, image, criteria_url, criteria_narrative"
_ALIGNMENTS = (
    "select target_name, target_url, target_description, target_framework, target_code"
    " from alignment where badge_class_id = ? order by id"
)
_TAGS = "select name from tag where badge_class_id = ? order by id"
_ISSUER_DIGEST = "select lower(hex(digest)) from issuer where id = ?"


def _issuer_fits(_conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    return _fits(list(row)[2:], row["digest"])


def _badge_class_fits(conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    try:
        targets = [list(one) for one in conn.execute(_ALIGNMENTS, (row["id"],))]
        tags = [one[0] for one in conn.execute(_TAGS, (row["id"],))]
        issuer = conn.execute(_ISSUER_DIGEST, (row["issuer_id"],)).fetchone()
    except sqlite3.DatabaseError as error:
        words_of(error)
        return False
    # The issuer stands in it by its digest: row numbers differ from archive to archive.
    url_id, _, *rest = list(row)[2:]
    values = [url_id, issuer and issuer[0], *rest]
    return _fits([values, targets, tags], row["digest"])


def _fits(values: object, digest: object) -> bool:
    try:
        return digest_of(values) == digest
    except TypeError:  # damage can make a BLOB of anything
        return False

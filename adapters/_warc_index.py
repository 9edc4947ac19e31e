"""What a pass over WARC files keeps for the next: a temporary file on disk.

A badge's parts lie anywhere in the files, so nothing can be handed on before all was seen once.
This file is not the archive: it is private to one reading, and is deleted with it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from migrator.openbadges.identity import canonical_url

_TABLES = """
create table record (
  id integer primary key, kind text, uri text, moment text, label text, copy integer, key text,
  identity text, class_key text, issuer_key text, image_key text, digest blob, body blob,
  unique (key, digest));
create index record_identity on record (identity, kind);
create table lead (key text, target text, primary key (key, target));
create table wanted (key text primary key);
create table used (id integer primary key);
create table passed (uri text, digest blob, primary key (uri, digest));
"""
_MOST_STEPS = 5
"""How many redirects and repetitions are followed."""
_COLUMNS = "id, kind, uri, moment, label, copy, identity, class_key, issuer_key, image_key, body"


class Kept(NamedTuple):
    """A record that is part of a badge; keys are addresses without their scheme."""

    id: int
    kind: str
    uri: str
    moment: str
    label: str
    copy: int
    identity: str | None
    class_key: str | None
    issuer_key: str | None
    image_key: str | None
    body: bytes


def key_of(url: str | None) -> str | None:
    """Return what all spellings of an address have in common, None for what is no address."""
    bare = canonical_url(url or "").partition("://")[2].rstrip("/")
    return bare.removeprefix("www.") or None


class WarcIndex:
    """Filled in passes over the files, then asked for what belongs together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.executescript(_TABLES)
        self._db.execute("begin")

    def add(  # noqa: PLR0913 (a row has as many columns)
        self,
        kind: str,
        uri: str,
        moment: str,
        label: str,
        body: bytes,
        *,
        identity: str | None = None,
        class_key: str | None = None,
        issuer_key: str | None = None,
        image_key: str | None = None,
    ) -> None:
        """Keep a record, once however often the same was saved."""
        (copy,) = self._db.execute(
            "select count(*) from record where key = ? and label = ? and uri = ? and moment = ?",
            (key_of(uri), label, uri, moment),
        ).fetchone()
        self._db.execute(
            "insert or ignore into record values (null,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *(kind, uri, moment, label, copy + 1, key_of(uri), identity),
                *(class_key, issuer_key, image_key, hashlib.sha256(body).digest(), body),
            ),
        )

    def passes_on(self, uri: str, body: bytes) -> int:
        """Count what other adapters are given of an address; 0 when they had the same already."""
        added = self._db.execute(
            "insert or ignore into passed values (?,?)", (uri, hashlib.sha256(body).digest())
        )
        count = self._db.execute("select count(*) from passed where uri = ?", (uri,))
        return int(count.fetchone()[0]) if added.rowcount else 0

    def lead(self, uri: str, target: str) -> None:
        """Note that what belongs at an address was saved at another: a redirect, a repetition."""
        here, there = key_of(uri), key_of(target)
        if here and there and here != there:
            self._db.execute("insert or ignore into lead values (?,?)", (here, there))

    def want_images(self) -> bool:
        """Note which pictures badges name that are not yet kept; say whether there are any."""
        self._db.execute(
            "insert or ignore into wanted select distinct image_key from record"
            " where image_key is not null"
        )
        for _ in range(_MOST_STEPS):
            self._db.execute(
                "insert or ignore into wanted select target from lead join wanted using (key)"
            )
        self._db.execute(
            "delete from wanted where key in (select key from record where kind = 'baked')"
        )
        return self._db.execute("select 1 from wanted limit 1").fetchone() is not None

    def wants(self, uri: str) -> bool:
        """Say whether an address is that of a wanted picture."""
        found = self._db.execute("select 1 from wanted where key = ?", (key_of(uri),))
        return found.fetchone() is not None

    def of_kind(self, *kinds: str) -> Iterator[Kept]:
        """Yield all records of some kinds, in the order of the files."""
        marks = ",".join("?" * len(kinds))
        query = f"select {_COLUMNS} from record where kind in ({marks}) order by id"  # noqa: S608 (constants)
        return map(Kept._make, self._db.execute(query, kinds))

    def at(self, kind: str, key: str | None, moment: str) -> Kept | None:
        """Return what was saved at an address nearest to a moment, also where redirects lead."""
        keys = [key] if key else []
        for _ in range(_MOST_STEPS):
            for one in keys:
                found = self._one("kind = ? and key = ?", (kind, one), moment)
                if found:
                    return found
            marks = ",".join("?" * len(keys))
            query = f"select target from lead where key in ({marks}) limit 50"  # noqa: S608 (constants)
            keys = [target for (target,) in self._db.execute(query, keys)]
        return None

    def baked(self, identity: str | None, moment: str) -> Kept | None:
        """Return the picture that carries a badge."""
        return self._one("kind = 'baked' and identity = ?", (identity,), moment)

    def has(self, key: str | None) -> bool:
        """Say whether an assertion was saved at an address."""
        query = "select 1 from record where key = ? and kind = 'assertion'"
        return self._db.execute(query, (key,)).fetchone() is not None

    def use(self, kept: Kept | None) -> bytes | None:
        """Return the bytes of a record, and note that it belongs to a badge."""
        if kept is None:
            return None
        self._db.execute("insert or ignore into used values (?)", (kept.id,))
        return kept.body

    def is_used(self, kept: Kept) -> bool:
        """Say whether a record belongs to a badge."""
        return (
            self._db.execute("select 1 from used where id = ?", (kept.id,)).fetchone() is not None
        )

    def unused(self, kind: str) -> int:
        """Count the addresses of a kind of which nothing belongs to a badge."""
        query = (
            "select count(distinct key) from record where kind = ? and key not in"
            " (select key from record join used using (id))"
        )
        return int(self._db.execute(query, (kind,)).fetchone()[0])

    def _one(self, where: str, values: tuple[str | None, ...], moment: str) -> Kept | None:
        found = self._db.execute(
            f"select {_COLUMNS} from record where {where}"  # noqa: S608 (constants)
            " order by abs(cast(moment as integer) - cast(? as integer)), id limit 1",
            (*values, moment),
        ).fetchone()
        return found and Kept._make(found)


@contextmanager
def warc_index() -> Iterator[WarcIndex]:
    """Give an index in a folder only this user can read, and delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="badge-migrator-") as folder:
        database = sqlite3.connect(Path(folder) / "warc.db", isolation_level=None)
        with closing(database) as connection:
            for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-16000"):
                connection.execute(f"pragma {pragma}")
            yield WarcIndex(connection)

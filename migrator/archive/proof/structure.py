"""Structure: SQLite's own checks, and what must be true between the tables whatever was read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache

from migrator.archive.proof.damage import Damage
from migrator.archive.proof.dependents import Dependents
from migrator.archive.proof.wordindex import word_indexes

_MOST = 1_000
_TREE = re.compile(r"[Tt]ree (\d+)")

Part = Callable[[sqlite3.Connection, Dependents], Iterator[Damage]]


def _integrity(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    master = conn.execute("select name, tbl_name, rootpage from sqlite_master").fetchall()
    tables = {row["name"]: row["tbl_name"] for row in master}
    trees = {row["rootpage"]: row["tbl_name"] for row in master}
    for row in conn.execute(f"pragma integrity_check({_MOST})"):
        for line in str(row[0]).splitlines():
            if line == "ok" or line.startswith("***"):
                continue
            tree = _TREE.search(line)
            named = [tables[word] for word in re.findall(r"\w+", line) if word in tables]
            table = trees.get(int(tree[1])) if tree else next(iter(named), None)
            yield Damage("sqlite", table or "file", None, f"SQLite says: {line}.")


def _schema(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    there = {tuple(row) for row in conn.execute("select type, name from sqlite_master")}
    for kind, name in sorted(_expected() - there):
        yield Damage("schema", name, None, f"The {kind} {name} is missing.")


@cache
def _expected() -> frozenset[tuple[str, str]]:
    from migrator.archive.schema import migrate  # noqa: PLC0415 - a tenth of a second

    conn = sqlite3.connect(":memory:", isolation_level=None)
    migrate(conn)
    rows = conn.execute("select type, name from sqlite_master where name not like 'sqlite_%'")
    found = frozenset((str(kind), str(name)) for kind, name in rows)
    conn.close()
    return found


def _references(conn: sqlite3.Connection, dependents: Dependents) -> Iterator[Damage]:
    """Yield the first rows that refer to a row that is not there, and one line for the rest."""
    more: dict[tuple[str, str], int] = {}
    for table, row, parent in _broken(conn):
        count = more[table, parent] = more.get((table, parent), 0) + 1
        if count <= _MOST:
            sentence = f"It refers to a row of {parent} that is not there."
            yield dependents.of(Damage("reference", table, row, sentence))
    for (table, parent), count in more.items():
        if count > _MOST:
            sentence = f"{count - _MOST:,} more rows refer to rows of {parent} that are not there."
            yield Damage("reference", table, None, sentence)


def _broken(conn: sqlite3.Connection) -> Iterator[tuple[str, int | None, str]]:
    """Yield (table, row, parent) of each row that refers to nothing."""
    numbered: set[str] = set()
    for table, row, parent, _ in conn.execute("pragma foreign_key_check"):
        if table != "sighting_document":
            yield table, row, parent
        elif parent not in numbered:
            # It has no numbers of its own: its rows are told by their sighting's.
            numbered.add(parent)
            for (sighting,) in conn.execute(_UNKNOWN_TO[parent]):
                yield table, sighting, parent


def _sources(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    for row in conn.execute(_SOURCES):
        counts = f"{row['archived']:,} archived + {row['known']:,} known"
        if row["found"] != row["archived"] + row["known"] + row["problems"]:
            sentence = (
                f"The books of {row['label']} do not balance: {row['found']:,} found ="
                f" {counts} + {row['problems']:,} with problems."
            )
            yield Damage("balance", "source", row["id"], sentence)
        if row["sightings"] < max(row["archived"], min(row["known"], 1)):
            sentence = (
                f"{row['label']} gave {counts} badges, but only {row['sightings']:,} places in it"
                " are still known."
            )
            yield Damage("sightings", "source", row["id"], sentence)


def _joinings(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    for row in conn.execute(_UNFINISHED):
        sentence = (
            f"`{row['command']}` has not come to its end: not all it brings is joined to a badge"
            " yet. Run it again; nothing is lost."
        )
        yield Damage("unfinished", "run", row["id"], sentence)


def _is_joined(conn: sqlite3.Connection) -> bool:
    # A joining writes table after table: until its end, what it brought may hang on nothing.
    return conn.execute(_UNFINISHED).fetchone() is None


def _sightings(conn: sqlite3.Connection, dependents: Dependents) -> Iterator[Damage]:
    if not _is_joined(conn):
        return
    for row in conn.execute(_UNSEEN):
        sentence = "Where this badge was found is no longer known."
        yield dependents.of(Damage("unseen", "assertion", row[0], sentence))


def _orphans(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    if not _is_joined(conn):
        return
    for table, query in _ORPHANS.items():
        for row in conn.execute(f"{query} limit {_MOST}"):
            sentence = "Nothing refers to it: what did is lost, or it was left behind."
            yield Damage("orphan", table, row[0], sentence)


def _transfers(conn: sqlite3.Connection, dependents: Dependents) -> Iterator[Damage]:
    for sentence, query in _TRANSFERS.items():
        for row in conn.execute(f"{query} limit {_MOST}"):
            yield dependents.of(Damage("transfer", "transfer", row[0], sentence))


def _words(conn: sqlite3.Connection, _dependents: Dependents) -> Iterator[Damage]:
    return word_indexes(conn)


# What is looked at, in words that complete "... could not be checked".
PARTS: tuple[tuple[str, Part], ...] = (
    ("The file", _integrity),
    ("The list of tables", _schema),
    ("What refers to what", _references),
    ("The counts of the sources", _sources),
    ("What was joined", _joinings),
    ("The places of the badges", _sightings),
    ("What nothing refers to", _orphans),
    ("The transfers", _transfers),
    ("The search", _words),
)

_SOURCES = """
select id, label, found, archived, known, problems,
  (select count(*) from sighting where source_id = source.id) as sightings
from source where state = 'complete'
"""
_UNFINISHED = """
select id, command from run where command like 'merge %' and outcome is not 'complete'
  and not exists (select 1 from run as later where later.command = run.command
    and later.id > run.id and later.outcome = 'complete')
"""
_UNKNOWN_TO = {
    parent: f"select sighting_id from sighting_document where {parent}_id not in"  # noqa: S608 - names from this line
    f" (select id from {parent}) order by sighting_id"
    for parent in ("sighting", "document")
}
_UNSEEN = f"""
select id from assertion where not exists
  (select 1 from sighting where assertion_id = assertion.id) order by id limit {_MOST}
"""  # noqa: S608 - a number
_ORPHANS = {
    "document": "select id from document where id not in"
    " (select document_id from sighting_document"
    " union select document_id from assertion where document_id is not null"
    " union select jws_id from assertion where jws_id is not null"
    " union select document_id from image where document_id is not null"
    " union select document_id from web_answer where document_id is not null) order by id",
    "frame": "select id from frame where id not in"
    " (select frame_id from document where frame_id is not null) order by id",
    "image": "select id from image where id not in"
    " (select image_id from sighting where image_id is not null"
    " union select image_id from assertion where image_id is not null) order by id",
    "artwork": "select id from artwork where id not in (select artwork_id from image) order by id",
}
_TRANSFERS = {
    "This badge stands more than once in the books of one destination.": """
select id from transfer where (assertion_id, destination_id) in
  (select assertion_id, destination_id from transfer group by 1, 2 having count(*) > 1)
""",
    "It counts as arrived, but neither its id there nor a note says so.": """
select id from transfer where state in ('done', 'already_there') and remote_id is null
  and coalesce(detail, '') = ''
""",
    "It is to go to an account of another destination.": """
select transfer.id from transfer join account on account.id = transfer.account_id
where account.destination_id <> transfer.destination_id
""",
}

"""Erasing what is one person's alone, within one transaction; what others need stays."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from migrator.archive import sourcefile
from migrator.archive.life.belongings import CHOOSE_PEOPLE, CHOOSE_REST, ERASE, TABLES, statements
from migrator.archive.life.books import recount
from migrator.archive.life.traces import Traces
from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import case_variants, matches

_LARGEST_PROOF, _SMALLEST_PROOF = 2_000, 64
_PROOFS = 1_000
# Our own words, in which an address can be blotted out without touching what was found.
_OUR_WORDS = {
    "run": ("command",),
    "source": ("place", "label"),
    "sighting": ("locator",),
    "learner": ("name",),
    "collection": ("name", "description", "page_url", "locator"),
    "collection_assertion": ("story",),
    "account": ("addresses",),
    "transfer": ("detail",),
    "attempt": ("detail",),
    "verdict": ("detail",),
    "award_mapping": ("account",),
    "note": ("author", "text"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an address stands for: learners, every spelling of every address, and their badges."""

    learners: tuple[int, ...]
    addresses: tuple[str, ...]
    badges: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, in rows; `proofs` are bytes that must not be found any more."""

    badges: int
    documents: int
    images: int
    problems: int
    collections: int
    accounts: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    hashes: tuple[str, ...]
    proofs: tuple[bytes, ...]


def person(conn: sqlite3.Connection, address: str) -> Person:
    """Return whom an address stands for; nobody in the archive has no learners and no badges."""
    rows = conn.execute(
        "select distinct learner_id from identity where value = ? collate nocase",
        (address.strip(),),
    ).fetchall()
    learners = tuple(int(row[0]) for row in rows)
    addresses = [address.strip()]
    badges = 0
    for learner in learners:
        for sql in (
            "select value from identity where learner_id = ? order by id",
            "select username from account where learner_id = ? order by id",
            _TOLD,
        ):
            addresses += [row[0] for row in conn.execute(sql, (learner,))]
        badges += conn.execute(
            "select count(*) from assertion where learner_id = ?", (learner,)
        ).fetchone()[0]
    return Person(learners, tuple(dict.fromkeys(addresses)), badges)


class Eraser:
    """Erases one person; foreign keys are to be off, and checked before the commit."""

    def __init__(self, conn: sqlite3.Connection, whom: Person) -> None:
        self._conn = conn
        self._whom = whom
        self._traces = Traces(whom.addresses)
        conn.create_function("mentions", 1, self._traces.inside, deterministic=True)
        conn.create_function("blotted", 1, self._traces.masked, deterministic=True)

    def erase(self) -> Erased:
        """Do all of it; returns what was erased."""
        for table in TABLES:
            self._conn.execute(f"drop table if exists temp.gone_{table}")
            self._conn.execute(f"create temp table gone_{table} (id integer primary key)")
        self._choose()
        hashes, proofs = self._hashes(), self._proofs()
        erased = Erased(
            badges=self._count("assertion"),
            documents=self._count("document"),
            images=self._count("image"),
            problems=self._count("problem"),
            collections=self._count("collection"),
            accounts=tuple(tuple(row) for row in self._conn.execute(_ACCOUNTS)),
            sources=tuple(row[0] for row in self._conn.execute(_SOURCES)),
            hashes=hashes,
            proofs=proofs,
        )
        for statement in statements(ERASE):
            self._conn.execute(statement)
        self._blot()
        recount(self._conn)
        for table in TABLES:
            self._conn.execute(f"drop table temp.gone_{table}")
        return erased

    def _choose(self) -> None:
        conn = self._conn
        for learner in self._whom.learners:
            conn.execute("insert into temp.gone_learner values (?)", (learner,))
        for statement in statements(CHOOSE_PEOPLE):
            conn.execute(statement)
        awarded = set(self._awarded())
        conn.executemany(
            "insert or ignore into temp.gone_assertion values (?)", ((one,) for one in awarded)
        )
        for statement in statements(CHOOSE_REST):
            conn.execute(statement)
        for number in sourcefile.long_ones(conn):
            if self._traces.inside_pieces(sourcefile.pieces(conn, number)):
                conn.execute("insert or ignore into temp.gone_source_file values (?)", (number,))

    def _awarded(self) -> list[int]:
        """Return the badges whose recipient is one of the addresses, plainly or as a hash."""
        spellings = tuple(
            dict.fromkeys(
                spelling for one in self._whom.addresses for spelling in case_variants(one)
            )
        )
        plain = {one.casefold() for one in spellings}
        found = []
        for row in self._conn.execute(_RECIPIENTS):
            number, identity, hashed, salt = row
            if hashed:
                recipient = Recipient(identity, "email", hashed=True, salt=salt)
                awarded = any(matches(recipient, one) for one in spellings)
            else:
                awarded = identity.strip().casefold() in plain
            if awarded:
                found.append(number)
        return found

    def _hashes(self) -> tuple[str, ...]:
        rows = self._conn.execute(_HASHES)
        return tuple(str(row[0]).partition("$")[2].strip() for row in rows)

    def _proofs(self) -> tuple[bytes, ...]:
        proofs = [row[0] for row in self._conn.execute(_DIGESTS, (_PROOFS,))]
        for (content,) in self._conn.execute(_CONTENTS, (_SMALLEST_PROOF, _LARGEST_PROOF, _PROOFS)):
            proofs.append(content.encode() if isinstance(content, str) else content)
        return tuple(proofs)

    def _count(self, table: str) -> int:
        row = self._conn.execute(f"select count(*) from temp.gone_{table}").fetchone()  # noqa: S608 - our own table names
        return int(row[0])

    def _blot(self) -> None:
        for table, columns in _OUR_WORDS.items():
            for column in columns:
                self._conn.execute(
                    f"update {table} set {column} = blotted({column}) where mentions({column})"  # noqa: S608 - our own names
                )


# Badges of their own whose recipient says nothing are worth asking; of others' only the award.
_RECIPIENTS = """
select id, recipient_identity, recipient_hashed, recipient_salt from assertion
where recipient_identity is not null
  and (not coalesce(recipient_hashed, 0) or learner_id is null or learner_id in gone_learner)
"""
_TOLD = """
select account_address.value from account_address join account on account.id = account_id
where account.learner_id = ? order by account_address.id
"""
_ACCOUNTS = """
select destination.kind || ':' || destination.url, account.username from account
join destination on destination.id = account.destination_id where account.id in gone_account
"""
_SOURCES = """
select distinct source.place from sighting join source on source.id = sighting.source_id
where sighting.id in gone_sighting order by 1
"""
_HASHES = """
select distinct recipient_identity from assertion where id in gone_assertion and recipient_hashed
  and lower(recipient_identity) not in (select lower(recipient_identity) from assertion
    where recipient_hashed and id not in gone_assertion)
"""
_DIGESTS = """
select digest from document where id in gone_document
union all select digest from image where id in gone_image
union all select digest from assertion where id in gone_assertion limit ?
"""
_CONTENTS = """
select content from document where id in gone_document
  and length(cast(content as blob)) between ? and ? limit ?
"""

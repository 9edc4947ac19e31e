"""The database dump of a Mozilla Backpack (mysqldump), plain or packed.

It holds everything a Backpack knew: badges, images, collections, stories and people. Read twice:
first all but the images, then the images, each badge as its image comes. Passwords, tokens and
codes are never looked at. Reference page mozilla-backpack.md, 1 to 1.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Match
from migrator.sources.found import FoundLearner, Outcome, Problem, Severity, Yielded
from migrator.sources.mysqldump import Broken, Dump
from migrator.sources.mysqlgrammar import MAKE_AGAIN, refuse_other_formats
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.window import decompressed_head

from ._mozilla_badges import Badges
from ._mozilla_collections import read_collections
from ._mozilla_rows import locate
from ._mozilla_spool import Spool, spool
from ._mozilla_tables import KEEP

_HEAD_BYTES = 64 << 10
_HEADS_IN_A_PLACE = 4
_NAMES_LOOKED_AT = 10_000
_DUMP_NAME = re.compile(r"\.(?:sql|dump|mysqldump)(?:\.(?:gz|bz2|xz))?$", re.IGNORECASE)
_BADGE_SQL = re.compile(r"(?:^|/)badge\.sql$")
_HEADER = re.compile(rb"-- (?:MySQL|MariaDB) dump |^CREATE TABLE ", re.MULTILINE)
_BADGE_TABLE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?[`\"]?badge[`\"]? \(([^;]*)")
_BADGE_COLUMNS = (b"body_hash", b"image_path")

_WITHOUT_SECRETS = {"badge", "badge_image", "group", "portfolio"}
_EXPECTED = {
    "badge_image": "the badges' pictures are missing",
    "group": "collections are missing",
    "user": "the learners' names and further addresses are missing",
}
_NOT_A_BACKPACK = (
    "is not the dump of a Mozilla Backpack: it has no table badge with the columns body and "
    "body_hash."
)
_DUMP_THE_BACKPACK = "Make a dump of the database the Backpack used, and archive that."
_TAB = "This was made with `mysqldump --tab` (one file a table), which is not read."


class MozillaMysql:
    """Reads a dump on its own, or every dump in a folder or ZIP."""

    name = "mozilla-mysql"
    title = "Mozilla Backpack database dump"
    reads = "a mysqldump file of a Mozilla Backpack: .sql, also packed as .gz, .bz2 or .xz"

    def detect(self, place: Place) -> Match | None:
        """Say whether this place is, or holds, a database dump."""
        if place.kind == "file":
            return _judge(place.head(), place.label)
        members = list(islice(place.members(), _NAMES_LOOKED_AT))
        if _made_with_tab(members):
            why = "It holds a Backpack's tables as written by mysqldump --tab."
            return Match(80, why, whole=True)
        matches = [
            _judge(_peek(place, member), place.locator(member))
            for member in islice(filter(_is_dump, members), _HEADS_IN_A_PLACE)
        ]
        return max(filter(None, matches), key=lambda match: match.confidence, default=None)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield people, then collections, then badges; raises SourceUnreadable for what is none."""
        if place.kind == "file":
            for member in place.members():
                try:
                    yield from _read_dump(place, member)
                except MemberUnreadable as error:
                    raise _unreadable(error) from error
            return
        if _made_with_tab(list(islice(place.members(), _NAMES_LOOKED_AT))):
            raise SourceUnreadable(_TAB, MAKE_AGAIN)
        refused = SourceUnreadable(f"{place.label} holds no database dump.", _DUMP_THE_BACKPACK)
        read = 0
        for member in place.members():
            if not _is_dump(member):
                yield place.foreign(member)
                continue
            try:
                yield from _read_dump(place, member)
                read += 1
            except SourceUnreadable as error:
                refused = error
                yield Problem(place.locator(member), "not_a_backpack_dump", str(error))
            except MemberUnreadable as error:
                refused = _unreadable(error)
                yield place.problem(member, error)
        if not read:
            raise refused


def _unreadable(error: MemberUnreadable) -> SourceUnreadable:
    return SourceUnreadable(error.sentence, "Then archive it again.")


def _is_dump(member: Member) -> bool:
    return _DUMP_NAME.search(member.name) is not None


def _made_with_tab(members: list[Member]) -> bool:
    names = {member.name for member in members}
    return any(name[: -len("sql")] + "txt" in names for name in names if _BADGE_SQL.search(name))


def _peek(place: Place, member: Member) -> bytes:
    try:
        return place.peek(member, _HEAD_BYTES // _HEADS_IN_A_PLACE)
    except MemberUnreadable:
        return b""


def _judge(first: bytes, label: str) -> Match | None:
    """Say what the first bytes of a file tell; never raises."""
    head = decompressed_head(first)
    try:
        refuse_other_formats(head)
    except SourceUnreadable as refused:
        return Match(60, refused.what)
    table = _BADGE_TABLE.search(head)
    if table and all(column in table[1] for column in _BADGE_COLUMNS):
        return Match(95, "It is a MySQL dump with the Mozilla Backpack's table badge.")
    if _HEADER.search(head):
        return Match(10, "It is a MySQL dump, though its beginning shows no Backpack.")
    if first and not head and _DUMP_NAME.search(label):
        # A block of bzip2 can be larger than what may be looked at here.
        return Match(30, "By its name it is a packed database dump.")
    return None


def _read_dump(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    prefix = f"{label}, "
    with spool() as kept:
        with place.open(member) as stream:
            yield from _first_pass(Dump(stream, KEEP), kept, label)
        kept.seal()
        yield from _learners(kept, prefix)
        yield from read_collections(kept, prefix)
        badges = Badges(kept, prefix)
        with place.open(member) as stream:
            for found in badges.with_images(Dump(stream, {"badge_image"})):
                if not isinstance(found, Broken):
                    yield found
                elif found.table == "badge_image" and found.code != "dump_cut":
                    yield _problem(found, prefix)
        yield from badges.without_images()
        yield from badges.deleted()


def _first_pass(dump: Dump, kept: Spool, label: str) -> Iterator[Problem]:
    prefix, cut = f"{label}, ", False
    for row in dump:
        if isinstance(row, Broken):
            cut = cut or row.code == "dump_cut"
            yield _problem(row, prefix)
            continue
        if row.table == "badge" and not {"body", "body_hash"}.issubset(row.columns):
            break
        if not KEEP[row.table](kept, row):
            yield Problem(
                locate(prefix, row.table, row.number, None),
                "row_without_id",
                "This row does not say what it belongs to. Look at it in the database.",
                _raw(row.table, repr(row.values).encode()),
            )
    if not {"body", "body_hash"}.issubset(dump.tables.get("badge", ())):
        raise SourceUnreadable(f"{label} {_NOT_A_BACKPACK}", _DUMP_THE_BACKPACK)
    for table, what in _EXPECTED.items():
        if table not in dump.tables and not cut:
            yield Problem(
                f"{prefix}table {table}",
                "table_missing",
                f"The dump has no table {table}, so {what}. "
                "If you can, make the dump of the whole database and archive it too.",
                severity=Severity.WARNING,
            )


def _learners(kept: Spool, prefix: str) -> Iterator[FoundLearner | Problem]:
    for row in kept.learners():
        locator = locate(prefix, "user", row.number, row.id)
        addresses = tuple(address for address in row.addresses if address)
        if addresses:
            yield FoundLearner(locator, addresses, row.name)
        else:
            yield Problem(
                locator,
                "learner_without_address",
                "This user has no e-mail address, so nobody can be told apart by it. "
                "The badges, if any, were read.",
            )


def _problem(broken: Broken, prefix: str) -> Problem:
    severity = Severity.WARNING if broken.code == "not_sql" else Severity.PROBLEM
    locator = prefix + broken.locator
    return Problem(locator, broken.code, broken.sentence, _raw(broken.table, broken.raw), severity)


def _raw(table: str | None, raw: bytes) -> bytes:
    return raw if table in _WITHOUT_SECRETS else b""

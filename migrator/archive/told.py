"""Accounts as a file tells of them: which addresses belong into which account of a destination."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.matching import rematch

_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of such a file: an account, and the addresses whose badges belong into it."""

    number: int
    username: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An account that is known already, and what the file says differently of its addresses."""

    line: int
    username: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a file came to: `accounts = new + changed + known`.

    `changes` are the first of the changed ones; `left` are accounts the file says nothing of whose
    addresses have all gone to others, and which were removed because nobody has used them.
    """

    accounts: int
    new: int
    changed: int
    known: int
    changes: tuple[Changed, ...]
    left: tuple[str, ...]

    @property
    def balances(self) -> bool:
        """Whether every account of the file is accounted for."""
        return self.accounts == self.new + self.changed + self.known


class Telling:
    """Takes the lines of one file, and then keeps what they say, all of it or nothing.

    Lines wait in a temporary table, so memory does not grow with the file.
    """

    def __init__(self, archive: Archive, destination_id: int) -> None:
        self._archive = archive
        self._conn = archive.conn
        self._destination = destination_id

    def take(self, lines: Iterable[Line], watch: Callable[[int], None]) -> None:
        """Take lines, each asked about with `conflict` before; `watch` is told their numbers."""
        for table in _TABLES:
            self._conn.execute(f"drop table if exists temp.{table}")
        for statement in _TEMPORARY.split(";\n"):
            self._conn.execute(statement)
        # One transaction of the temporary database alone: the archive is not locked meanwhile.
        self._conn.execute("begin")
        try:
            for line in lines:
                self._conn.executemany(
                    "insert or ignore into temp.told_line (line, username, value) values (?, ?, ?)",
                    ((line.number, line.username, one) for one in line.addresses),
                )
                watch(line.number)
        finally:
            self._conn.execute("commit")

    def conflict(self, line: Line) -> tuple[str, int] | None:
        """Return an address of the line that an earlier one gives to another account, and where."""
        for address in line.addresses:
            row = self._conn.execute(
                "select line from temp.told_line where value = ? and username <> ?",
                (address, line.username),
            ).fetchone()
            if row is not None:
                return address, int(row[0])
        return None

    def keep(self) -> Told:
        """Write what the lines say; raises ArchiveLocked while a plan is being made."""
        told = {"destination": self._destination, "now": self._archive.now()}
        with leased(self._archive, "plan", "accounts import"), self._archive.writing() as conn:
            before = conn.execute("select coalesce(max(id), 0) from account").fetchone()[0]
            for statement in _COMPARE:
                conn.execute(statement, told)
            changes = self._changes(before)
            changed = conn.execute(
                "select count(distinct account_id) from temp.told_change where account_id <= ?",
                (before,),
            ).fetchone()[0]
            for statement in _APPLY:
                conn.execute(statement, told)
            conn.execute(_KEEP_USED)
            left = tuple(row[0] for row in conn.execute(_LEFT))
            for statement in _REMOVE_LEFT:
                conn.execute(statement, told)
            rematch(conn, self._destination, self._archive.now())
            accounts, new = conn.execute(
                "select count(*), count(*) filter (where id > ?) from temp.told_account", (before,)
            ).fetchone()
        return Told(accounts, new, changed, accounts - new - changed, changes, left)

    def _changes(self, before: int) -> tuple[Changed, ...]:
        rows = self._conn.execute(_CHANGED, (before, _EXAMPLES)).fetchall()
        return tuple(
            Changed(row["line"], row["username"], *map(self._of_change, (row["id"],) * 2, (1, 0)))
            for row in rows
        )

    def _of_change(self, account_id: int, added: int) -> tuple[str, ...]:
        rows = self._conn.execute(
            "select value from temp.told_change where account_id = ? and added = ? order by value",
            (account_id, added),
        )
        return tuple(row[0] for row in rows)


_TABLES = ("told_line", "told_account", "told_change", "told_left")
_TEMPORARY = """
create temp table told_line (line integer not null, username text not null collate nocase,
  value text not null collate nocase, primary key (value)) without rowid;
create index temp.told_line_username on told_line (username);
create temp table told_account (id integer primary key, line integer not null,
  username text not null collate nocase);
create temp table told_change (account_id integer not null, added integer not null,
  value text not null collate nocase, primary key (account_id, added, value)) without rowid;
create index temp.told_change_value on told_change (value, added);
create temp table told_left (id integer primary key)
"""
# In another spelling it is another address: backpacks compare letter by letter.
_COMPARE = (
    """
insert into account (destination_id, username, addresses)
select :destination, username, '{}' from temp.told_line where not exists (select 1 from account
  where destination_id = :destination and account.username = told_line.username)
group by username order by min(line)
""",
    """
insert into temp.told_account select account.id, min(line), account.username from temp.told_line
join account on account.destination_id = :destination and account.username = told_line.username
group by account.id
""",
    """
insert into temp.told_change select told_account.id, 1, value from temp.told_account
join temp.told_line on told_line.username = told_account.username
where not exists (select 1 from account_address where account_id = told_account.id
  and destination_id = :destination and account_address.value = told_line.value
  and account_address.value = told_line.value collate binary)
""",
    """
insert into temp.told_change select account_id, 0, value from account_address
join temp.told_account on told_account.id = account_id
where not exists (select 1 from temp.told_line
  where told_line.value = account_address.value
    and told_line.value = account_address.value collate binary
    and told_line.username = told_account.username)
""",
)
_CHANGED = """
select id, line, username from temp.told_account
where id <= ? and id in (select account_id from temp.told_change) order by line limit ?
"""
# Addresses that accounts outside of the file had until now are these accounts' from here on.
_APPLY = (
    """
insert into temp.told_left select distinct account_address.account_id from account_address
join temp.told_change on told_change.value = account_address.value and added
where destination_id = :destination and account_address.account_id <> told_change.account_id
  and account_address.account_id not in (select id from temp.told_account)
""",
    """
delete from account_address where destination_id = :destination
  and value in (select value from temp.told_change)
  and (account_id in (select id from temp.told_left)
    or account_id in (select account_id from temp.told_change))
""",
    """
insert into account_address (account_id, destination_id, value, told_at)
select account_id, :destination, value, :now from temp.told_change where added
""",
)
_LEFT = """
select username from account where id in (select id from temp.told_left) order by id
"""
_KEEP_USED = """
delete from temp.told_left where id in (select account_id from account_address)
  or id in (select id from account where signed_in_at is not null or refused_at is not null)
  or id in (select account_id from transfer where attempts)
  or id in (select account_id from remote_collection)
"""
_REMOVE_LEFT = (
    """
update transfer set state = 'held', reason = null, account_id = null, route = null, input = null,
  detail = 'its account was removed: plan again', due_at = null, changed_at = :now
where account_id in (select id from temp.told_left)
""",
    "update verdict set account_id = null where account_id in (select id from temp.told_left)",
    "delete from account where id in (select id from temp.told_left)",
)

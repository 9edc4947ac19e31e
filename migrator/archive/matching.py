"""Accounts of a destination matched with the learners of the archive, by the addresses of both.

An account is known by the addresses `accounts import` was told, by its name, and by the learner
whose addresses it had confirmed at its last sign-in. A learner is somebody who holds a badge.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from migrator.archive.archive import Archive

_BATCH = 500


class State(StrEnum):
    """What an account was matched with: one learner, several, one who has another, or nobody."""

    MATCHED = "matched"
    SEVERAL = "several_learners"
    SECOND = "second_account"
    NOBODY = "no_learner"


@dataclass(frozen=True, slots=True)
class AccountMatch:
    """An account with the learners it was matched with.

    `told` are the addresses from the file; `by` those that a learner is known under; `learners` the
    first address of each of them; `first` the account that the badges of a second one go to.
    """

    username: str
    state: State
    told: tuple[str, ...]
    by: tuple[str, ...]
    learners: tuple[str, ...]
    badges: int
    signed_in_at: str | None
    refusal: str | None
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A learner without an account: the addresses, and how many badges wait for one."""

    addresses: tuple[str, ...]
    name: str | None
    badges: int


@dataclass(frozen=True, slots=True)
class Matching:
    """How accounts and learners fit together, in numbers that add up.

    `accounts` are by state; `learners = with_account + undecided + without`, and so are badges;
    `badges_of_nobody` are those whose learner is not known.
    """

    accounts: dict[State, int]
    learners: int
    with_account: int
    undecided: int
    without: int
    badges: int
    badges_with_account: int
    badges_undecided: int
    badges_without: int
    badges_of_nobody: int

    @property
    def balances(self) -> bool:
        """Whether every learner and every badge is accounted for."""
        return self.learners == self.with_account + self.undecided + self.without and (
            self.badges
            == self.badges_with_account
            + self.badges_undecided
            + self.badges_without
            + self.badges_of_nobody
        )


def match(archive: Archive, destination_id: int) -> Matching:
    """Match every account of a destination; what is asked next is answered from this."""
    conn = archive.conn
    _find(conn, destination_id)
    states = dict.fromkeys(State, 0)
    for state, number in conn.execute("select state, count(*) from temp.match_account group by 1"):
        states[State(state)] = number
    groups = {row[0]: (row[1], row[2]) for row in conn.execute(_LEARNERS)}
    matched, undecided, without = (
        groups.get(one, (0, 0)) for one in ("with_account", "undecided", "without")
    )
    (everything,) = conn.execute("select count(*) from assertion").fetchone()
    (held_by,) = conn.execute(
        "select count(*) from learner where exists"
        " (select 1 from assertion where assertion.learner_id = learner.id)"
    ).fetchone()
    (nobodys,) = conn.execute("select count(*) from assertion where learner_id is null").fetchone()
    return Matching(
        accounts=states,
        learners=held_by,
        with_account=matched[0],
        undecided=undecided[0],
        without=without[0],
        badges=everything,
        badges_with_account=matched[1],
        badges_undecided=undecided[1],
        badges_without=without[1],
        badges_of_nobody=nobodys,
    )


def accounts(archive: Archive, limit: int | None = None) -> Iterator[AccountMatch]:
    """Yield the accounts of the last `match`: those that need a decision first, then by name."""
    for row in _rows(archive, _ACCOUNTS, limit):
        yield AccountMatch(
            username=row["username"],
            state=State(row["state"]),
            told=tuple(json.loads(row["told"])),
            by=tuple(json.loads(row["by"])),
            learners=tuple(json.loads(row["learners"])),
            badges=row["badges"],
            signed_in_at=row["signed_in_at"],
            refusal=row["refusal"],
            first=row["first"],
        )


def unmatched(archive: Archive, limit: int | None = None) -> Iterator[Unmatched]:
    """Yield the learners without an account of the last `match`, the most badges first."""
    for row in _rows(archive, _UNMATCHED, limit):
        yield Unmatched(tuple(json.loads(row["addresses"])), row["name"], row["badges"])


def rematch(conn: sqlite3.Connection, destination_id: int, now: str) -> None:
    """Give each account that has not signed in the one learner it is matched with, if it is one.

    What was planned for an account whose learner is another one now is put back, to be planned
    again.
    """
    _find(conn, destination_id)
    conn.execute("drop table if exists temp.match_anew")
    conn.execute("create temp table match_anew (id integer primary key, learner_id integer)")
    conn.execute(_ANEW)
    conn.execute(
        "update account set learner_id = (select learner_id from temp.match_anew"
        " where match_anew.id = account.id) where id in (select id from temp.match_anew)"
    )
    conn.execute(_PLAN_ANEW, (now,))


def _find(conn: sqlite3.Connection, destination_id: int) -> None:
    for table in ("match", "match_account"):
        conn.execute(f"drop table if exists temp.{table}")
    for statement in _MATCH.split(";\n"):
        conn.execute(statement, {"destination": destination_id})


def _rows(archive: Archive, query: str, limit: int | None) -> Iterator[sqlite3.Row]:
    """Yield the rows of a query over temporary tables; nothing else is changed meanwhile."""
    found = archive.conn.execute(query, (-1 if limit is None else limit,))
    while rows := found.fetchmany(_BATCH):
        yield from rows


_MATCH = """
create temp table match (account_id integer not null, learner_id integer not null,
  value text not null, primary key (account_id, learner_id, value)) without rowid;
insert into temp.match select account_address.account_id, identity.learner_id, identity.value
from account_address join identity on identity.value = account_address.value collate nocase
where account_address.destination_id = :destination
union select account.id, identity.learner_id, identity.value
from account join identity on identity.value = account.username collate nocase
where account.destination_id = :destination
union select account.id, account.learner_id, account.username
from account where account.destination_id = :destination and signed_in_at is not null
  and learner_id is not null;
delete from temp.match where not exists
  (select 1 from assertion where assertion.learner_id = match.learner_id);
create index temp.match_learner on match (learner_id, account_id);
create temp table match_account (id integer primary key, state text not null, learner_id integer);
insert into temp.match_account
select id, case learners when 0 then 'no_learner' when 1 then 'matched' else 'several_learners' end,
  iif(learners = 1, learner_id, null)
from (select account.id, count(distinct match.learner_id) as learners,
    min(match.learner_id) as learner_id from account
  left join temp.match on match.account_id = account.id
  where account.destination_id = :destination group by account.id);
create index temp.match_account_learner on match_account (learner_id, state, id);
-- The plan sends a learner's badges to the account that was known first.
update temp.match_account set state = 'second_account' where state = 'matched'
  and exists (select 1 from temp.match_account as other
    where other.learner_id = match_account.learner_id and other.id < match_account.id)
"""
_LEARNERS = """
select case
    when exists (select 1 from temp.match_account where match_account.learner_id = held.learner_id
      and state = 'matched') then 'with_account'
    when exists (select 1 from temp.match where match.learner_id = held.learner_id)
      then 'undecided' else 'without' end as place, count(*), sum(badges)
from (select learner_id, count(*) as badges from assertion where learner_id is not null
  group by learner_id) as held group by place
"""
_ACCOUNTS = """
select account.username, match_account.state, account.signed_in_at,
  account.refusal || ' (' || substr(account.refused_at, 1, 10) || ')' as refusal,
  (select json_group_array(value) from (select value from account_address
    where account_id = account.id order by id)) as told,
  (select json_group_array(value) from (select distinct value from temp.match
    where account_id = account.id order by value)) as "by",
  (select json_group_array((select value from identity
      where identity.learner_id = one.learner_id order by id limit 1))
    from (select distinct learner_id from temp.match where account_id = account.id) as one)
    as learners,
  (select count(*) from assertion where learner_id in
    (select learner_id from temp.match where account_id = account.id)) as badges,
  iif(match_account.state = 'second_account', (select other.username from account as other
    where other.id = (select min(id) from temp.match_account as known
      where known.learner_id = match_account.learner_id)), null) as "first"
from temp.match_account join account on account.id = match_account.id
order by match_account.state = 'matched', match_account.state <> 'several_learners', account.id
limit ?
"""
_UNMATCHED = """
select learner.name, held.badges, (select json_group_array(value) from (select value from identity
  where identity.learner_id = held.learner_id order by id)) as addresses
from (select learner_id, count(*) as badges from assertion where learner_id is not null
  group by learner_id) as held
join learner on learner.id = held.learner_id
where not exists (select 1 from temp.match where match.learner_id = held.learner_id)
order by held.badges desc, held.learner_id limit ?
"""
_ANEW = """
insert into temp.match_anew select account.id, match_account.learner_id
from temp.match_account join account on account.id = match_account.id
where account.signed_in_at is null and account.learner_id is not match_account.learner_id
"""
_PLAN_ANEW = """
update transfer set state = 'held', reason = null, account_id = null, route = null, input = null,
  detail = 'whose account it is was changed: plan again', due_at = null, changed_at = ?
where account_id in (select id from temp.match_anew)
  and state in ('planned', 'held', 'waiting', 'refused')
  and reason is not 'deleted_there'
"""

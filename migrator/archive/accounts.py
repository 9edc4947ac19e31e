"""Destinations and the accounts learners have there; never a password or token."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.people import People
from migrator.openbadges.model import Addresses


@dataclass(frozen=True, slots=True)
class SavedDestination:
    """A destination the archive has been used with."""

    id: int
    kind: str
    url: str

    @property
    def name(self) -> str:
        """What a person types to mean it."""
        return f"{self.kind}:{self.url}"


@dataclass(frozen=True, slots=True)
class Account:
    """A learner's account at a destination, with the addresses it had at the last sign-in.

    One that has not signed in yet is taken to have those that `accounts import` was told. `refusal`
    is what the destination said when it refused the password, with the day.
    """

    id: int
    destination_id: int
    username: str
    learner_id: int | None
    addresses: Addresses
    signed_in: bool = True
    refusal: str | None = None


def destinations(archive: Archive) -> list[SavedDestination]:
    """Return every destination of the archive, oldest first."""
    return [
        SavedDestination(*row)
        for row in archive.all("select id, kind, url from destination order by id")
    ]


def save_destination(archive: Archive, kind: str, url: str) -> SavedDestination:
    """Return the archive's row for a destination, made if need be."""
    with archive.writing() as conn:
        conn.execute("insert or ignore into destination (kind, url) values (?, ?)", (kind, url))
        row = conn.execute(
            "select id, kind, url from destination where kind = ? and url = ?", (kind, url)
        ).fetchone()
    return SavedDestination(*row)


def accounts(archive: Archive, destination_id: int) -> list[Account]:
    """Return the accounts known at a destination, oldest first."""
    rows = archive.all(f"{_ACCOUNT} where destination_id = ? order by id", destination_id)
    return [_account(row) for row in rows]


def accounts_for(archive: Archive, destination_id: int, learner_id: int | None) -> list[Account]:
    """Return the accounts one learner's badges may go to, oldest first.

    Of a badge whose learner is not known those are two of the destination's, or the only one.
    """
    if learner_id is None:
        rows = archive.all(f"{_ACCOUNT} where destination_id = ? limit 2", destination_id)
    else:
        rows = archive.all(
            f"{_ACCOUNT} where learner_id = ? and destination_id = ? order by id",
            *(learner_id, destination_id),
        )
    return [_account(row) for row in rows]


def account(archive: Archive, account_id: int) -> Account | None:
    """Return one account, None when it is gone."""
    row = archive.one(f"{_ACCOUNT} where id = ?", account_id)
    return None if row is None else _account(row)


def find_account(archive: Archive, destination_id: int, username: str) -> Account | None:
    """Return the account of this name at a destination, whatever its capitals."""
    row = archive.one(
        f"{_ACCOUNT} where destination_id = ? and username = ?", destination_id, username
    )
    return None if row is None else _account(row)


def save_account(
    archive: Archive, destination_id: int, username: str, addresses: Addresses
) -> Account:
    """Note a sign-in: the account, its addresses now, and the learner they belong to.

    Only confirmed addresses tie an account to a learner (anybody can claim an address), and what
    an admin has told of the account.
    """
    facts = json.dumps(
        {
            "verified": addresses.verified,
            "unverified": addresses.unverified,
            "variants": addresses.variants,
        }
    )
    with archive.writing() as conn:
        learner = _learner(conn, destination_id, username, addresses.verified)
        conn.execute(
            "insert into account (destination_id, learner_id, username, addresses, signed_in_at)"
            " values (?, ?, ?, ?, ?) on conflict (destination_id, username) do update set"
            " learner_id = excluded.learner_id, addresses = excluded.addresses,"
            " signed_in_at = excluded.signed_in_at, refused_at = null, refusal = null",
            (destination_id, learner, username, facts, archive.now()),
        )
        row = conn.execute(
            f"{_ACCOUNT} where destination_id = ? and username = ?", (destination_id, username)
        ).fetchone()
    return _account(row)


def note_refusal(archive: Archive, account_id: int, said: str) -> None:
    """Note that the destination refused an account's password, so that nobody tries it again."""
    with archive.writing() as conn:
        conn.execute(
            "update account set refused_at = ?, refusal = ? where id = ?",
            (archive.now(), said, account_id),
        )


def _learner(
    conn: sqlite3.Connection, destination_id: int, username: str, verified: tuple[str, ...]
) -> int | None:
    """Return the learner of an account that has confirmed these addresses.

    Where a told address is known of just one learner with badges, the account is theirs, unless the
    confirmed ones are known of somebody else with badges.
    """
    if not verified:
        return None
    told = dict(conn.execute(_TOLD_LEARNERS, (destination_id, username)).fetchall())
    if len(told) == 1:
        ((learner, address),) = told.items()
        holders = (conn.execute(_HOLDERS, (one.strip(),)).fetchall() for one in verified)
        if all(row[0] == learner for rows in holders for row in rows):
            return People(conn, lambda: None).learner((address, *verified))
    return People(conn, lambda: None).learner(verified)


_ACCOUNT = """
select id, destination_id, username, learner_id, addresses, signed_in_at, refused_at, refusal,
  (select json_group_array(value) from (select value from account_address
    where account_id = account.id order by account_address.id)) as told
from account
"""
_TOLD_LEARNERS = """
select identity.learner_id, identity.value from account
join account_address on account_address.account_id = account.id
join identity on identity.value = account_address.value collate nocase
where account.destination_id = ? and account.username = ?
  and exists (select 1 from assertion where assertion.learner_id = identity.learner_id)
"""
_HOLDERS = """
select learner_id from identity where value = ? collate nocase
  and exists (select 1 from assertion where assertion.learner_id = identity.learner_id)
"""


def _account(row: sqlite3.Row) -> Account:
    facts = json.loads(row["addresses"]) or {}
    addresses = Addresses(**{key: tuple(values) for key, values in facts.items()})
    signed_in = row["signed_in_at"] is not None
    if not (signed_in or addresses.all):
        addresses = Addresses(tuple(json.loads(row["told"])) or (row["username"],))
    refusal = f"{row['refusal']} ({row['refused_at'][:10]})" if row["refused_at"] else None
    return Account(
        *(row["id"], row["destination_id"], row["username"], row["learner_id"]),
        *(addresses, signed_in, refusal),
    )

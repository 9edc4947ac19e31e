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
    """A learner's account at a destination, with the addresses it had at the last sign-in."""

    id: int
    destination_id: int
    username: str
    learner_id: int | None
    addresses: Addresses


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
    rows = archive.all(
        "select id, destination_id, username, learner_id, addresses from account"
        " where destination_id = ? order by id",
        destination_id,
    )
    return [_account(row) for row in rows]


def save_account(
    archive: Archive, destination_id: int, username: str, addresses: Addresses
) -> Account:
    """Note a sign-in: the account, its addresses now, and the learner they belong to.

    Only confirmed addresses tie an account to a learner: anybody can claim an address.
    """
    facts = json.dumps(
        {
            "verified": addresses.verified,
            "unverified": addresses.unverified,
            "variants": addresses.variants,
        }
    )
    with archive.writing() as conn:
        learner = None
        if addresses.verified:
            learner = People(conn, lambda: None).learner(addresses.verified)
        conn.execute(
            "insert into account (destination_id, learner_id, username, addresses, signed_in_at)"
            " values (?, ?, ?, ?, ?) on conflict (destination_id, username) do update set"
            " learner_id = excluded.learner_id, addresses = excluded.addresses,"
            " signed_in_at = excluded.signed_in_at",
            (destination_id, learner, username, facts, archive.now()),
        )
        row = conn.execute(
            "select id, destination_id, username, learner_id, addresses from account"
            " where destination_id = ? and username = ?",
            (destination_id, username),
        ).fetchone()
    return _account(row)


def _account(row: sqlite3.Row) -> Account:
    facts = {key: tuple(values) for key, values in json.loads(row["addresses"]).items()}
    return Account(
        row["id"],
        row["destination_id"],
        row["username"],
        row["learner_id"],
        Addresses(**facts),
    )

"""A shard: the part of all accounts and badges that one of many pushes sees to."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Self

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.ledger import DUE, moments
from migrator.archive.selection import EVERYTHING, Selection, Where
from migrator.archive.totals import DestinationTotal, StateTotal

_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` parts, counted from 1; 0 is another name for the last.

    So a scheduler that counts from 0 to `of - 1` and one that counts from 1 to `of` both name each
    part once.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def written(cls, text: str) -> Self:
        """Return the shard that is written as 17/1000; raises Usage for what is none."""
        number, _, of = text.partition("/")
        if not (_is_number(number) and _is_number(of) and int(number) <= int(of) <= _MOST):
            raise errors.Usage(
                f"{text} is no shard.", "Write which part of how many, such as 17/1000."
            )
        if not int(of):
            raise errors.Usage("There are no 0 shards.", "Write 1/1 for all of it.")
        return cls(int(number) or int(of), int(of))

    @classmethod
    def all_of(cls, of: int) -> list[Self]:
        """Return all parts, first to last."""
        return [cls(number, of) for number in range(1, of + 1)]

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return self.of == 1

    def has(self, username: str) -> bool:
        """Say whether the account of this name is in it, however its capitals are.

        By the account's name, not by its learner: a sign-in may show that two learners are one, and
        an account must not change its shard while others are at work. A learner's badges go into
        one account, so a person's order and token stay in one shard either way.
        """
        return zlib.crc32(username.casefold().encode()) % self.of == self.number % self.of

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Shard()


def accounts(archive: Archive, destination_id: int, shard: Shard) -> list[int]:
    """Return the ids of a shard's accounts at a destination, in their order."""
    rows = archive.all(
        "select id, username from account where destination_id = ? order by id", destination_id
    )
    return [row[0] for row in rows if shard.has(row[1])]


def count_due(
    archive: Archive, destination_id: int, shard: Shard, selection: Selection = EVERYTHING
) -> int:
    """Return how many transfers of a shard can be sent now, of those selected."""
    where = selection.of("transfer.assertion_id")
    row = archive.one(
        "select count(*) from transfer"  # noqa: S608 - our own names
        " where transfer.account_id in (select value from json_each(?))"
        " and (state in ('planned', 'sending')"
        f" or (state = 'waiting' and {DUE})){where.text}",
        *(json.dumps(accounts(archive, destination_id, shard)), *moments(archive), *where.values),
    )
    return int(row[0]) if row else 0


def total(
    archive: Archive,
    destination_id: int,
    name: str,
    shard: Shard,
    selection: Selection = EVERYTHING,
) -> DestinationTotal:
    """Return the states of a shard's badges at a destination, of those selected.

    A badge that has no account there (yet) is counted by its learner, so that each badge of the
    archive is in one shard: the totals of all shards add up to that of the archive.
    """
    ours = json.dumps(accounts(archive, destination_id, shard))
    meant = selection.where()
    lone = Where(
        f" and coalesce(assertion.learner_id, assertion.id) % ? = ?{meant.text}", meant.values
    )
    place = (shard.of, shard.number % shard.of)
    states = archive.all(
        _STATES.format(meant=meant.text, lone=lone.text),
        *(ours, *meant.values, destination_id, *place, *meant.values),
    )
    (not_planned,) = archive.all(
        _NOT_PLANNED.format(lone=lone.text), *(destination_id, *place, *meant.values)
    )
    there = archive.one("select count(*) from account where destination_id = ?", destination_id)
    found = tuple(StateTotal(*row) for row in states)
    badges = sum(one.badges for one in found) + int(not_planned[0])
    return DestinationTotal(name, int(there[0]) if there else 0, found, int(not_planned[0]), badges)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))


# An account is in one destination only: the first part need not ask for it.
_STATES = """
select state, reason, sum(badges) from (
  select transfer.state, transfer.reason, count(*) as badges from transfer
  join assertion on assertion.id = transfer.assertion_id
  where transfer.account_id in (select value from json_each(?)){meant}
  group by transfer.state, transfer.reason
  union all
  select transfer.state, transfer.reason, count(*) from transfer
  join assertion on assertion.id = transfer.assertion_id
  where transfer.account_id is null and transfer.destination_id = ?{lone}
  group by transfer.state, transfer.reason)
group by state, reason order by sum(badges) desc
"""
_NOT_PLANNED = """
select count(*) from assertion where not exists (select 1 from transfer
  where transfer.assertion_id = assertion.id and transfer.destination_id = ?){lone}
"""

"""A push that is one of many: its options, and what it says of its part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from migrator.archive.shard import Shard
    from migrator.archive.totals import DestinationTotal

OfShard = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="N/OF",
        help="Push one of so many parts of the accounts, such as 17/1000; 0 is the last.",
    ),
]
SideBySide = Annotated[
    int,
    typer.Option(
        "--side-by-side",
        min=1,
        metavar="N",
        help="So many pushes run at once, here or elsewhere: take an Nth of the pace that the"
        " destination likes.",
    ),
]


def named(text: str | None, username: str | None) -> Shard:
    """Return the shard that is meant, all of it where none is named; raises Usage."""
    from migrator import errors
    from migrator.archive.shard import WHOLE, Shard

    if text is None:
        return WHOLE
    if username is not None:
        raise errors.Usage(
            "--as names one account, and --shard a part of all.", "Take one of them."
        )
    return Shard.written(text)


def shard_line(shard: Shard, of_shard: DestinationTotal, of_all: DestinationTotal) -> str:
    """Say what became of a shard, and how many badges are in the others."""
    from migrator.report.words import badges, transfer_balance

    others = of_all.badges - of_shard.badges
    return f"Shard {shard}: {transfer_balance(of_shard)} In the other shards: {badges(others)}."

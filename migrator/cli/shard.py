"""A push that is one of many: its options, and what it says of its part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.archive.shard import Shard
    from migrator.archive.totals import DestinationTotal
    from migrator.cli.console import Console
    from migrator.cluster.job import Done
    from migrator.cluster.standing import Standing
    from migrator.transfer.shard import Counts

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
    """Say what became of a shard's badges (those selected), and how many others there are."""
    from migrator.report.words import badges, transfer_balance

    others = of_all.badges - of_shard.badges
    return f"Shard {shard}: {transfer_balance(of_shard)} All others: {badges(others)}."


def say_done(console: Console, done: Done) -> None:
    """Say what became of one shard."""
    console.say(f"  Shard {done.shard}: {done.trouble or _balance(done.counts)}")


def end(
    console: Console, standings: Sequence[Standing], kind: str, *, interrupted: bool = False
) -> None:
    """Say how the shards stand, and end with the code that fits; `kind` is the command's name."""
    from dataclasses import asdict

    facts = [{**asdict(one), "missing": one.missing} for one in standings]
    console.result(kind, {"interrupted": interrupted, "destinations": facts})
    for one in standings:
        _say_standing(console, one)
    if not standings:
        console.say("Nothing was submitted. Next: badge-migrator cluster submit --to DESTINATION")
    code = (
        130 if interrupted else max((_code(one) for one in standings), key=_ORDER.index, default=0)
    )
    if code:
        raise typer.Exit(code)


def _say_standing(console: Console, one: Standing) -> None:
    from migrator.report.words import plain

    parts = [
        f"{one.states[state]:,} {word}" for state, word in _WORDS.items() if state in one.states
    ]
    for shard, trouble in list(one.troubles.items())[:_SHOWN]:
        console.say(f"  Shard {shard}: {plain(trouble)}")
    if len(one.troubles) > _SHOWN:
        console.say(f"  ... and {len(one.troubles) - _SHOWN:,} more shards with trouble.")
    if one.workers:
        console.say(f"Workers at work: {', '.join(one.workers)}")
    console.say(
        f"{one.destination}: {one.shards:,} shards = {' + '.join(parts)}; missing: {one.missing}."
    )
    console.last(f"Pushed so far: {_balance(one.counts)}")
    if one.counts.shut_out:
        console.say(f"{one.counts.shut_out:,} accounts could not sign in.")


def _balance(counts: Counts) -> str:
    from migrator.archive.totals import DestinationTotal, StateTotal
    from migrator.report.words import transfer_balance

    states = tuple(StateTotal(state, None, count) for state, count in counts.states.items())
    return transfer_balance(DestinationTotal("", 0, states, counts.not_planned, counts.badges))


def _code(one: Standing) -> int:
    counts = one.counts
    if one.missing or counts.missing:
        return 1
    if one.open:
        return 4
    if counts.shut_out:
        return 5
    if one.troubles or one.states.get("failed") or counts.left or counts.not_planned:
        return 4
    return 3 if counts.states.get("refused") or counts.states.get("held") else 0


_SHOWN = 20
_ORDER = (0, 3, 4, 5, 1)
_WORDS = {
    "finished": "finished",
    "running": "being pushed",
    "queued": "waiting for a worker",
    "delayed": "to be tried again later",
    "failed": "failed",
}

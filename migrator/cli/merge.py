"""`badge-migrator merge`: join the archives of a cohort into one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, AsJson

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.life.union import Joined


def merge(
    others: Annotated[
        list[Path], typer.Argument(metavar="OTHER", help="The archives to join; they stay as is.")
    ],
    into: Annotated[
        Path,
        typer.Option(
            "--into",
            "--archive",
            "-a",
            envvar="BADGE_MIGRATOR_ARCHIVE",
            metavar="FILE",
            help="The archive they become part of; made if it is not there.",
        ),
    ] = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Take everything that other archives hold over into one.

    Each of them is read through first, and nothing is written if one cannot be trusted. Joining
    again adds nothing.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.life.foreign import examine

    console = Console(as_json)
    badges = {}
    for other in others:
        badges[other] = examine(other, into)
        console.say(f"{other}: {badges[other]:,} badges, undamaged.")
    with Archive.open(into) as opened:
        joined = [_join_one(opened, other, badges[other], console) for other in badges]
    console.result("merge", {"archive": str(into), "joined": [_facts(one) for one in joined]})
    console.last(f"Next: badge-migrator status --archive {into}")


def _join_one(opened: Archive, other: Path, badges: int, console: Console) -> Joined:
    from migrator import errors
    from migrator.archive.life.union import join
    from migrator.cli.progress import progress

    with progress(f"Joining {other.name}", badges) as show:
        joined = join(opened, other, show)
    console.say(
        f"{other}: {joined.badges:,} badges = {joined.archived:,} archived"
        f" + {joined.known:,} known; missing: {joined.badges - joined.archived - joined.known}."
    )
    if not joined.balances:
        raise errors.MigratorError(f"The books of {other} do not balance.", "Please report it.")
    return joined


def _facts(joined: Joined) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(joined)

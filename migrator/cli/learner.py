"""`badge-migrator learner`: see who is who, and put it right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.consent import Yes, agreed
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from pathlib import Path

    from migrator.archive.archive import Archive
    from migrator.archive.life.learners import Change, Learner

learner = typer.Typer(help="See who is who in the archive, and put it right.", no_args_is_help=True)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An address of the learner.")]


@learner.command("list")
def list_(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A part of the address or name.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """List the learners with this text in an address or the name."""
    from dataclasses import asdict

    from migrator.archive.archive import Archive
    from migrator.archive.life.learners import known

    console = Console(as_json)
    with Archive.read(archive_file) as opened:
        found = known(opened, text)
    for one in found:
        console.say(_line(one))
    console.result("learners", {"learners": [asdict(one) for one in found]})
    if not found:
        complain(f"Nobody in {archive_file} is known as {text}.")
        raise typer.Exit(3)


@learner.command()
def merge(
    address: Address,
    other: Annotated[str, typer.Argument(metavar="ADDRESS", help="An address of the other one.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make one learner of two, with all addresses, badges, collections and accounts."""
    from migrator.archive.life.learners import merge as work

    _change(
        archive_file,
        Console(as_json),
        lambda opened, keep: work(opened, address, other, keep=keep),
        ("The two become one learner:", "They are one learner already."),
        yes=yes,
    )


@learner.command()
def split(
    address: Address,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make a learner of their own of an address and the badges awarded to it or found under it."""
    from migrator.archive.life.learners import split as work

    _change(
        archive_file,
        Console(as_json),
        lambda opened, keep: work(opened, address, keep=keep),
        ("The learner becomes two:", "This address is a learner of its own already."),
        yes=yes,
    )


@learner.command("add-email")
def add_email(
    address: Address,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The address to add.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Note another address of a learner, so that badges awarded to it are recognised."""
    from migrator.archive.life.learners import add_address

    _change(
        archive_file,
        Console(as_json),
        lambda opened, keep: add_address(opened, address, new, keep=keep),
        ("The learner is known under one more address:", "This address is noted already."),
        yes=yes,
    )


def _change(
    archive_file: Path,
    console: Console,
    work: Callable[[Archive, bool], Change],
    sentences: tuple[str, str],
    *,
    yes: bool,
) -> None:
    """Show what a change does, ask, and do it."""
    from migrator import errors
    from migrator.archive.archive import Archive

    Archive.read(archive_file).close()  # none is made where there is none
    with Archive.open(archive_file) as opened:
        shown = work(opened, False)
        console.say(sentences[0] if shown.done else sentences[1])
        for one in shown.learners:
            console.say(_line(one))
        if shown.planned_anew:
            console.say(f"{shown.planned_anew:,} transfers are put back, to be planned again.")
        if shown.done and not agreed("Do it?", yes=yes, asking=not console.json):
            raise errors.Usage("Nothing was changed.")
        done = work(opened, True) if shown.done else shown
    console.result("learner", _facts(done))
    if done.planned_anew:
        console.last("Next: badge-migrator plan --to DESTINATION")


def _facts(change: Change) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(change)


def _line(one: Learner) -> str:
    from migrator.report.words import plain

    name = plain(one.name) if one.name else "no name"
    return (
        f"  {name}: {plain(', '.join(one.addresses))}"
        f" ({one.badges:,} badges, {one.collections:,} collections, {one.accounts:,} accounts)"
    )

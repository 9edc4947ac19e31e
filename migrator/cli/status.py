"""`badge-migrator status`: totals, or one learner's story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.archive import Archive


def status(
    who: Annotated[
        str | None,
        typer.Argument(metavar="[EMAIL]", help="A learner's address (or part of it, or a name)."),
    ] = None,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    problems: Annotated[
        bool, typer.Option("--problems", help="List everything that could not be read.")
    ] = False,
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where the badges are: all of them in numbers, or one learner's in words."""
    from migrator.archive.archive import Archive
    from migrator.report.words import masked

    console = Console(as_json, change=masked if mask else None)
    with Archive.read(archive_file) as opened:
        if who is not None:
            _stories(opened, who, console)
        elif problems:
            _problems(opened, console)
        else:
            _totals(opened, console)


def _totals(opened: Archive, console: Console) -> None:
    from migrator.archive.totals import totals
    from migrator.report.summary import summary_lines

    found = totals(opened)
    console.lines(summary_lines(found))
    console.result("status", found)
    if not found.destinations:
        console.last("Next: badge-migrator plan --to DESTINATION")


def _stories(opened: Archive, who: str, console: Console) -> None:
    from dataclasses import asdict

    from migrator.archive.stories import learners_like, story
    from migrator.report.story import story_lines

    found = [story(opened, one) for one in learners_like(opened, who)]
    for one in found:
        console.lines(story_lines(one))
        console.say()
    console.result("learners", {"learners": [asdict(one) for one in found]})
    if not found:
        complain(
            f"Nobody in {opened.path} is known as {who}. Try a part of the address or the name;"
            " a badge may also be under an older address."
        )
        raise typer.Exit(3)


def _problems(opened: Archive, console: Console) -> None:
    from dataclasses import asdict

    from migrator.archive.totals import problems
    from migrator.report.words import plain

    found = problems(opened)
    for one in found:
        console.say(f"{one.severity}: {plain(one.source)}, {plain(one.locator)}")
        console.say(f"  {plain(one.sentence)}")
    console.say(f"{len(found):,} listed.")
    console.result("problems", {"problems": [asdict(one) for one in found]})

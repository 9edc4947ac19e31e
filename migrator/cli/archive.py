"""`badge-migrator archive`: read sources into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.intake import SourceRead


def archive(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE", help="Files, folders or ZIPs that hold badges."),
    ],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", help="Read as this kind of source instead of recognising it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep every badge of a source, byte for byte, in one local file.

    Nothing is sent anywhere, and reading the same source again adds nothing.
    """
    from migrator.archive.archive import Archive

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        if not opened.shared:
            complain(
                f"{archive_file} is on a network drive: it is slower there, and only one command"
                " can use it at a time."
            )
        reads = [read_one(opened, source, adapter, console) for source in sources]
    console.result("archive", {"archive": str(archive_file), "sources": [_facts(r) for r in reads]})
    console.last("Next: badge-migrator status, or badge-migrator plan --to DESTINATION")
    if any(read.counts.problems for read in reads):
        raise typer.Exit(3)


def read_one(
    opened: Archive, source: Path, adapter_name: str | None, console: Console
) -> SourceRead:
    """Read one source, showing progress, and say what it came to."""
    from migrator.archive.intake import Counts, first_problems, read_source
    from migrator.cli.progress import progress
    from migrator.report.words import found_balance, plain
    from migrator.sources import registry
    from migrator.sources.place import open_place

    with open_place(source) as place:
        if adapter_name is None:
            recognised = registry.recognise(place)
            adapter = recognised.adapter
            console.say(f"{plain(place.label)}: {recognised.match.why}")
        else:
            adapter = registry.adapter_named(adapter_name)
        with progress(f"Reading {plain(place.label)}") as show:

            def watch(counts: Counts) -> None:
                show(counts.found)

            read = read_source(opened, adapter, place, watch)
    for locator, sentence in first_problems(opened, read.source_id):
        console.say(f"  {plain(locator)}: {plain(sentence)}")
    if read.counts.problems > 10:
        console.say("  ... all of them: badge-migrator status --problems")
    console.last(found_balance(read.counts))
    return read


def _facts(read: SourceRead) -> dict[str, object]:
    from dataclasses import asdict

    return {"adapter": read.adapter, "source": read.label, **asdict(read.counts)}

"""`badge-migrator archive`: read sources into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, Map, Set, Sources

if TYPE_CHECKING:
    from migrator.archive.intake import SourceRead


def archive(
    sources: Sources,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", help="Read as this kind of source instead of recognising it."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--as", "--email", metavar="EMAIL", help="Whose badges to ask a live source for."
        ),
    ] = None,
    settings: Set = None,
    settings_file: Map = None,
    as_json: AsJson = False,
) -> None:
    """Keep every badge of a source, byte for byte, in one local file.

    Nothing is sent anywhere (a live source such as badgr-api:eu is only asked), and reading the
    same source again adds nothing.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.reading import Wanted, check_sources, read_all

    console = Console(as_json)
    chosen = chosen_settings(settings, settings_file)
    wanted = Wanted(tuple(sources), adapter, account, chosen, alone=len(sources) == 1)
    if not archive_file.exists():
        check_sources(wanted)
    with Archive.open(archive_file) as opened:
        if not opened.shared:
            complain(
                f"{archive_file} is on a network drive: it is slower there, and only one command"
                " can use it at a time."
            )
        read = read_all(opened, wanted, console)
    console.result(
        "archive",
        {
            "archive": str(archive_file),
            "sources": [_facts(one) for one in read.sources],
            "not_read": [{"source": name, "why": why} for name, why in read.not_read],
        },
    )
    console.last("Next: badge-migrator status, or badge-migrator plan --to DESTINATION")
    if not read.complete:
        raise typer.Exit(3)


def chosen_settings(pairs: list[str] | None, file: Path | None) -> Mapping[str, str]:
    """Return what --set and --map say; raises Usage."""
    if not pairs and file is None:
        return {}
    from migrator.sources import registry
    from migrator.sources.settings import gathered

    return gathered(pairs or (), file, registry.adapters())


def _facts(read: SourceRead) -> dict[str, object]:
    from dataclasses import asdict

    return {"adapter": read.adapter, "source": read.label, **asdict(read.counts)}

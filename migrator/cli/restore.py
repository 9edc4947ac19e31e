"""`badge-migrator restore`: every original file again, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.export.restore import Restored

_KIND_WORDS = {
    "image": "baked images",
    "file": "other files",
    "assertion": "assertions",
    "badge_class": "badge classes",
    "issuer": "issuer profiles",
    "jws": "signatures",
    "problem": "files that could not be read",
    "warning": "pieces warned about",
}


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="LABEL", help="Only this source, as `status` names it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write back every original file, byte for byte, each source in a folder of its own.

    Each file is held against its digest. A different file that is there already is never
    overwritten; index.csv says which file is which badge.
    """
    from migrator.archive.archive import Archive
    from migrator.export.restore import restore as write_back

    console = Console(as_json)
    with Archive.read(archive_file) as opened, file_by_file("Restoring") as watch:
        restored = write_back(opened, folder, source, watch)
    _say(console, folder, restored)
    console.result("restore", restored)
    if restored.damages:
        complain_of_damage(restored.damages, restored.damaged)


@contextmanager
def file_by_file(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show progress, and let Ctrl-C wait until a file is whole; the second one stops at once."""
    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable

    with stoppable("this file") as asked, progress(what, total, "files") as show:

        def watch(done: int) -> None:
            show(done)
            if asked():
                raise KeyboardInterrupt

        yield watch


def complain_of_damage(damages: int, first: tuple[str, ...]) -> None:
    """Say which rows were damaged and end with the exit code of a damaged archive."""
    from migrator.report.words import plain

    for sentence in first:
        complain(f"Damaged: {plain(sentence)}")
    rows = "row of the archive is" if damages == 1 else "rows of the archive are"
    complain(
        f"{damages:,} {rows} damaged and could not be written; everything else was."
        "\nWhat next: take the archive from your backup, or archive the source again."
    )
    raise typer.Exit(6)


def _say(console: Console, folder: Path, restored: Restored) -> None:
    parts = [
        f"{count:,} {_KIND_WORDS.get(kind, kind)}"
        for kind, count in restored.files.items()
        if count
    ]
    console.say(f"In the archive: {', '.join(parts) or 'nothing that stood in a file'}.")
    if restored.beside:
        console.say(
            f"{restored.beside:,} got a name of its own, because a different file had its name"
            " and nothing is overwritten; index.csv says which."
        )
    if restored.written:
        console.last(
            f"{restored.written:,} files written to {folder},"
            f" {restored.already_there:,} were there."
        )
    else:
        console.last(
            f"Nothing written: all {restored.already_there:,} files are in {folder} already."
        )

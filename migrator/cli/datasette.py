"""`badge-migrator datasette-metadata`: titles and descriptions for a look with Datasette."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile


def datasette_metadata(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON file to write.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
) -> None:
    """Write titles and descriptions of every table, view and column for Datasette.

    A bare Datasette opens the archive as it is; with this file it also says what it shows.
    """
    import json

    from migrator.archive.guide.describe import datasette_metadata as describe

    try:
        file.write_text(json.dumps(describe(archive_file.stem), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise errors.Usage(
            f"{file} cannot be written ({error.strerror}).", "Name another file."
        ) from error
    console = Console()
    console.say(f"Titles and descriptions are in {file}.")
    console.last(f"Next: datasette --immutable {archive_file} --metadata {file}")

"""`badge-migrator note`: something to be known about a learner."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson


def note(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="An address of the learner, or the name.")
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be known.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    author: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Who writes it; else your name here."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Note something about a learner; `status` and the desk show it to whoever asks next.

    A note is never sent anywhere, stands in no letter and no report, and goes with the learner when
    they are forgotten.
    """
    from migrator.archive import notes
    from migrator.archive.archive import Archive
    from migrator.cli.whose import learner_meant

    console = Console(as_json)
    Archive.read(archive_file).close()  # none is made where there is none
    with Archive.open(archive_file) as opened:
        learner = learner_meant(opened, email)
        assert learner is not None, "an address was given"
        written = notes.write(opened, learner, author or _who(), text)
    console.result("note", {"learner": learner, "note": written})
    console.last(f"Noted. Next: badge-migrator status {email}")


def _who() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a process without a user, as in some containers
        return "somebody"

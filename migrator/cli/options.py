"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_ARCHIVE = Path("badge-archive.db")

ArchiveFile = Annotated[
    Path,
    typer.Option(
        "--archive",
        "-a",
        envvar="BADGE_MIGRATOR_ARCHIVE",
        metavar="FILE",
        help="The archive to work on.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object for programs instead of text.")
]
Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Files, folders or ZIPs that hold badges, or live sources such as"
        " mozilla-displayer:https://HOST.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Say what a source does not say itself, such as column.email=Mail or"
        " wwwroot=https://moodle.example.org; `inspect` shows what can be set.",
    ),
]
Map = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE", help="Take such settings from a JSON file."),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="DESTINATION",
        help="The backpack, such as badgr:eu or badgr:https://badgr.example.org;"
        " `badge-migrator destinations` lists what is known.",
    ),
]
Via = Annotated[
    str | None,
    typer.Option(
        "--via",
        metavar="URL",
        help="Ask this local address instead of the real hosts (a rehearsal's web of issuers).",
    ),
]
Username = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="The account at the destination."),
]
PublishCollections = Annotated[
    bool,
    typer.Option(
        "--publish-collections",
        help="Make collections public again that were public in the source.",
    ),
]
CheckWeb = Annotated[
    bool, typer.Option("--check", help="Ask the issuers' web sites, one badge after the other.")
]

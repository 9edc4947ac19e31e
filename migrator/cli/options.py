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
PasswordCommand = Annotated[
    str | None,
    typer.Option(
        "--password-command",
        envvar="BADGE_MIGRATOR_PASSWORD_COMMAND",
        metavar="COMMAND",
        help="Ask this command for passwords, such as 'pass show badgr/{username}'; it is run"
        " without a shell, and what it prints is never logged.",
    ),
]
OfLearner = Annotated[
    list[str] | None,
    typer.Option("--learner", metavar="EMAIL", help="Only this learner's badges; repeatable."),
]
OfIssuer = Annotated[
    list[str] | None,
    typer.Option(
        "--issuer", metavar="NAME", help="Only this issuer's badges (name or host); repeatable."
    ),
]
OfBadgeClass = Annotated[
    list[str] | None,
    typer.Option(
        "--badge-class",
        metavar="NAME",
        help="Only of this badge class (name or address); repeatable.",
    ),
]
IssuedAfter = Annotated[
    str | None,
    typer.Option("--issued-after", metavar="DAY", help="Only issued on this day or later."),
]
IssuedBefore = Annotated[
    str | None,
    typer.Option("--issued-before", metavar="DAY", help="Only issued before this day."),
]
OfSource = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only found in this source; repeatable."),
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

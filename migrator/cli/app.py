"""The command line: every command by name, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from migrator import __version__, errors
from migrator.cli.console import complain
from migrator.cli.group import Group, Line

_NAME = "badge-migrator"
_GREETING = """\
badge-migrator keeps your old Open Badges safe and moves them to a new backpack.

Three commands to start with:

  badge-migrator archive YOUR-FILE.zip     keep every badge in one local file
  badge-migrator status                    see what is in it
  badge-migrator migrate YOUR-FILE.zip --to badgr:eu --as YOU@EXAMPLE.ORG
                                           archive, check and move, all in one

Nothing leaves your computer before you name a backpack with --to.
To see it all at work on example data first: badge-migrator demo
All commands: badge-migrator --help"""

_OWN = "Keep badges and move them to a new backpack"
_MANY = "Move the badges of many people (administrators)"
_DESK = "Answer questions (support; `status WHO` does it, too)"
_CARE = "Look after the archive"
_TRY = "Try it out, and see what is known"

# A command is one line here: its task, its name, what its help says first, and, where they are
# called otherwise, module:attribute in migrator/cli. It is imported when somebody asks for it.
COMMANDS = (
    Line(_OWN, "archive", "Keep every badge of a source, byte for byte, in one local file."),
    Line(
        _OWN,
        "status",
        "Say where the badges are: all of them in numbers, or one learner's in words.",
    ),
    Line(
        _OWN,
        "migrate",
        "Archive, sign in, plan and push in one go; run it again to go on after any stop.",
    ),
    Line(
        _OWN, "login", "Sign in at a destination and tie the account to the learner in the archive."
    ),
    Line(
        _OWN,
        "album",
        "Make a learner's album: pages to look at, without the internet, each badge to download.",
    ),
    Line(
        _OWN,
        "export",
        "Take badges out of the archive: pictures, a bag, documents, a learner's package.",
    ),
    Line(
        _MANY,
        "accounts",
        "For admins: the accounts of a cohort, matched with the learners of the archive.",
    ),
    Line(
        _MANY,
        "verify",
        "Ask the issuers' hosts what is still there: documents, pictures, revocations, keys.",
    ),
    Line(_MANY, "recover", "Look in web archives for what its own host no longer serves."),
    Line(
        _MANY,
        "plan",
        "Say of each badge what the destination will do with it, why, and which way it takes.",
    ),
    Line(_MANY, "push", "Send what is planned, one durable step at a time."),
    Line(
        _MANY,
        "cluster",
        "Push the shards of a large cohort side by side, on this computer or on many.",
    ),
    Line(
        _MANY,
        "reconcile",
        "Compare what the archive knows with what each account holds over there, and put it right.",
    ),
    Line(
        _MANY,
        "retry",
        "Plan again what was refused or held back, after somebody has put it right.",
    ),
    Line(_MANY, "reaward", "For admins: award badges anew that cannot be moved."),
    Line(
        _MANY,
        "letter",
        "Write a letter to the issuer of badges that cannot be moved, with the files it needs"
        " back.",
    ),
    Line(
        _MANY,
        "report",
        "Write how the migration stands as one web page, and as tables, Markdown or letters.",
    ),
    Line(
        _DESK,
        "serve",
        "Open the desk for support staff: search, learners, badges and boards in a browser.",
    ),
    Line(
        _DESK,
        "note",
        "Note something about a learner; `status` and the desk show it to whoever asks next.",
    ),
    Line(
        _DESK,
        "datasette-metadata",
        "Write titles and descriptions of every table, view and column for Datasette.",
        "datasette",
    ),
    Line(
        _CARE,
        "check",
        "Read every byte of the archive back, and say what is damaged and what hangs on it.",
    ),
    Line(_CARE, "manifest", "One line that stands for every kept file, and a signed list of them."),
    Line(_CARE, "learner", "See who is who in the archive, and put it right."),
    Line(_CARE, "merge", "Take everything that other archives hold over into one."),
    Line(
        _CARE,
        "forget",
        "Remove a person: every address, badge and trace; only that it happened is recorded.",
    ),
    Line(
        _CARE,
        "restore",
        "Write back every original file, byte for byte, each source in a folder of its own.",
    ),
    Line(
        _TRY, "demo", "Show the whole journey on example data, against a backpack on this computer."
    ),
    Line(_TRY, "rehearse", "Rehearse a migration against a backpack on this computer."),
    Line(
        _TRY,
        "inspect",
        "Tell what a file or folder is and which badges are in it; nothing is written.",
    ),
    Line(
        _TRY,
        "adapters",
        "List the kinds of sources that can be read: files, and hosts that are asked live.",
        "lists",
    ),
    Line(_TRY, "destinations", "List the backpacks that badges can be pushed to.", "lists"),
)


class _Commands(Group):
    lines = COMMANDS


app = typer.Typer(
    cls=_Commands,
    name=_NAME,
    help="Rescue Open Badges from legacy backpacks: keep them in a local archive, move what can"
    " be moved, and say of every badge where it is. The help of each command ends with examples.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def greet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Greet whoever comes without a command."""
    if version:
        print(f"badge-migrator {__version__}")
    elif context.invoked_subcommand is None:
        print(_GREETING)


def main() -> None:
    """Run the command line; this is the one boundary where errors become words and exit codes."""
    if "_BADGE_MIGRATOR_COMPLETE" in os.environ:
        from migrator.cli.completion import answer

        answer(lambda: app(prog_name=_NAME))
    try:
        app(prog_name=_NAME)
    except errors.MigratorError as error:
        complain(error.what)
        if error.next_step:
            complain(f"What next: {error.next_step}")
        sys.exit(error.exit_code)

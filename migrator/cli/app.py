"""The command line: every command by name, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from migrator import __version__, errors
from migrator.cli.accounts import accounts
from migrator.cli.album import album
from migrator.cli.archive import archive
from migrator.cli.check import check
from migrator.cli.console import complain
from migrator.cli.datasette import datasette_metadata
from migrator.cli.demo import demo
from migrator.cli.export import export
from migrator.cli.forget import forget
from migrator.cli.inspect import inspect
from migrator.cli.learner import learner
from migrator.cli.letter import letter
from migrator.cli.lists import adapters, destinations
from migrator.cli.login import login
from migrator.cli.manifest import manifest
from migrator.cli.merge import merge
from migrator.cli.migrate import migrate
from migrator.cli.plan import plan
from migrator.cli.push import push
from migrator.cli.reaward import reaward
from migrator.cli.recover import recover
from migrator.cli.rehearse import rehearse
from migrator.cli.report import report
from migrator.cli.restore import restore
from migrator.cli.retry import retry
from migrator.cli.status import status
from migrator.cli.verify import verify

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


class _Stoppable(TyperGroup):
    """The commands; typer would swallow Ctrl-C without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; raises Interrupted for Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise errors.Interrupted(
                "Stopped.",
                "Run the same command again to go on; nothing is lost or done twice.",
            ) from error


app = typer.Typer(
    cls=_Stoppable,
    name="badge-migrator",
    help="Rescue Open Badges from legacy backpacks: keep them in a local archive, move what can"
    " be moved, and say of every badge where it is.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    *(migrate, archive, verify, recover, plan, push, status, report, retry, login, restore),
    *(check, datasette_metadata),
    *(merge, forget),
    album,
    letter,
    *(inspect, adapters, destinations, demo),
):
    app.command()(command)
app.add_typer(manifest, name="manifest")
app.add_typer(learner, name="learner")
app.add_typer(accounts, name="accounts")
app.add_typer(reaward, name="reaward")
app.add_typer(rehearse, name="rehearse")
app.add_typer(export, name="export")


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
    try:
        app()
    except errors.MigratorError as error:
        complain(error.what)
        if error.next_step:
            complain(f"What next: {error.next_step}")
        sys.exit(error.exit_code)

"""Questions asked at the terminal; Ctrl-C there stops the command as it does everywhere."""

from __future__ import annotations

import typer

from migrator import errors


def ask(text: str, *, hidden: bool = False, err: bool = False) -> str:
    """Return what a person types, "" for nothing; raises Interrupted.

    `hidden` does not show it, `err` asks on standard error.
    """
    default = None if hidden else ""
    try:
        typed = typer.prompt(text, default=default, show_default=False, hide_input=hidden, err=err)
    except typer.Abort as error:
        raise errors.Interrupted("Stopped; nobody has signed in.", "Run it again.") from error
    return str(typed)

"""Consent: what a command that changes or removes asks before it goes on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from migrator import errors

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before it is done.")]


def agreed(question: str, *, yes: bool, asking: bool = True) -> bool:
    """Ask at the terminal, unless `yes` was said; raises errors.Usage where nobody can answer."""
    if yes:
        return True
    if not (asking and sys.stdin.isatty()):
        raise errors.Usage("Nobody is there to answer, so nothing was changed.", "Add --yes.")
    return typer.confirm(question, err=True)

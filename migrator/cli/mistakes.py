"""Mistyped command lines in our own words: what is wrong, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from migrator import errors

# What typer raises for a wrong command line; it exports only this one of the family.
_UsageError: Any = typer.BadParameter.__base__


@contextmanager
def in_words(command: Any, path: str) -> Iterator[None]:
    """Run a block; raises typer's errors about the line as errors.Usage. `path`: as typed."""
    try:
        yield
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help
            raise
        raise _explained(error, command, path) from error


def no_command(name: str, known: list[str], path: str) -> errors.Usage:
    """Return the error that there is no such command."""
    listed = f"`{path} --help` lists the commands."
    return errors.Usage(f"There is no command {path} {name}.", errors.meant(name, known, listed))


def _explained(error: Any, command: Any, path: str) -> errors.Usage:
    listed = f"`{path} --help` lists the options and shows examples."
    option = getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption":
        params = command.get_params(error.ctx) if error.ctx else command.params
        known = [name for param in params for name in param.opts]
        return errors.Usage(
            f"{path} has no option {option}.", errors.meant(str(option), known, listed)
        )
    said = str(error.format_message()).rstrip(".").replace("Input should be", "it must be")
    said, _, extra = said.partition(", unable to parse")[0].partition(" unexpected extra argument")
    if extra:
        words = extra.partition("(")[2].partition("(")[2].rstrip(")")
        return errors.Usage(
            f"{path} cannot take this too: {words}.", f"Put what has spaces in quotes. {listed}"
        )
    param = getattr(error, "param", None)
    if param is not None and type(error).__name__ == "MissingParameter":
        name = " ".join(filter(None, (*param.opts[-1:], param.metavar)))
        if param.param_type_name == "argument":
            name = param.metavar or param.name.upper()
        return errors.Usage(f"{path} needs {name}.", f"{param.help or ''} {listed}".strip())
    return errors.Usage(f"{said}.", listed)

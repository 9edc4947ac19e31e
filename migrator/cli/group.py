"""The commands by name: told from a table, and imported only when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

from migrator import errors
from migrator.cli.manners import in_colour, lighten, mannered
from migrator.cli.mistakes import in_words, no_command


@dataclass(frozen=True, slots=True)
class Line:
    """A command in the table: its task, its name, what it does in a line, and where it is.

    `module` is the module's name in migrator.cli, with `:attribute` where that is not called like
    the command; the attribute is a function, or a Typer with commands of its own.
    """

    task: str
    name: str
    summary: str
    module: str = ""

    def load(self) -> Any:
        """Import the command and return it as typer's own object; raises ImportError."""
        plain = self.name.replace("-", "_")
        module, _, attribute = (self.module or plain).partition(":")
        found = getattr(import_module(f"migrator.cli.{module}"), attribute or plain)
        holder = typer.Typer(add_completion=False, rich_markup_mode=None)
        holder.callback()(_nothing)
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=self.name)
        else:
            holder.command(self.name)(found)
        group: Any = typer.main.get_command(holder)
        command = group.commands[self.name]
        mannered(command, self.name)
        return command


class Group(TyperGroup):
    """The commands of a table; typer would import all of them, and swallow Ctrl-C without a word.

    A subclass names its table in `lines`.
    """

    lines: ClassVar[tuple[Line, ...]] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands(self.lines)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the words of a call; typer has added its own options by now."""
        lighten(self.get_params(ctx))
        with in_words(self, "badge-migrator"):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named; raises Usage with the one that may be meant."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            raise no_command(args[0], list(self.commands), "badge-migrator")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; raises Interrupted for Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise errors.Interrupted(
                "Stopped.",
                "Run the same command again to go on; nothing is lost or done twice.",
            ) from error

    def get_help(self, ctx: Any) -> str:
        """Return the help, on a terminal with its headings in bold."""
        return in_colour(super().get_help, ctx)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Offer names without importing what they name."""
        from migrator.cli.offers import Offer

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        fits = [line for line in self.lines if line.name.startswith(incomplete)]
        return [Offer(line.name, line.summary) for line in fits]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 # click's own call
        """Write the commands by task, as the table has them."""
        for task, lines in groupby(self.lines, key=lambda line: line.task):
            with formatter.section(task):
                formatter.write_dl([(line.name, line.summary) for line in lines])


class _Commands(MutableMapping[str, Any]):
    """Commands by name, each loaded when it is first asked for."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = {line.name: line for line in lines}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = self._lines[name].load()
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError(f"{name} belongs in the table of migrator/cli/app.py")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name} belongs in the table of migrator/cli/app.py")

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _nothing() -> None:
    """Stand for the callback of a group that is only a holder."""

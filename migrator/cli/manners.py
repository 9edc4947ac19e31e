"""What every command has alike: examples in its help, values offered to shells, a quick start."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.cli.mistakes import in_words, no_command
from migrator.cli.terminal import colours, emphasised

if TYPE_CHECKING:
    from migrator.cli.examples import Example

_PIECE = re.compile(r"""(?:--?\S+\s+(?!-))?(?:"[^"]*"|'[^']*'|\S+)""")
_KINDS = {"int": "N", "float": "N", "str": "TEXT", "path": "PATH"}
_UNUSUAL = ("parser", "exists", "resolve_path", "writable", "path_type")


def mannered(command: Any, path: str) -> None:
    """Give a command of typer's, and those within it, our manners; `path` is how it is called."""
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        mannered(one, f"{path} {name}")
    if inner:
        command.format_commands = partial(_write_commands, inner)
        command.resolve_command = partial(_resolved, inner, path, command.resolve_command)
    for param in command.params:
        param.shell_complete = partial(_offered, param, param.shell_complete)
        if hasattr(param, "display_type_rich"):
            param.display_type_rich = partial(_stands_for, param, param.display_type_rich)
        param.get_usage_pieces = partial(_in_usage, param.get_usage_pieces)
    command.parse_args = partial(_parsed, command, path, command.parse_args)
    command.get_help = partial(in_colour, command.get_help)
    command.format_epilog = partial(_write_examples, path)


def lighten(params: list[Any]) -> None:
    """Take plain texts and paths as they are typed: typer asks pydantic, which costs 60 ms."""
    for param in params:
        typers = getattr(param, "get_runtime_param", None)
        if typers is not None and not isinstance(typers, partial):
            param.get_runtime_param = partial(_Light, param, typers)


class _Light:
    """Turns what is typed into a value; what is not plain is left to typer."""

    def __init__(self, param: Any, typers: Any) -> None:
        self._typers = typers
        self._annotation = param.type_descriptor.annotation
        info = param.type_descriptor.parameter_info
        self._usual = not any(getattr(info, name, None) for name in _UNUSUAL)

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value; raises typer's BadParameter."""
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        if (many and value in ((), [])) or self._is_default(value, param):
            return value
        if self._usual and self._annotation is str and isinstance(value, str):
            return value
        if self._usual and self._annotation is Path and _is_path(value):
            return Path(value)
        if self._usual and self._annotation == list[str] and isinstance(value, (list, tuple)):
            return list(value)
        return self._typers().coerce(value, param=param, ctx=ctx)

    def _is_default(self, value: Any, param: Any) -> bool:
        return type(value) is self._annotation and value == param.default


def _is_path(value: Any) -> bool:
    """Whether it is one that typer would not complain of."""
    return isinstance(value, (str, Path)) and (
        not os.path.lexists(value) or os.access(value, os.R_OK)
    )


def _stands_for(param: Any, typers: Any, ctx: Any) -> str:
    """Return what stands for a value in the help; typer says <int range> or <list[str]>."""
    if param.param_type_name == "argument":
        return ""
    shown = str(typers(ctx=ctx) or "")
    return _KINDS.get(shown.strip("<>").removesuffix(" range"), shown)


def _in_usage(typers: Any, ctx: Any) -> list[str]:
    """Return arguments as they are in the usage; typer says {SOURCE}... and [[WHO]]."""
    return [
        piece.strip("{}").replace("}...", "...").replace("[[", "[").replace("]]", "]")
        for piece in typers(ctx)
    ]


def _parsed(command: Any, path: str, typers: Any, ctx: Any, args: list[str]) -> list[str]:
    lighten(command.get_params(ctx))  # --help is among them by now
    with in_words(command, f"badge-migrator {path}"):
        left: list[str] = typers(ctx, args)
    return left


def _resolved(commands: dict[str, Any], path: str, typers: Any, ctx: Any, args: list[str]) -> Any:
    if args[0] not in commands and not ctx.resilient_parsing:
        raise no_command(args[0], list(commands), f"badge-migrator {path}")
    return typers(ctx, args)


def in_colour(typers: Any, ctx: Any) -> str:
    """Return typer's help of a command, on a terminal with its headings in bold."""
    said: str = typers(ctx)
    if colours(sys.stdout):
        ctx.color = True
        return emphasised(said)
    return said


def _offered(param: Any, typers: Any, ctx: Any, incomplete: str) -> list[Any]:
    from migrator.cli.offers import offers

    found = offers(param, ctx.params, incomplete)
    return list(typers(ctx, incomplete)) if found is None else list(found)


def _write_commands(commands: dict[str, Any], _ctx: Any, formatter: Any) -> None:
    """Write what each command of a group does; typer would cut it off."""
    with formatter.section("Commands"):
        formatter.write_dl([(name, first_sentence(one.help)) for name, one in commands.items()])


def first_sentence(text: str) -> str:
    """Return the first sentence of a help text, in one line."""
    said = " ".join(text.partition("\n\n")[0].split())
    return said.partition(". ")[0].removesuffix(".") + "."


def _write_examples(path: str, _ctx: Any, formatter: Any) -> None:
    from migrator.cli.examples import EXAMPLES

    if path in EXAMPLES:
        formatter.write("\nExamples:\n")
        for example in EXAMPLES[path]:
            formatter.write(example_text(example, formatter.width))


def example_text(example: Example, width: int) -> str:
    """Return an example as lines that can be copied into a shell, however narrow the terminal."""
    said = textwrap.fill(f"# {example.what}", width, initial_indent="  ", subsequent_indent="  # ")
    lines = [""]
    # An option stays with its value, and what is in quotes in one piece.
    for piece in _PIECE.findall(f"badge-migrator {example.typed}"):
        if lines[-1] and len(lines[-1]) + len(piece) > width - 5:
            lines.append("    ")
        lines[-1] += f" {piece}" if lines[-1].strip() else piece
    return said + "\n" + " \\\n".join(f"  {line}" for line in lines) + "\n"

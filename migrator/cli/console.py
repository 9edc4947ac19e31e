"""Saying things: lines for people on standard output, one JSON object for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any, TextIO

from migrator.cli.terminal import bold, colours, fitted, painted, width


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command speaks. With `json`, people's lines are dropped and one object is printed.

    `change` is applied to every text on its way out (masking addresses).
    """

    json: bool = False
    change: Callable[[str], str] | None = None

    def say(self, text: str = "") -> None:
        """Print a line for people; on a terminal in its width, with its bars in colour."""
        if not self.json:
            _print(_shown(self.change(text) if self.change else text), sys.stdout)

    def row(self, text: str) -> None:
        """Print a line of a table for programs, as it is."""
        if not self.json:
            print(self.change(text) if self.change else text)

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines for people."""
        for line in lines:
            self.say(line)

    def last(self, text: str) -> None:
        """Print the line that counts, bold on a terminal."""
        if not self.json:
            text = _fitted(self.change(text) if self.change else text, sys.stdout)
            _print(bold(text) if colours(sys.stdout) else text, sys.stdout)

    def result(self, kind: str, facts: Any) -> None:
        """Print the result for programs: facts are dataclasses, dicts or lists of them."""
        if self.json:
            text = json.dumps({"type": kind, **_plain(facts)}, ensure_ascii=False)
            print(self.change(text) if self.change else text)


def complain(text: str) -> None:
    """Print to standard error."""
    _print(_fitted(text, sys.stderr), sys.stderr)


def _plain(facts: Any) -> dict[str, Any]:
    if is_dataclass(facts) and not isinstance(facts, type):
        return asdict(facts)
    return {
        key: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        for key, value in facts.items()
    }


def _print(text: str, stream: TextIO) -> None:
    """Print a line, above a progress bar where one is on the same terminal."""
    if "tqdm" in sys.modules and stream.isatty():
        from tqdm import tqdm

        tqdm.write(text, file=stream)
    else:
        print(text, file=stream)


def _fitted(text: str, stream: TextIO) -> str:
    columns = width(stream)
    return text if columns is None else fitted(text, columns)


def _shown(text: str) -> str:
    text = _fitted(text, sys.stdout)
    if not colours(sys.stdout):
        return text
    first, *others = text.split("\n")
    return "\n".join((painted(first), *others))

"""Saying things: lines for people on standard output, one JSON object for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command speaks. With `json`, people's lines are dropped and one object is printed.

    `change` is applied to every text on its way out (masking addresses).
    """

    json: bool = False
    change: Callable[[str], str] | None = None

    def say(self, text: str = "") -> None:
        """Print a line for people."""
        if not self.json:
            print(self.change(text) if self.change else text)

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines for people."""
        for line in lines:
            self.say(line)

    def last(self, text: str) -> None:
        """Print the line that counts, bold on a terminal."""
        self.say(_bold(text) if _colours() else text)

    def result(self, kind: str, facts: Any) -> None:
        """Print the result for programs: facts are dataclasses, dicts or lists of them."""
        if self.json:
            text = json.dumps({"type": kind, **_plain(facts)}, ensure_ascii=False)
            print(self.change(text) if self.change else text)


def complain(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr)


def _plain(facts: Any) -> dict[str, Any]:
    if is_dataclass(facts) and not isinstance(facts, type):
        return asdict(facts)
    return {
        key: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        for key, value in facts.items()
    }


def _colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m"

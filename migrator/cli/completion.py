"""Completion as shells ask for it; typer knows how, and this mends what bash hands over."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass

from migrator import errors

ASKED = "_BADGE_MIGRATOR_COMPLETE"
"""The environment variable by which a shell asks; typer's scripts set it."""
_SIGNS = frozenset(":=@")
_QUOTES = frozenset("\"'\\")
_UNQUOTED = re.compile(r"[^\w.@+:/%=,~-]")


@dataclass(frozen=True, slots=True)
class Mended:
    """A command line whose words are whole again.

    `cursor` is the number of the word that is completed; `behind` is how much of that word stands
    before the piece that bash will replace, and `quoted` that this piece has begun with a quote.
    """

    words: tuple[str, ...]
    cursor: int
    behind: str = ""
    quoted: bool = False


def answer(app: Callable[[], object]) -> None:
    """Answer a shell that asks; whatever goes wrong, nothing is printed into the typed line."""
    mended = None
    if os.environ.get(ASKED) == "complete_bash":
        mended = _from_bash()
    said = io.StringIO()
    code: object = 1
    try:
        with redirect_stdout(said), _without_rich():
            app()
    except SystemExit as end:
        code = end.code
        with suppress(BrokenPipeError):
            _print(said.getvalue(), mended)
    except (errors.MigratorError, OSError, ValueError):
        pass  # who has typed half a line is told nothing
    sys.exit(code)  # type: ignore[arg-type] # what typer has ended with


def mend(pieces: list[str], cursor: int) -> Mended:
    """Join what bash has cut at colons, equals and at signs: badgr : eu is one word.

    >>> mend(["login", "badgr", ":", "e"], 3)
    Mended(words=('login', 'badgr:e'), cursor=1, behind='badgr:', quoted=False)
    """
    words: list[str] = []
    at, behind, joining = len(pieces), "", False
    for number, piece in enumerate(pieces):
        sign = bool(piece) and set(piece) <= _SIGNS
        before = ""
        if words and (sign or joining):
            before = words[-1]
            words[-1] += piece
        else:
            words.append(piece)
        joining = sign
        if number == cursor:
            at = len(words) - 1
            behind = before + piece if sign else before
    if cursor >= len(pieces):
        at = len(words)
    if behind.startswith("-"):
        behind = behind.partition("=")[2]
    behind = behind.removesuffix("@")  # which bash replaces too, unlike the other signs
    quoted = cursor < len(pieces) and pieces[cursor][:1] in ("'", '"')
    return Mended(tuple(words), at, behind, quoted)


@contextmanager
def _without_rich() -> Iterator[None]:
    """Keep typer from drawing help texts with rich: it takes long, and breaks them in lines."""
    rich = sys.modules.get("rich")
    sys.modules["rich"] = None  # type: ignore[assignment] # how Python says: not to be imported
    try:
        yield
    finally:
        if rich is None:
            del sys.modules["rich"]
        else:
            sys.modules["rich"] = rich


def _from_bash() -> Mended | None:
    typed = os.environ.get("COMP_WORDS", "")
    cursor = os.environ.get("COMP_CWORD", "")
    if not cursor.isdecimal():
        return None
    mended = mend([one for one in typed.split("\n") if one], int(cursor))
    os.environ["COMP_WORDS"] = " ".join(shlex.quote(_read(one)) for one in mended.words)
    os.environ["COMP_CWORD"] = str(mended.cursor)
    return mended


def _read(word: str) -> str:
    """Return a word as bash reads it, its last quote open or not."""
    if not _QUOTES & set(word):
        return word
    for end in ("", '"', "'"):
        with suppress(ValueError):
            return "".join(shlex.split(word + end))
    return word


def _print(said: str, mended: Mended | None) -> None:
    for line in said.splitlines():
        print(_as_typed(line, mended) if mended else line)


def _as_typed(value: str, mended: Mended) -> str:
    """Return a value as bash is to put it into the line, where a blank would begin a new word."""
    typed = value if mended.quoted else _UNQUOTED.sub(r"\\\g<0>", value)
    return typed.removeprefix(mended.behind)

"""How lines look on a terminal: in its width, with colours where they are wanted."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import TextIO

# What stands before the words of a line: a bar and a number, a number, a reason, or nothing.
_BEFORE = re.compile(r"\s*[#.]{20,}\s+[\d,]+\s+|\s+[\d,]+\s{2,}|\s*")
_BAR = re.compile(r"(?P<before>\s*)(?P<full>#*)(?P<rest>\.*)(?P<behind>\s+[\d,]+\s+(?P<words>.+))")
_SHORTEST_BAR = 20
_TYPED = re.compile(r"\s*(?:Next: |To go on: )?badge-migrator ")
_QUOTED, _GLUE = re.compile(r"`[^`]+`"), "\x00"
_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS = {"good": "\x1b[32m", "ready": "\x1b[36m", "wait": "\x1b[33m", "stop": "\x1b[31m"}
_HEADING = re.compile(r"^(?! ).*:$|^Usage:", re.MULTILINE)
_REMARK = re.compile(r"^ +# .*$", re.MULTILINE)


def colours(stream: TextIO) -> bool:
    """Whether colours are wanted: NO_COLOR forbids them, FORCE_COLOR asks for them (not "0")."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int | None:
    """Return a terminal's columns (COLUMNS counts before what it says itself), None for a file."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def bold(text: str) -> str:
    """Return a text in bold."""
    return f"{_BOLD}{text}{_END}"


def fitted(text: str, columns: int) -> str:
    """Return a line broken for a terminal, its further lines below its first words.

    A command stays in one piece, so that it can be copied.
    """
    if len(text) <= columns or _TYPED.match(text):
        return text
    before = _BEFORE.match(text)
    hanging = len(before[0]) if before else 0
    if not text[:hanging].strip():
        hanging += 2
    whole = _QUOTED.sub(lambda found: found[0].replace(" ", _GLUE), text)
    filled = textwrap.fill(
        whole,
        columns,
        subsequent_indent=" " * min(hanging, columns // 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_GLUE, " ")


def painted(text: str) -> str:
    """Return a line with its bar in the colour of the state that it stands for."""
    bar = _BAR.fullmatch(text)
    if bar is None or len(bar["full"] + bar["rest"]) < _SHORTEST_BAR:
        return text
    colour = _COLOURS.get(_kind(bar["words"]), "")
    full, rest = _in(colour, bar["full"]), _in(_DIM, bar["rest"])
    return f"{bar['before']}{full}{rest}{bar['behind']}"


def emphasised(text: str) -> str:
    """Return a help with its headings in bold and the remarks of its examples dim."""
    text = _HEADING.sub(lambda found: f"{_BOLD}{found[0]}{_END}", text)
    return _REMARK.sub(lambda found: f"{_DIM}{found[0]}{_END}", text)


def _in(colour: str, text: str) -> str:
    return f"{colour}{text}{_END}" if colour and text else text


def _kind(words: str) -> str:
    from migrator.report.style import KINDS
    from migrator.report.words import SHOWN_WORDS

    # A group's bar is filled with what has arrived.
    return next((KINDS[state] for state, said in SHOWN_WORDS.items() if said == words), "good")

"""Tables in text files, read record by record as people and spreadsheets write them.

Any delimiter of comma, semicolon, tab and bar; quoted cells over several lines; UTF-8, UTF-16,
UTF-32 and Windows-1252, also mixed line by line; packed with gzip, bzip2 or xz. A quotation mark
that is never closed spoils its own line and no other. Nothing in a cell is ever evaluated.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from migrator.sources.window import Window

DELIMITERS = ",;\t|"
LONGEST = 1 << 20
"""Bytes one line may have; a longer one cannot be read."""
_MOST_LINES = 2_000
_RAW = 64 << 10
_LOOKED_AT = 64 << 10
_SAMPLE = 12
_BLANK = " \t\r\n\x00\ufeff"
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_OPEN = (
    "A quotation mark in this line is never closed, so it is not certain where its cells end. "
    "Correct it (or double the mark) and archive the file again."
)
_LONG = "This line is longer than any row of badges. Look at it in a text editor."


class Record(NamedTuple):
    """One row: the line it begins in (from 1), its cells without blanks around them, its bytes.

    `wrong` is a sentence when it cannot be read. Bytes of UTF-16 and UTF-32 come as UTF-8.
    """

    line: int
    cells: tuple[str, ...]
    raw: bytes
    wrong: str = ""


class CsvText:
    """Iterate over it once; blank lines are left out. `damage` says why a file ends too early."""

    def __init__(self, stream: BinaryIO, *, delimiter: str = "", encoding: str = "") -> None:
        self._window = Window(stream, LONGEST)
        self._window.ensure(_LOOKED_AT // 2)
        head = self._window.data[:_LOOKED_AT]
        self.encoding = encoding or encoding_of(head)
        self._lines = _Lines(self._window, self.encoding, head)
        self.delimiter = delimiter or delimiter_of(decoded_head(head, self.encoding))

    @property
    def damage(self) -> str:
        """Why the file could not be read to its end, "" when it could."""
        return self._window.damage

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines
        while True:
            number, taken = lines.number, _Taken(lines)
            try:
                cells = next(csv.reader(taken, delimiter=self.delimiter, strict=True), None)
                wrong = ""
            except csv.Error:
                lines.give_back(taken.lines[1:])
                cells, wrong = self._loosely(taken.text)
            if cells is None:
                return
            if taken.too_long:
                cells, wrong = [], _LONG
            raw = b"".join(taken.lines) if not wrong else taken.lines[0]
            found = tuple([cell.strip(_BLANK) for cell in cells])
            if wrong or (any(found) and not _is_hint(found, number)):
                yield Record(number, found, raw.rstrip(b"\r\n")[:_RAW], wrong)

    def _loosely(self, text: str) -> tuple[list[str], str]:
        """Read one line whose quotation marks are not as they should be, if that is all."""
        try:
            cells = next(csv.reader([text], delimiter=self.delimiter), [])
        except csv.Error:
            return [], _LONG
        # A mark behind the end of a quoted cell does no harm; one that opens a cell does.
        return cells, _OPEN if text.count('"') % 2 else ""


class _Lines:
    """The lines of a file as bytes, one after the other; some may be given back."""

    def __init__(self, window: Window, encoding: str, head: bytes) -> None:
        raw = _Rest(window)
        self._wide = None
        if not encoding.startswith(("utf-16", "utf-32")):
            self._read: Any = io.BufferedReader(raw, _LOOKED_AT).readline
        else:
            wide = io.TextIOWrapper(
                io.BufferedReader(raw, _LOOKED_AT), encoding, "replace", newline="\n"
            )
            self._read, self._wide = wide.readline, wide
        self.encoding = encoding
        self._old_mac = self._wide is None and b"\n" not in head and b"\r" in head
        self._back: list[bytes] = []
        self.number = 1

    def next(self) -> bytes:
        """Return the next line with its end; b"" behind the last one."""
        line = self._back.pop() if self._back else self._from_file()
        self.number += bool(line)
        return line

    def give_back(self, lines: list[bytes]) -> None:
        """Take back lines that are to be read once more."""
        self._back.extend(reversed(lines))
        self.number -= len(lines)

    def _from_file(self) -> bytes:
        line = self._read(LONGEST)
        if isinstance(line, str):
            return line.encode("utf-8", "replace")
        if self._old_mac and b"\r" in line[:-1]:
            first, *others = line.splitlines(keepends=True)
            self._back.extend(reversed(others))
            return bytes(first)
        rest = line
        while len(rest) >= LONGEST and not rest.endswith(b"\n"):
            rest = self._read(LONGEST)
        return bytes(line)

    def text(self, line: bytes) -> str:
        """Return a line as text: in the file's encoding, else in Windows-1252."""
        for encoding in ("utf-8" if self._wide else self.encoding, "utf-8", "cp1252"):
            try:
                return _one_line(line.decode(encoding).lstrip("\ufeff"))
            except UnicodeDecodeError:
                continue
        return _one_line(line.decode("latin-1"))


class _Taken:
    """Lines as the csv module asks for them: those of one record, but never the whole file."""

    def __init__(self, lines: _Lines) -> None:
        self._from = lines
        self._size = 0
        self.lines: list[bytes] = []
        self.text = ""
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        while len(self.lines) < _MOST_LINES and self._size < LONGEST // 4:
            line = self._from.next()
            if not line:
                break
            self.lines.append(line)
            self._size += len(line)
            text = self._from.text(line)
            if len(line) >= LONGEST:
                self.too_long = True
            if len(self.lines) == 1:
                self.text = text
            yield text


class _Rest(io.RawIOBase):
    """What is unread of a window, as a stream."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        window = self._window
        window.ensure(1)
        data = window.data[window.at : window.at + len(buffer)]
        window.at += len(data)
        buffer[: len(data)] = data
        return len(data)


def _one_line(text: str) -> str:
    """Return a line that ends as the csv module wants it; a stray return inside is a blank."""
    return text.rstrip("\r\n").replace("\r", " ") + "\n" if "\r" in text else text


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text by its first bytes: a mark, NULs, else UTF-8 or cp1252."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    found = json.detect_encoding(head[:16])
    if not found.startswith("utf-8"):
        return found
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decoded_head(head: bytes, encoding: str) -> str:
    """Return the beginning of a text, without its mark; what cannot be read is replaced."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip(_BLANK)


def delimiter_of(text: str) -> str:
    """Return the sign that parts the cells of a table, by its first lines; a comma if none does."""
    if text[:4].lower() == "sep=" and text[4:5] in tuple(DELIMITERS):
        return text[4]
    lines = text.splitlines()[: _SAMPLE + 1]
    whole = lines[:_SAMPLE] if len(lines) > 1 else lines
    return max(DELIMITERS, key=lambda sign: _fits(whole, sign))


def _fits(lines: list[str], sign: str) -> tuple[bool, int]:
    """Say how well a delimiter fits: whether all rows have as many cells as the first, how many."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=sign) if any(row)]
    except csv.Error:
        return False, 0
    widths = [len(row) for row in rows] or [1]
    return widths[0] > 1 and max(widths) == min(widths), widths[0]


def _is_hint(cells: tuple[str, ...], line: int) -> bool:
    """Say whether this is the line by which spreadsheets are told the delimiter."""
    return line == 1 and cells[0].lower().startswith("sep") and "".join(cells)[:4].lower() == "sep="

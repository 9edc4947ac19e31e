"""WARC files, record by record: what is wanted is read, the rest is passed over.

The parts are warcio's; its own loop stops at the first damage and prints to the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from warcio.bufferedreaders import BufferedReader  # type: ignore[import-untyped]
from warcio.limitreader import LimitReader  # type: ignore[import-untyped]
from warcio.statusandheaders import (  # type: ignore[import-untyped]
    StatusAndHeaders,
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from migrator.sources.warc.saved import MOST_BYTES, Saved, read_saved, target
from migrator.sources.warc.unpacked import Torn, Unpacked

_WARC = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"])
_BEGIN = b"WARC/"
_HEAD_BYTES = 256 << 10
"""No head of a record is larger; one without end would fill the memory."""
_BLOCK = 64 << 10
_TYPES = ("response", "resource", "revisit")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a WARC file that could not be read; reading goes on behind it."""

    sentence: str


class _Lines(BufferedReader):  # type: ignore[misc] # warcio has no types
    """The bytes of a file by lines, of which a record's head may have only so many bytes."""

    def __init__(self, stream: Unpacked) -> None:
        super().__init__(stream)
        self.left = _HEAD_BYTES

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(min(length or self.left, self.left))
        self.left -= len(line)
        if self.left <= 0:
            self.left = _HEAD_BYTES
            raise Torn("the head of a record has no end")
        return line

    def start(self) -> bytes:
        """Return the first line of what comes next, a record or not; none at the end."""
        self.left = _HEAD_BYTES
        while line := self.readline():
            if line.strip():
                return line
            self.left = _HEAD_BYTES
        return b""

    def skip_to_record(self) -> bytes:
        """Return the next line that begins a record, none at the end."""
        while line := super().readline(_HEAD_BYTES):
            if line.startswith(_BEGIN):
                return bytes(line)
        return b""


def saved_in(file: IO[bytes], wanted: Callable[[str], bool]) -> Iterator[Saved | Fault]:
    """Yield what a WARC file (packed or not) has of the wanted addresses, and what is damaged.

    Responses, resources and revisits (WARC 1.1, 6). Whatever `file` raises is passed on.
    """
    lines = _Lines(Unpacked(file))
    try:
        line = lines.start()
    except Torn as error:
        yield _damaged(error)
        line = _next(lines)
    else:
        if not line.startswith(_BEGIN):
            yield Fault(_no_warc(line))
            return
    while line:
        try:
            yield from _record(lines, line, wanted)
            line = _following(lines)
        except Torn as error:
            yield _damaged(error)
            line = _next(lines)


def _following(lines: _Lines) -> bytes:
    line = lines.start()
    if line and not line.startswith(_BEGIN):
        raise Torn("between two records there is something that is no record")
    return line


def _next(lines: _Lines) -> bytes:
    """Return the beginning of the first record behind a damage, whatever else is damaged there."""
    while True:
        try:
            return lines.skip_to_record()
        except Torn:
            continue


def _record(lines: _Lines, line: bytes, wanted: Callable[[str], bool]) -> Iterator[Saved | Fault]:
    try:
        headers = _WARC.parse(lines, line)
    except StatusAndHeadersParserException as error:
        raise Torn("a record is of an unknown version of WARC") from error
    length = headers.get_header("Content-Length") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Torn("a record does not say how long it is")
    content = LimitReader(lines, int(length))
    if headers.get_header("WARC-Type") in _TYPES and wanted(target(headers)):
        if int(length) > MOST_BYTES:
            yield Saved(target(headers), "", trouble=f"it is larger than {MOST_BYTES >> 20} MiB")
        else:
            yield _read(headers, content)
    while content.read(_BLOCK):
        pass
    if content.limit:
        raise Torn("it ends in the middle")


def _read(headers: StatusAndHeaders, content: LimitReader) -> Saved:
    block = content.read()
    if content.limit:
        raise Torn("it ends in the middle")
    return read_saved(headers, block)


def _damaged(torn: Torn) -> Fault:
    return Fault(
        f"This WARC file is damaged: {torn}. Everything else in it was read. "
        "Another copy of the file may be whole."
    )


def _no_warc(line: bytes) -> str:
    if line.startswith(b"filedesc://"):
        return (
            "This is an ARC file, the older form of WARC. Turn it into a WARC file first, as with"
            " `warcio recompress OLD.arc.gz NEW.warc.gz`."
        )
    return "This is no WARC file. Name files that end in .warc, .warc.gz or .wacz."

"""A torn ZIP's members, found by their own headers when its table of contents is lost."""

from __future__ import annotations

import functools
import io
import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from migrator.sources.place.member import Fault, Limits, Member
from migrator.sources.place.stream import DAMAGED

_SIGNATURE = b"PK\x03\x04"
_HEADER = struct.Struct("<4sHHHHHIIIHH")
_CHUNK = 1024 * 1024
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8

_CUT = Fault(
    "cut_off",
    "The ZIP ends in the middle of this file, so it was probably not downloaded completely. "
    "Download it again and archive it once more.",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One local header: where its packed bytes start and, when it says so, how many they are."""

    name: str
    flags: int
    method: int
    crc: int | None
    packed: int | None
    size: int
    start: int


def salvaged_members(file: IO[bytes], limits: Limits) -> list[Member]:
    """Return the members whose local headers can be found; at most as many as a sound ZIP's."""
    length = file.seek(0, os.SEEK_END)
    entries = _entries(file, length, limits.directory_bytes // 46)
    return [_member(file, entry, length) for entry in entries if not entry.name.endswith("/")]


def _entries(file: IO[bytes], length: int, most: int) -> Iterator[_Entry]:
    """Yield whole headers; what follows one is searched too unless it says how long its data is."""
    free = 0
    for position in islice(_signatures(file), most):
        entry = _entry(file, position) if position >= free else None
        if entry is not None:
            yield entry
            end = entry.start + (entry.packed or 0)
            free = end if end <= length else entry.start


def _signatures(file: IO[bytes]) -> Iterator[int]:
    """Yield where a local header may start, reading the file once."""
    position = 0
    while True:
        file.seek(position)
        chunk = file.read(_CHUNK)
        for found in re.finditer(_SIGNATURE, chunk):
            yield position + found.start()
        if len(chunk) < _CHUNK:
            return
        position += _CHUNK - len(_SIGNATURE) + 1


def _entry(file: IO[bytes], position: int) -> _Entry | None:
    file.seek(position)
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    _, version, flags, method, _, _, crc, packed, size, name_length, extra = _HEADER.unpack(head)
    name = file.read(name_length)
    if len(name) < name_length or not name or version > 0xFF:
        return None  # four bytes that only look like a header
    unknown = bool(flags & _SIZES_FOLLOW) or packed == 0xFFFFFFFF
    return _Entry(
        _text(name).replace("\\", "/"),
        flags,
        method,
        None if unknown else crc,
        None if unknown else packed,
        0 if unknown else size,
        position + _HEADER.size + name_length + extra,
    )


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


def _member(file: IO[bytes], entry: _Entry, length: int) -> Member:
    end = length if entry.packed is None else entry.start + entry.packed
    fault = None
    if max(end, entry.start) > length:
        fault = _CUT
    elif not _can_unpack(entry):
        fault = DAMAGED
    source = functools.partial(_unpacked, file, entry, end)
    packed = max(0, end - entry.start)
    return Member(entry.name, entry.size, fault=fault, packed=packed, source=source)


def _can_unpack(entry: _Entry) -> bool:
    if entry.flags & _ENCRYPTED:
        return False
    return entry.method == _DEFLATED or (entry.method == _STORED and entry.packed is not None)


def _unpacked(file: IO[bytes], entry: _Entry, end: int) -> IO[bytes]:
    return io.BufferedReader(Unpacker(file, entry.start, end, entry.method, entry.crc))


class Unpacker(io.RawIOBase):
    """The bytes of one stored or deflated entry; raises EOFError or zlib.error when damaged."""

    def __init__(self, file: IO[bytes], start: int, end: int, method: int, crc: int | None) -> None:
        super().__init__()
        self._file, self._at, self._end, self._crc = file, start, end, crc
        self._inflate = zlib.decompressobj(-15) if method == _DEFLATED else None
        self._sum = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer and return how many bytes were there."""
        data = self._next(len(buffer))
        self._sum = zlib.crc32(data, self._sum)
        if not data and self._crc is not None and self._sum != self._crc:
            raise EOFError("checksum differs")
        buffer[: len(data)] = data
        return len(data)

    def _next(self, n: int) -> bytes:
        if self._inflate is None:
            return self._take(n)
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._take(16 * 1024)
            data = self._inflate.decompress(packed, n)
            if data:
                return data
            if not packed:
                raise EOFError("the packed data ends too early")
        return b""

    def _take(self, n: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(min(n, self._end - self._at))
        self._at += len(data)
        return data

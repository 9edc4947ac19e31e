"""The bytes of a WARC file, unpacked as they come; what is damaged is told and stepped over."""

from __future__ import annotations

import zlib
from typing import IO

MAGIC = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"
_CHUNK = 64 << 10
_MOST_OUT = 256 << 10


class Torn(Exception):
    """The bytes are damaged or missing from here; reading on goes on behind the damage."""


class Unpacked:
    """A file, gzipped member by member (as WARC files are) or plain, as one stream of bytes.

    `read` raises Torn once for each damage and goes on at the next gzip member. Memory stays flat
    whatever the file unpacks to.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting = file.read(_CHUNK)
        self._packed = self._waiting[:2] == MAGIC
        self._inflate = zlib.decompressobj(31) if self._packed else None

    def read(self, size: int) -> bytes:
        """Return at least one and at most `size` bytes, none at the end; raises Torn."""
        while self._packed:
            if not self._waiting and not self._more():
                return self._end()
            data = self._unpack(min(size, _MOST_OUT))
            if data:
                return data
        data = self._waiting or self._file.read(_CHUNK)
        self._waiting = data[size:]
        return data[:size]

    def _unpack(self, most: int) -> bytes:
        if self._inflate is None:
            self._begin()
            if self._inflate is None:
                return b""
        try:
            data = self._inflate.decompress(self._waiting, most)
        except zlib.error as error:
            self._inflate = None
            self._waiting = self._waiting[1:]  # or the same member would be found again
            raise Torn("a part of it is damaged") from error
        self._waiting = self._inflate.unconsumed_tail
        if self._inflate.eof:
            self._waiting = self._inflate.unused_data
            self._inflate = None
        return data

    def _begin(self) -> None:
        """Go to the next gzip member, over padding and damage."""
        at = self._waiting.find(_MEMBER)
        if at < 0:
            self._waiting = self._waiting[-2:]  # the mark may lie across two pieces
            if not self._more():
                self._waiting = b""
            return
        self._waiting = self._waiting[at:]
        self._inflate = zlib.decompressobj(31)

    def _more(self) -> bool:
        data = self._file.read(_CHUNK)
        self._waiting += data
        return bool(data)

    def _end(self) -> bytes:
        unfinished, self._inflate = self._inflate is not None, None
        if unfinished:
            raise Torn("it ends in the middle")
        return b""

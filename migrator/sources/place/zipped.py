"""The members of a ZIP, with names made safe, and bombs known before anything is unpacked."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from migrator.errors import SourceUnreadable
from migrator.sources.found import Severity
from migrator.sources.place.member import Fault, Limits, Member
from migrator.sources.place.salvage import salvaged_members
from migrator.sources.place.stream import BROKEN

_END = b"PK\x05\x06"
_LOCATOR64 = b"PK\x06\x07"
_END64 = b"PK\x06\x06"
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_DRIVE = re.compile(r"^[A-Za-z]:")

_UNSAFE = Fault(
    "unsafe_name",
    "This entry's name points outside of the ZIP, as no ordinary program writes it; "
    "it was not read. If you trust the ZIP, unpack it yourself and archive the folder.",
)
_ENCRYPTED = Fault(
    "encrypted",
    "This file is protected by a password. "
    "Unpack the ZIP with its password, then archive the folder.",
)
_LINK = Fault(
    "link_not_followed",
    "This entry is a link to another file, and links are not followed.",
)
_COMPRESSION = Fault(
    "unsupported_compression",
    "This file is packed in a way we cannot unpack. "
    "Unpack the ZIP with the program that made it, then archive the folder.",
)
_OVERLAPPING = Fault(
    "overlapping_entries",
    "This entry shares its bytes with another one, as only a ZIP made to do harm does; "
    "it was not read. If you trust it, unpack the ZIP yourself and archive the folder.",
)
_TORN = Fault(
    "zip_damaged",
    "This ZIP is damaged or was not downloaded completely; what could be found in it was read. "
    "If you can, download it again and archive it once more: nothing is stored twice.",
    Severity.WARNING,
)


def is_zip(head: bytes) -> bool:
    """Say whether these first bytes are a ZIP's (even an empty or a split one)."""
    return head[:4] in (b"PK\x03\x04", _END, b"PK\x07\x08")


class ZipMembers:
    """The members of an open ZIP; raises SourceUnreadable when not even a part can be read."""

    def __init__(self, file: IO[bytes], label: str, limits: Limits) -> None:
        self._zip: zipfile.ZipFile | None = None
        size = directory_size(file)
        if size is not None and size > limits.directory_bytes:
            raise SourceUnreadable(
                f"{label} lists more files than we read from one ZIP (about 150,000).",
                "Unpack it and archive the folder instead.",
            )
        if size is not None:
            try:
                self._zip = zipfile.ZipFile(file)
            except (*BROKEN, OSError):
                self._zip = None
        found = _salvage(file, label, limits) if self._zip is None else _listed(self._zip)
        self._members = sorted(found, key=_order)

    def members(self) -> Iterator[Member]:
        """Yield the files: those of a folder by name, then its subfolders by name.

        Members of one name are told apart by `copy`.
        """
        before, copy = None, 1
        for member in self._members:
            copy = copy + 1 if member.name == before else 1
            before = member.name
            yield member if copy == 1 else _replaced(member, copy=copy)
        if self._zip is None:
            yield Member("", fault=_TORN)


def _salvage(file: IO[bytes], label: str, limits: Limits) -> list[Member]:
    members = salvaged_members(file, limits)
    if not members:
        raise SourceUnreadable(
            f"{label} is a damaged ZIP: nothing in it can be read.",
            "Download it again, or try a copy of it.",
        )
    return [_safely_named(member) for member in members]


def _listed(archive: zipfile.ZipFile) -> list[Member]:
    shared = overlapping(archive.infolist())
    opener = archive.open  # one bound method for all: a large ZIP has a hundred thousand entries
    members = []
    for info in archive.infolist():
        member = Member(
            _decoded(info),
            info.file_size,
            fault=_fault(info, shared),
            packed=info.compress_size,
            source=functools.partial(opener, info),
        )
        if not (member.name.endswith("/") and not info.file_size):
            members.append(_safely_named(member))
    return members


def _order(member: Member) -> tuple[tuple[int, str], ...]:
    """Files before subfolders, each by name: the order in which a folder is walked."""
    *folders, name = member.name.split("/")
    return (*((1, folder) for folder in folders), (0, name))


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return the name; many programs write UTF-8 without saying so, others cp437."""
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _safely_named(member: Member) -> Member:
    """Return the member under a relative name: no drive, no root, no way up."""
    parts = _DRIVE.sub("", member.name).split("/")
    kept = [part for part in parts if part not in ("", ".")]
    if "\0" in member.name or ".." in kept or not kept:
        return _replaced(member, fault=_UNSAFE)
    name = "/".join(kept)
    return member if name == member.name else _replaced(member, name=name)


def _replaced(
    member: Member, *, name: str | None = None, copy: int = 1, fault: Fault | None = None
) -> Member:
    # dataclasses.replace costs four times as much, and this runs for every entry
    return Member(
        member.name if name is None else name,
        member.size,
        copy,
        fault or member.fault,
        member.packed,
        member.source,
    )


def _fault(info: zipfile.ZipInfo, shared: set[int]) -> Fault | None:
    if info.flag_bits & 0x1:
        return _ENCRYPTED
    if info.compress_type not in _COMPRESSIONS:
        return _COMPRESSION
    if stat.S_ISLNK(info.external_attr >> 16):
        return _LINK
    if info.header_offset in shared:
        return _OVERLAPPING
    return None


def overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the header offsets of entries whose bytes reach into the next entry."""
    shared: set[int] = set()
    last_offset, last_end = -1, 0
    for offset, size in sorted((info.header_offset, info.compress_size) for info in infos):
        if offset < last_end:
            shared.update((last_offset, offset))
        end = offset + 30 + size
        if end >= last_end:
            last_offset, last_end = offset, end
    return shared


def directory_size(file: IO[bytes]) -> int | None:
    """Return the size of a ZIP's table of contents as its end record says, None without one.

    zipfile reads that table whole, so it must be known beforehand. (APPNOTE 4.3.14 to 4.3.16)
    """
    length = file.seek(0, os.SEEK_END)
    start = max(0, length - (22 + 0xFFFF + 20 + 56))
    file.seek(start)
    tail = file.read(length - start)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return None
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if at >= 76 and tail[at - 20 : at - 16] == _LOCATOR64 and tail[at - 76 : at - 72] == _END64:
        (size,) = struct.unpack_from("<Q", tail, at - 76 + 40)
    return int(size)

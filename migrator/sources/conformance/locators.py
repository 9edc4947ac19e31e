"""Following a locator by hand, as a person would, without the code under test.

`FOLDER/FILE`, `ARCHIVE.zip!FILE`, `..., line 17`, `..., item 17`, `..., row 17 of table badge`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

from migrator.openbadges.portable import MADE_FROM_ROWS
from migrator.sources.found import Found
from migrator.sources.place import Place
from migrator.sources.window import decompressed

_LINE = re.compile(r", line (\d+)(?:, |$)")


def followed(path: Path, place: Place, found: Found) -> str:
    """Return why a badge's locator does not lead to it, "" when it does (or is no file's)."""
    file, _, inside = found.locator.partition(", ")
    if not file.startswith(place.label):
        return "" if inside or " " in file else f"it does not start with {place.label}"
    data = _bytes(path, file)
    if data is None:
        return f"there is no file {file}"
    line = _LINE.search(found.locator)
    if line is not None:
        data = b"\n".join(data.split(b"\n")[int(line[1]) - 1 :])
    if found.image is not None and not inside and found.image not in data:
        return "its image is not there"
    for part in (found.assertion, found.jws):
        if line is not None and part is not None and part not in data and not _is_made(part):
            return "its bytes are not there"
    return ""


def _is_made(document: bytes) -> bool:
    """Say whether a document says itself that it was made, and stands nowhere as it is."""
    return f'"{MADE_FROM_ROWS}":'.encode() in document


def _bytes(path: Path, locator: str) -> bytes | None:
    """Return what a locator's file part leads to; None when there is no such file."""
    outer, *names = locator.split("!")
    try:
        data = (path if path.is_file() else path.parent / outer).read_bytes()
        for name in names:
            plain, _, copy = name.partition("#")
            if not zipfile.is_zipfile(io.BytesIO(data)):
                return data  # torn: its bytes must at least be in there
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = [one for one in archive.infolist() if _plain(one.filename) == plain]
                data = archive.read(infos[int(copy or 1) - 1])
    except (OSError, IndexError):
        return None
    try:
        return decompressed(io.BytesIO(data)).read()
    except (OSError, EOFError, zlib.error):
        return data


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("C:").strip("/")

"""A ZIP as a sink: the same files give the same bytes, and it appears whole or not at all."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile

from migrator import errors
from migrator.files.folder import explained, same_file, temporary
from migrator.files.sink import Became, Put

_MOMENT = (1980, 1, 1, 0, 0, 0)
_PACKED = (".json", ".csv", ".txt", ".html", ".jws", ".svg")
_IN_MEMORY = 1024 * 1024


class Package:
    """A ZIP under way. No time, owner or system of this computer is in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self.became: Became | None = None
        self.files = 0

    def put(self, path: str, data: bytes) -> Put:
        """Write a file whole."""
        self._zip.writestr(_entry(path), data)
        self.files += 1
        return Put(path, sha256(data).hexdigest(), "written")

    @contextmanager
    def draft(self, path: str, head: str) -> Iterator[_TextDraft]:  # noqa: ARG002 - a sink's signature
        """Write a text file piece by piece; it is kept aside until its block ends."""
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            draft = _TextDraft(file)
            yield draft
            file.seek(0)
            with self._zip.open(_entry(path), "w") as out:
                while piece := file.read(_IN_MEMORY):
                    out.write(piece)
            self.files += 1


class _TextDraft:
    """A text file that waits for its place in a ZIP."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Add to the file."""
        self._file.write(text.encode("utf-8", "replace"))


@contextmanager
def package(path: Path, *, replace: bool) -> Iterator[Package]:
    """Write a ZIP; `became` says at the end what became of it.

    Raises Usage when another file has the name already, unless it is to be replaced.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path.parent) as file:
            with zipfile.ZipFile(file, "w") as archive:
                made = Package(archive)
                yield made
            file.close()
            made.became = settle(path, Path(file.name), replace=replace)


def packed(name: str, data: bytes) -> bytes:
    """Return a ZIP of one file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_entry(name), data)
    return out.getvalue()


def settle(path: Path, finished: Path, *, replace: bool) -> Became:
    """Give a finished file its name; raises Usage when another file has it already."""
    if os.path.lexists(path):
        if same_file(path, finished):
            return "already there"
        if not (replace and path.is_file()):
            raise errors.Usage(
                f"{path} exists and is another file.",
                "Name another file, or add --replace to have this one replaced.",
            )
    finished.replace(path)
    return "written"


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _MOMENT)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    packed = path.lower().endswith(_PACKED)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return entry

"""A BagIt 1.0 bag (RFC 8493): payload, manifests and a bag-info that any library's tools check."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from migrator import __version__, errors
from migrator.archive.archive import Archive
from migrator.archive.taken import Taken
from migrator.export.documents import DocumentsExported, export_documents
from migrator.export.images import Exported, export_images
from migrator.export.order import Order
from migrator.files.folder import Folder, TextDraft, explained
from migrator.files.sink import Draft, Put, Under

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_TAG_FILES = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
_OURS = frozenset({*_TAG_FILES, "tagmanifest-sha256.txt", "data"})
_SOFTWARE = "Bag-Software-Agent: badge-migrator"


@dataclass(frozen=True, slots=True)
class Bagged:
    """What a bag came to: its images, its documents, and the files and bytes of its payload."""

    images: Exported
    documents: DocumentsExported
    files: int
    octets: int


def export_bag(archive: Archive, folder: Folder, order: Order) -> Bagged:
    """Write images and documents as a bag; written again, only what has changed is written.

    Raises Usage where the folder holds what is no part of the bag: a bag must be complete, and
    nothing of another's is removed.
    """
    _refuse_others(folder.root)
    folder.put("bagit.txt", _DECLARATION)
    with Taken() as taken, folder.draft("manifest-sha256.txt", "") as manifest:
        payload = _Payload(folder, manifest, taken)
        images = export_images(archive, Under(payload, "images"), order)
        documents = export_documents(archive, Under(payload, "documents"), order)
        _refuse_strays(folder.root, taken)
    oxum = f"{payload.octets}.{payload.files}"
    info = _info(folder.root, oxum, archive.now()[:10])
    with folder.draft("bag-info.txt", _SOFTWARE) as draft:
        draft.write(info)
    with folder.draft("tagmanifest-sha256.txt", "") as draft:
        for name in _TAG_FILES:
            draft.write(f"{_digest(folder.root / name)}  {name}\n")
    return Bagged(images, documents, payload.files, payload.octets)


class _Payload:
    """The payload of a bag as a sink: every file is entered in the manifest as it is written."""

    def __init__(self, folder: Folder, manifest: Draft, taken: Taken) -> None:
        self._folder = folder
        self._manifest = manifest
        self._taken = taken
        self.files = 0
        self.octets = 0

    def put(self, path: str, data: bytes) -> Put:
        """Write a file whole."""
        put = self._folder.put(f"data/{path}", data)
        if put.became == "beside":
            raise errors.Usage(
                f"{self._folder.root / 'data' / path} is another file than the bag's.",
                "Write the bag to a new folder.",
            )
        self._enter(put, len(data))
        return Put(path, put.digest, put.became)

    def draft(self, path: str, head: str) -> AbstractContextManager[Draft]:
        """Write a text file piece by piece."""
        return self._draft(path, head)

    @contextmanager
    def _draft(self, path: str, head: str) -> Iterator[TextDraft]:
        with self._folder.draft(f"data/{path}", head) as draft:
            yield draft
        assert draft.put is not None, "a draft is settled when its block ends"
        self._enter(draft.put, (self._folder.root / draft.put.path).stat().st_size)

    def _enter(self, put: Put, size: int) -> None:
        if self._taken.get(put.path) is None:
            self._taken.take(put.path, "file")
            self._manifest.write(f"{put.digest}  {put.path}\n")
            self.files += 1
            self.octets += size


def _refuse_others(root: Path) -> None:
    with explained(root):
        there = {one.name for one in root.iterdir()}
        others = {name for name in there - _OURS if not name.startswith(".badge-migrator-")}
        # A bag of ours that was interrupted has no bag-info yet.
        info = root / "bag-info.txt"
        if "bag-info.txt" in there and _SOFTWARE not in info.read_text("utf-8", "replace"):
            others.add("bag-info.txt")
        if "data" in there and "bagit.txt" not in there:
            others.add("data")
    if others:
        raise errors.Usage(
            f"{root} holds other things than a bag of ours ({min(others)}).",
            "Name a new folder for the bag.",
        )


def _refuse_strays(root: Path, taken: Taken) -> None:
    for file in _files(root / "data"):
        name = file.relative_to(root).as_posix()
        if taken.get(name) is None:
            raise errors.Usage(
                f"{file} is no part of this bag (an earlier one may have had it).",
                "Write the bag to a new folder.",
            )


def _files(folder: Path) -> Iterator[Path]:
    # Entry by entry: a folder of a million pictures is not taken into memory.
    with os.scandir(folder) as entries:
        for one in entries:
            if one.is_dir(follow_symlinks=False):
                yield from _files(Path(one.path))
            else:
                yield Path(one.path)


def _info(root: Path, oxum: str, day: str) -> str:
    """Return bag-info; the day of bagging stays what it was while the payload is the same."""
    fields = [
        f"{_SOFTWARE} {__version__}",
        f"Bagging-Date: {day}",
        "External-Description: Open Badges: baked images, portable documents and originals",
        f"Payload-Oxum: {oxum}",
    ]
    try:
        before = (root / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        before = []
    if fields[0] in before and fields[-1] in before:
        fields[1] = next((one for one in before if one.startswith("Bagging-Date: ")), fields[1])
    return "\n".join(fields) + "\n"


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()

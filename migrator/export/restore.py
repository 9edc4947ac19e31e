"""The originals written back: every file of every source at its own place, byte for byte."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.originals import KINDS, KeptFile, KeptSource, content, pieces, sources
from migrator.archive.taken import Taken
from migrator.files import names
from migrator.files.folder import Folder, Long
from migrator.files.sink import Put
from migrator.files.table import Rows, line
from migrator.openbadges.baking import sniff

COLUMNS = (
    *("path", "source", "locator", "kind", "code", "badge", "identity", "url"),
    *("bytes", "sha256", "note"),
)
_ENDINGS = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
}
_DOCUMENTS = {
    "assertion": ".assertion.json",
    "badge_class": ".badge-class.json",
    "issuer": ".issuer.json",
    "jws": ".jws",
}
_NESTED = re.compile(r"(\.zip(?:#\d+)?)!", re.IGNORECASE)
_TREES = ("", ".documents", ".unread", ".index.csv")
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoring came to; `files` counts rows of the index, one file may be in several.

    `damaged` are the first sentences about rows that could not be read back, of `damages`.
    """

    files: dict[str, int]
    written: int
    already_there: int
    beside: int
    damages: int
    damaged: tuple[str, ...]


def restore(
    archive: Archive, folder: Path, label: str | None, watch: Callable[[int], None]
) -> Restored:
    """Write back the files of every source, or of those with a label.

    What stood as a file stands again at its place: `export.zip!sub/a.png` at
    `export.zip/sub/a.png`. Documents (often baked into those pictures) and what could not be read
    stand in trees of their own: `export.zip.documents`, `export.zip.unread`. Raises Usage when no
    source has the label.
    """
    homes = _homes(sources(archive))
    chosen = [(one, home) for one, home in homes if label in (None, one.label)]
    if not chosen and label is not None:
        known = sorted({one.label for one, _home in homes})
        all_of_them = f"The sources are: {', '.join(known) or 'none'}."
        raise errors.Usage(f"No source is called {label}.", errors.meant(label, known, all_of_them))
    sink = Folder(folder)
    index = "index.csv" if label is None else f"{chosen[0][1]}.index.csv"
    with sink.draft(index, line(COLUMNS)) as draft, Taken() as taken:
        work = _Work(archive, sink, Rows(draft, COLUMNS), taken, watch)
        for source, home in chosen:
            work.source(source, home)
    counts = sink.counts
    return Restored(
        dict(work.files),
        *(counts.written, counts.already_there, counts.beside),
        work.damages,
        tuple(work.damaged),
    )


class _Work:
    """One restoring under way."""

    def __init__(
        self,
        archive: Archive,
        sink: Folder,
        rows: Rows,
        taken: Taken,
        watch: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._sink = sink
        self._rows = rows
        self._taken = taken
        self._watch = watch
        self.files: Counter[str] = Counter()
        self.damages = 0
        self.damaged: list[str] = []

    def source(self, source: KeptSource, home: str) -> None:
        """Write back one source; a list that cannot be read to its end is a damage too."""
        for kind in KINDS:
            try:
                for file in kind(self._archive, source.id):
                    self._file(source, home, file)
                    self._watch(self.files.total())
            except errors.ArchiveDamaged as error:
                self._damage(f"{source.label}: {error.what}")

    def _file(self, source: KeptSource, home: str, file: KeptFile) -> None:
        self.files[file.kind] += 1
        try:
            head, data = self._content(file)
        except errors.ArchiveDamaged as error:
            self._damage(f"{file.locator}: {error.what}")
            self._row(source, file, None, None, "damaged: not written")
            return
        path, shared = self._free(_parts(source, home, file, head), data.digest)
        put = self._sink.put_long(path, data, counted=not shared)
        note = file.note
        if put.path != path:
            note = f"{note}; a different file stands at {path}".removeprefix("; ")
        self._row(source, file, put, data.size, note)

    def _content(self, file: KeptFile) -> tuple[bytes, Long]:
        """Return the beginning of a file and all of it, held against its digest."""
        if file.size is None or file.digest is None:
            data = content(self._archive, file)
            return data, Long.of(data)
        head = b""
        for piece in pieces(self._archive, file):
            head = head or piece
        return head, Long(file.digest.hex(), file.size, lambda: pieces(self._archive, file))

    def _row(
        self, source: KeptSource, file: KeptFile, put: Put | None, size: int | None, note: str
    ) -> None:
        digest = put.digest if put else file.digest.hex() if file.digest else ""
        self._rows.add(
            (
                *(put and put.path, source.label, file.locator, file.kind, file.code),
                *(file.badge, file.identity, file.url, size, digest, note),
            )
        )

    def _damage(self, sentence: str) -> None:
        self.damages += 1
        if self.damages <= _LISTED:
            self.damaged.append(sentence)

    def _free(self, parts: list[str], digest: str) -> tuple[str, bool]:
        """Return a path no other bytes have, in whatever case, and whether these had it before."""
        folders: list[str] = []
        for part in parts[:-1]:
            folder = part
            while self._taken.get(names.key("/".join([*folders, folder]))) not in (None, "folder"):
                folder = f"{folder}~"
            folders.append(folder)
            self._taken.take(names.key("/".join(folders)), "folder")
        path = "/".join([*folders, parts[-1]])
        for length in (8, 16, 64):
            if self._taken.get(names.key(path)) in (None, digest):
                break
            path = "/".join([*folders, names.beside(parts[-1], digest[:length])])
        shared = self._taken.get(names.key(path)) == digest
        self._taken.take(names.key(path), digest)
        return path, shared


def _homes(known: list[KeptSource]) -> list[tuple[KeptSource, str]]:
    """Give each place a folder of its own, whoever read it; the same at every run."""
    homes: list[tuple[KeptSource, str]] = []
    of_places: dict[tuple[str, str], str] = {}
    taken = {"index.csv"}
    for source in known:
        place = (source.place, source.label)
        if place in of_places:
            homes.append((source, of_places[place]))
            continue
        # A path that begins like a formula would be changed in the index.
        name = names.safe(names.spelled(source.label), 150).lstrip("=+-@")
        name = home = names.safe(name or "source")
        number = 1
        while any(names.key(home + ending) in taken for ending in _TREES):
            number += 1
            home = f"{name}~{number}"
        taken.update(names.key(home + ending) for ending in _TREES)
        of_places[place] = home
        homes.append((source, home))
    return homes


def _parts(source: KeptSource, home: str, file: KeptFile, head: bytes) -> list[str]:
    steps = _steps(source.label, file.locator)
    name = names.spelled(steps[-1])
    stood_there = _is_file(source.label, file.locator) and not file.note
    if file.kind in _DOCUMENTS and not _is_whole(file):
        tree, name = f"{home}.documents", name + _DOCUMENTS[file.kind]
    elif file.kind == "warning" or (file.kind == "problem" and not stood_there):
        tree, name = f"{home}.unread", f"{name}.{file.code}.bin"
    else:
        # A row of a table had no name, so its picture gets an ending.
        tree, name = home, name if stood_there else name + _ENDINGS.get(sniff(head) or "", "")
    folders = [names.safe(names.spelled(step)) for step in steps[:-1]]
    return names.within([names.safe(tree), *folders, names.safe(name)]).split("/")


def _is_whole(file: KeptFile) -> bool:
    """Say whether a document stood as a file of its own, not inside a picture or a table."""
    named = file.locator.lower().endswith((".json", ".jsonld", ".jws"))
    return named and file.kind in ("assertion", "jws")


def _is_file(label: str, locator: str) -> bool:
    return locator == label or locator.startswith((f"{label}!", f"{label}/"))


def _steps(label: str, locator: str) -> list[str]:
    """Take a locator apart: `out.zip!sub/in.zip!a.png` -> sub, in.zip, a.png."""
    if not _is_file(label, locator):
        # Words for a person: "dump.sql, row 1 of table badge (id 1)".
        return [locator.removeprefix(f"{label}, ")]
    # Other exclamation marks are part of a name: "Well done!.png".
    inside = _NESTED.sub(r"\1/", locator[len(label) + 1 :])
    return [step for step in inside.split("/") if step not in ("", ".")] or [label]

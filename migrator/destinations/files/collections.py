"""Collections of one account's folder: a JSON file each, which names the badges in order."""

from __future__ import annotations

import json
import os
from pathlib import Path

from migrator.destinations.base import HeldCollection
from migrator.errors import Usage
from migrator.files import names
from migrator.files.folder import temporary, to_disk
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.values import items, text

_FOLDER = "collections"
_MOST_OF_ONE_NAME = 1000


def read(root: Path) -> list[HeldCollection]:
    """Return the collections there are, by file; one that cannot be read is somebody else's."""
    found = []
    for path in sorted((root / _FOLDER).glob("*.json")):
        document = _document(path)
        if document is not None:
            badges = tuple(one for one in items(document.get("badges")) if isinstance(one, str))
            name, description = text(document.get("name")), text(document.get("description"))
            found.append(HeldCollection(path.name, name or path.stem, description, badges))
    return found


def create(root: Path, name: str, description: str | None, published: bool) -> str:
    """Write an empty collection and return its file."""
    folder = root / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    stem = names.safe(name.strip() or "Badges", 100)
    for number in range(1, _MOST_OF_ONE_NAME):
        file = f"{stem}.json" if number == 1 else f"{stem}~{number}.json"
        if not os.path.lexists(folder / file):
            facts: JsonObject = {"name": name, "description": description, "public": published}
            _write(folder / file, {**facts, "badges": []})
            return file
    raise Usage(f"There are {_MOST_OF_ONE_NAME} collections called {name}.", "Move some away.")


def fill(root: Path, file: str, name: str, badges: tuple[str, ...]) -> None:
    """Set the badges of a collection."""
    path = root / _FOLDER / names.safe(file)
    document = _document(path) or {"name": name}
    _write(path, {**document, "badges": list(badges)})


def _document(path: Path) -> JsonObject | None:
    try:
        return parse_object(path.read_bytes())
    except (Unreadable, FileNotFoundError):
        return None


def _write(path: Path, document: JsonObject) -> None:
    with temporary(path.parent) as file:
        file.write(json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        to_disk(file)
        file.close()
        Path(file.name).replace(path)

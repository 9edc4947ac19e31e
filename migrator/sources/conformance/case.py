"""One fixture: an input, the adapter it was made for, and what is expected of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Adapter
from migrator.sources.division import read_place
from migrator.sources.found import Outcome
from migrator.sources.place import Place, open_place
from migrator.sources.recorded import recorded_place

EXPECTED = "expected.json"
LIVE = "live.json"
WORST = ("good", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Case:
    """A folder with an input and `expected.json`, and the adapter that reads it."""

    adapter: Adapter
    folder: Path

    @property
    def name(self) -> str:
        """What the case is called: `baked-images/good/one-png`."""
        return f"{self.adapter.name}/{self.worst}/{self.folder.name}"

    @property
    def worst(self) -> str:
        """The worst that happens in it: good, warn or bad."""
        return self.folder.parent.name

    @property
    def expected(self) -> dict[str, Any]:
        """What expected.json says."""
        expected: dict[str, Any] = json.loads((self.folder / EXPECTED).read_text(encoding="utf-8"))
        return expected

    @property
    def input(self) -> Path:
        """The one file or folder beside expected.json."""
        (path,) = (path for path in self.folder.iterdir() if path.name != EXPECTED)
        return path

    @property
    def settings(self) -> dict[str, str]:
        """What a person would set for this input (`--set`)."""
        found: dict[str, str] = self.expected.get("settings", {})
        return found

    @property
    def live(self) -> bool:
        """Whether the input is the recording of a host."""
        return self.input.name == LIVE

    def place(self) -> Place:
        """Open the input, with the settings of expected.json; raises SourceUnreadable."""
        place = recorded_place(self.input) if self.live else open_place(self.input)
        place.settings = self.settings
        return place

    def outcomes(self) -> list[Outcome]:
        """Return everything the adapter alone reads in it; raises MigratorError."""
        with self.place() as place:
            return list(read_place(place, self.adapter))

    def opened(self) -> Iterator[Place]:
        """Yield the opened place, none when the case is about one that cannot be read."""
        if "source_unreadable" in self.expected:
            return
        try:
            place = self.place()
        except SourceUnreadable as error:
            raise AssertionError(f"{self.input.name} cannot be opened: {error}") from error
        with place:
            yield place


def cases(adapter: Adapter, folder: Path) -> list[Case]:
    """Return the cases of an adapter, from its folder of fixtures."""
    return [
        Case(adapter, found)
        for worst in WORST
        for found in sorted((folder / worst).glob("*"))
        if (found / EXPECTED).is_file()
    ]

"""A made cohort: badges of any number, made as they are read, so that no disk has to hold them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import data
from migrator.openbadges.baking import bake
from migrator.sources.found import Found


@dataclass(frozen=True, slots=True)
class MadePlace:
    """What the archive wants to know of a place."""

    label: str = "cohort"
    path: Path = Path("cohort")
    in_zip: bool = False


@dataclass(slots=True)
class Cohort:
    """An adapter that makes what it yields.

    `badges` from number `first` on, `each` for every learner, `classes` badge classes with artwork
    of `artwork` bytes each (0: assertions without pictures), evidence for every second badge.
    """

    badges: int
    each: int = 1
    classes: int = 20
    artwork: int = 0
    first: int = 0
    name: str = "made-cohort"
    title: str = "A made cohort"
    reads: str = "nothing: it makes its badges"

    def detect(self, place: object) -> None:
        """Nothing is ever taken for it."""

    def read(self, place: object) -> Iterator[Found]:  # noqa: ARG002 - an adapter is given one
        """Yield the badges."""
        kinds = range(self.classes if self.artwork else 0)
        artworks = [data.png(self.artwork, seed) for seed in kinds]
        for number in range(self.first, self.first + self.badges):
            text = self.document(number)
            holder = f"learner{number // self.each}@example.org"
            if self.artwork:
                image = bake(artworks[number % self.classes], text)
                yield Found(f"cohort/{number:07}.png", image=image, holder=holder)
            else:
                yield Found(f"cohort.jsonl!{number}", assertion=text.encode(), holder=holder)

    def document(self, number: int) -> str:
        """Return one assertion."""
        document = data.assertion(number, self.classes)
        if number % 2:
            del document["evidence"]
        return json.dumps(document)

    @property
    def size(self) -> int:
        """Bytes of all pictures (or documents) together."""
        return sum(
            len(found.image or found.assertion or b"")
            for found in Cohort(100, self.each, self.classes, self.artwork).read(None)
        ) * (self.badges // 100)


@dataclass(slots=True)
class Lines:
    """An adapter that reads a cohort written before, a document in a line, `each` for a learner.

    To make documents takes a tenth of what it takes to archive them, and is not to be measured.
    """

    file: Path
    each: int
    name: str = "made-cohort"
    title: str = "A made cohort"
    reads: str = "lines of assertions"

    @classmethod
    def written(cls, cohort: Cohort, file: Path) -> Lines:
        """Write the documents of a cohort."""
        with file.open("w", encoding="utf-8") as lines:
            for number in range(cohort.badges):
                lines.write(f"{cohort.document(number)}\n")
        return cls(file, cohort.each)

    def detect(self, place: object) -> None:
        """Nothing is ever taken for it."""

    def read(self, place: object) -> Iterator[Found]:  # noqa: ARG002 - an adapter is given one
        """Yield the badges."""
        with self.file.open("rb") as lines:
            for number, line in enumerate(lines):
                holder = f"learner{number // self.each}@example.org"
                yield Found(f"cohort.jsonl!{number}", assertion=line[:-1], holder=holder)

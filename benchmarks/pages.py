"""How long a question takes to be answered, at the command line and at the desk.

`python -m benchmarks.pages N FOLDER` makes an archive of N badges (one that is there is taken as it
is) and asks it; `bench_pages` does so at several sizes and prints a line for each question.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast

from benchmarks.cohort import Cohort, MadePlace
from benchmarks.scale import BACKPACK
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.sources.place import Place

GOAL = 300
_TIMES = 5
_EACH = 3
_LONGEST = 46


@dataclass(frozen=True, slots=True)
class Answered:
    """One question: how long it took the first time, and mostly, in ms; `goal` is None for some."""

    what: str
    first: float
    mostly: float
    goal: int | None = GOAL


def made(badges: int, folder: Path) -> Path:
    """Return an archive of so many badges that has a plan; one of this name is taken as it is."""
    path = folder / f"{badges}.db"
    if not path.exists():
        with Archive.open(path) as archive:
            cohort = Cohort(badges, each=_EACH)
            read_source(archive, cohort, cast(Place, MadePlace()), lambda _: None)
        _run("migrator", "plan", "--to", BACKPACK, "--archive", str(path))
    return path


def answered(archive: Path, badges: int) -> Iterator[Answered]:
    """Yield how long each question takes, whole commands with their start-up."""
    email = f"learner{badges // (2 * _EACH)}@example.org"
    times = [_run("migrator", "status", email, "--archive", str(archive))[1] for _ in range(_TIMES)]
    yield Answered("status EMAIL", times[0], median(times))
    for path, found in json.loads(_run("benchmarks.desk", str(archive))[0]).items():
        if isinstance(found, list):
            yield Answered(f"desk {path}", *found)
    page = archive.with_suffix(".html")
    took = _run("migrator", "report", "--to", str(page), "--archive", str(archive))[1]
    yield Answered(f"report of {page.stat().st_size / 1e6:,.1f} MB", took, took, None)


def bench_pages(folder: Path, scales: tuple[int, ...]) -> None:
    """Print how long each question takes at each size."""
    for badges in scales:
        print(f"\n{f'questions at {badges:,} badges':<{_LONGEST}} {'first':>9} {'mostly':>9}")
        for one in answered(made(badges, folder), badges):
            aim = "" if one.goal is None else f"goal under {one.goal} ms"
            what = f"{one.what[:_LONGEST]:<{_LONGEST}}"
            print(f"{what} {one.first:>6,.0f} ms {one.mostly:>6,.0f} ms {aim}")


def _run(module: str, *words: str) -> tuple[str, float]:
    """Return what a command prints, and how long it took in ms."""
    start = time.perf_counter()
    command = [sys.executable, "-m", module, *words]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return ran.stdout, 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    bench_pages(Path(sys.argv[2]), (int(sys.argv[1]),))

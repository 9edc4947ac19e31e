"""One archive of so many badges, measured alone: `python -m benchmarks.scale N FOLDER`.

Prints one line of JSON: seconds, bytes and the peak of the memory of the process that writes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from benchmarks.cohort import Cohort, Lines, MadePlace
from benchmarks.memory import peak, peak_of
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.sources.place import Place

BACKPACK = "badgr:http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Measured:
    """What an archive of `badges` badges cost; times in seconds, memory in MiB.

    `status` and `learner` are whole commands, start-up included.
    """

    badges: int
    ingest: float
    again: float
    growth: int
    size: int
    memory: float
    plan: float
    plan_memory: float
    status: float
    learner: float


def measure(badges: int, folder: Path) -> Measured:
    """Read a cohort twice, plan it, and ask for its state."""
    path = folder / f"{badges}.db"
    cohort = Lines.written(Cohort(badges, each=3), folder / f"{badges}.jsonl")
    ingest = _read(path, cohort)
    size = path.stat().st_size
    again = _read(path, cohort)
    memory = peak()
    grown = path.stat().st_size - size
    start = time.perf_counter()
    plan_memory = peak_of("plan", "--to", BACKPACK, "--archive", str(path), "--json")
    plan = time.perf_counter() - start
    status = min(_command("status", "--archive", str(path)) for _ in range(3))
    middle = f"learner{badges // 6}@example.org"
    learner = min(_command("status", middle, "--archive", str(path)) for _ in range(3))
    return Measured(
        *(badges, ingest, again, grown, size, memory, plan, plan_memory, status, learner)
    )


def measured(badges: int, folder: Path) -> Measured:
    """Measure in a process of its own, whose memory has held nothing else."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", str(badges), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return Measured(**json.loads(ran.stdout))


def _read(path: Path, cohort: Lines) -> float:
    start = time.perf_counter()
    with Archive.open(path) as archive:
        read_source(archive, cohort, cast(Place, MadePlace()), lambda _: None)
        archive.conn.execute("pragma wal_checkpoint(truncate)")
    return time.perf_counter() - start


def _command(*words: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "migrator", *words], check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1]), Path(sys.argv[2])))))

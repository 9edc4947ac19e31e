"""`make bench`: our figure, the floor measured in the same run, the ratio and the goal."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import cast

from benchmarks import data, floors, push, rows
from benchmarks.cohort import Cohort, MadePlace
from benchmarks.pages import bench_pages
from benchmarks.scale import measured
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.openbadges.badge import Badge, Pieces, read_badge
from migrator.openbadges.baking import unbake
from migrator.sources.found import Found
from migrator.sources.place import Place, open_place
from migrator.sources.registry import recognise

RUNS = 3
SCALES = tuple(
    int(one) for one in os.environ.get("BENCH_SCALES", "10000,100000,1000000").split(",")
)
IMAGES = int(os.environ.get("BENCH_IMAGES", "2000"))
FLOOR = 20_000
BADGES = int(os.environ.get("BENCH_BADGES", "20000"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))


def timed(work: Callable[[], object]) -> float:
    """Return the median wall time of a few runs, in seconds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def row(what: str, count: int, ours: float, floor: float, goal: float | None) -> None:
    """Print one line of the table; rates are per second."""
    aim = "" if goal is None else f"goal {goal:.2f}"
    print(
        f"{what:<46} {count / ours:>10,.0f}/s {count / floor:>10,.0f}/s {floor / ours:>6.2f} {aim}"
    )


def extract(files: list[Path]) -> None:
    """Read, hash and unbake every file: what an archiver must know of it."""
    for file in files:
        content = file.read_bytes()
        sha256(content).digest()
        if not unbake(content).baked:
            raise ValueError(file)


def ingest(source: Path, folder: Path) -> None:
    """Read a source into a new archive."""
    for old in folder.glob("bench.db*"):
        old.unlink()
    with Archive.open(folder / "bench.db") as archive, open_place(source) as place:
        read_source(archive, recognise(place).adapter, place, lambda _: None)


def read(source: Path, understand: Callable[[Found], object]) -> None:
    """Read a source into nothing, handing on each badge found."""
    with open_place(source) as place:
        for outcome in recognise(place).adapter.read(place):
            if isinstance(outcome, Found):
                understand(outcome)


def understood(found: Found) -> Badge:
    """Put the pieces of a badge together, as the archive does."""
    return read_badge(Pieces(*found.parts))


def again(source: Path, folder: Path) -> None:
    """Read the same source a second time."""
    with Archive.open(folder / "bench.db") as archive, open_place(source) as place:
        read_source(archive, recognise(place).adapter, place, lambda _: None)


def bench_images(folder: Path, size: int) -> None:
    """Baked PNGs of one size."""
    source = folder / f"images-{size}"
    source.mkdir()
    files = data.folder_of_images(source, IMAGES, size)
    floor = timed(lambda: floors.images(files))
    label = f"baked PNG, {size // 1024} KiB:"
    row(f"{label} read + hash + unbake", IMAGES, timed(lambda: extract(files)), floor, 0.8)
    row(f"{label} the whole ingest", IMAGES, timed(lambda: ingest(source, folder)), floor, None)
    row(f"{label} read again", IMAGES, timed(lambda: again(source, folder)), floor, None)


def bench_dump(folder: Path) -> None:
    """A Backpack dump."""
    file = folder / "dump.sql"
    data.dump(file, BADGES)

    def floor() -> None:
        (folder / "floor.db").unlink(missing_ok=True)
        floors.dump(file, folder / "floor.db")

    least = timed(floor)
    adapter = timed(lambda: read(file, lambda _: None))
    badges = timed(lambda: read(file, understood))
    whole = timed(lambda: ingest(file, folder))
    row("dump: the whole ingest", BADGES, whole, least, None)
    row("dump:   of which the adapter", BADGES, adapter, least, None)
    row("dump:   of which understanding the badges", BADGES, badges - adapter, least, None)
    row("dump:   of which writing the archive", BADGES, whole - badges, least, None)
    row("dump: read again", BADGES, timed(lambda: again(file, folder)), least, None)


def bench_rows(folder: Path) -> None:
    """Rows that are ready: what SQLite alone takes."""
    ready = rows.ready(folder, BADGES)
    count = sum(len(values) for _, values in ready.values())

    def written(bare: bool) -> float:
        times = []
        for _ in range(RUNS):
            for old in folder.glob("rows.db*"):
                old.unlink()
            times.append(rows.write(ready, folder / "rows.db", bare=bare))
        return median(times)

    ours = written(False)
    row("ready rows, keys and indexes and search", count, ours, written(True), 0.65)
    print(
        f"{'':<4}{count / BADGES:.1f} rows a badge: {count:,} rows for {BADGES:,} badges;"
        f" {BADGES / ours:,.0f} badges/s if nothing had to be read or understood"
    )


def bench_size(folder: Path) -> None:
    """A cohort of people with one badge of 50 KiB each, and what the archive makes of it."""
    path = folder / "size.db"
    cohort = Cohort(PEOPLE, artwork=50 * 1024)
    start = time.perf_counter()
    with Archive.open(path) as archive:
        read_source(archive, cohort, cast(Place, MadePlace()), lambda _: None)
        archive.conn.execute("pragma wal_checkpoint(truncate)")
    seconds = time.perf_counter() - start
    size = path.stat().st_size
    print(
        f"{PEOPLE:,} people with a badge of 50 KiB: {size / PEOPLE:,.0f} bytes each,"
        f" {100 * size / cohort.size:.2f} % of the pictures; goal under 2 % for 100,000"
        f" ({PEOPLE / seconds:,.0f}/s)"
    )


def bench_scale(folder: Path) -> None:
    """Archives of growing size: what a badge costs must not grow with them."""
    documents = [Cohort(1).document(number).encode() for number in range(FLOOR)]
    floor = timed(lambda: floors.documents(documents)) / FLOOR
    print(
        f"\n{'badges':>10} {'ingest':>10} {'floor':>10} {'ratio':>6} {'again':>10} {'growth':>7}"
        f" {'bytes':>6} {'MiB':>5} {'plan':>8} {'MiB':>5} {'status':>8} {'learner':>8}"
    )
    for badges in SCALES:
        one = measured(badges, folder)
        print(
            f"{badges:>10,} {badges / one.ingest:>8,.0f}/s {1 / floor:>8,.0f}/s"
            f" {floor * badges / one.ingest:>6.2f} {badges / one.again:>8,.0f}/s {one.growth:>7}"
            f" {one.size / badges:>6,.0f} {one.memory:>5.0f} {badges / one.plan:>6,.0f}/s"
            f" {one.plan_memory:>5.0f} {one.status * 1000:>5.0f} ms {one.learner * 1000:>5.0f} ms"
        )
    print(
        f"{'goal':>10} {'35,000':>10} {'':>10} {0.55:>6} {'50,000':>10} {0:>7} {'':>6} {150:>5}"
        f" {'':>8} {150:>5} {350:>5} ms {250:>5} ms"
    )


def bench_start() -> None:
    """Start-up of the command line, against the interpreter alone."""
    command = [sys.executable, "-m", "migrator"]
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    for words in (["--help"], ["--version"], ["push", "--help"]):
        ours = timed(lambda: subprocess.run([*command, *words], check=True, capture_output=True))  # noqa: B023 - called at once
        print(
            f"start-up of {' '.join(words):<34} {ours * 1000:>9.0f} ms"
            f" {bare * 1000:>9.0f} ms {bare / ours:>6.2f} goal under 150 ms"
        )


def main() -> None:
    """Print the whole table."""
    print(f"{'what':<46} {'ours':>12} {'floor':>12} {'ratio':>6}")
    bench_start()
    with tempfile.TemporaryDirectory() as name:
        for size in (10 * 1024, 50 * 1024, 300 * 1024):
            bench_images(Path(name), size)
        bench_dump(Path(name))
        bench_size(Path(name))
        bench_scale(Path(name))
        bench_pages(Path(name), SCALES)
        push.main(Path(name))
        # Last: a process is said to have needed what the one that starts it has held.
        bench_rows(Path(name))


if __name__ == "__main__":
    main()

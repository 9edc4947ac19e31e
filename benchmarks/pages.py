"""How long a question takes to be answered, at the command line and at the desk.

`python -m benchmarks.pages N FOLDER` makes an archive of N badges (one that is there is taken as it
is) and asks it; `bench_pages` does so for a growing archive and prints a line for each question.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast

import requests

from benchmarks.cohort import Cohort, MadePlace
from benchmarks.scale import BACKPACK
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.sources.place import Place

GOAL = 0.3
_TIMES = 5
_WAIT = 600
_EACH = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One question: how long it took the first time, and mostly, in seconds; some have a goal."""

    what: str
    first: float
    mostly: float
    goal: float | None = GOAL


def made(badges: int, folder: Path) -> Path:
    """Return an archive of so many badges that has a plan; one of this name is taken as it is."""
    path = folder / f"{badges}.db"
    if not path.exists():
        with Archive.open(path) as archive:
            cohort = Cohort(badges, each=_EACH)
            read_source(archive, cohort, cast(Place, MadePlace()), lambda _: None)
        _command("plan", "--to", BACKPACK, "--archive", str(path))
    return path


def answered(archive: Path, badges: int) -> Iterator[Answered]:
    """Yield how long each question takes."""
    email = f"learner{badges // (2 * _EACH)}@example.org"
    yield _timed("status EMAIL", lambda: _command("status", email, "--archive", str(archive)))
    misspelled = email.replace("learner", "lerner")
    with _desk(archive) as base, requests.Session() as session:
        yield _counted(session, base)
        pages = {
            "desk: start, counted": "/",
            "desk: search, an address": f"/find?q={email}",
            "desk: search, misspelled": f"/find?q={misspelled}",
            "desk: search, a title": "/find?q=badge",
            "desk: search, in vain": "/find?q=zzzzzz",
            "desk: a learner": f"/learner/{1 + badges // (2 * _EACH)}",
            "desk: a badge": f"/badge/{1 + badges // 2}",
            "desk: by issuer": "/by/issuer",
        }
        for what, path in pages.items():
            yield _timed(what, lambda: _got(session, base + path))  # noqa: B023 - called at once
    page = archive.with_suffix(".html")
    words = ("report", "--to", str(page), "--archive", str(archive))
    start = time.perf_counter()
    _command(*words)
    whole = time.perf_counter() - start
    yield Answered(f"report, {page.stat().st_size / 1e6:,.1f} MB", whole, whole, None)


def bench_pages(folder: Path, scales: tuple[int, ...]) -> None:
    """Print how long each question takes at each size."""
    for badges in scales:
        print(f"\n{f'questions at {badges:,} badges':<46} {'first':>9} {'mostly':>9}")
        for one in answered(made(badges, folder), badges):
            aim = "" if one.goal is None else f"goal under {one.goal * 1000:.0f} ms"
            first, mostly = (f"{1000 * seconds:,.0f} ms" for seconds in (one.first, one.mostly))
            print(f"{one.what:<46} {first:>9} {mostly:>9} {aim}")


def _timed(what: str, ask: Callable[[], object]) -> Answered:
    times = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return Answered(what, times[0], median(times))


def _counted(session: requests.Session, base: str) -> Answered:
    """The very first answer says that it counts; the other figure is when it has."""
    start = time.perf_counter()
    _got(session, base)
    first = time.perf_counter() - start
    while "being counted" in _got(session, base):
        if time.perf_counter() - start > _WAIT:
            raise TimeoutError
        time.sleep(0.05)
    return Answered("desk: start, never counted", first, time.perf_counter() - start, None)


def _got(session: requests.Session, url: str) -> str:
    answer = session.get(url, timeout=_WAIT)
    answer.raise_for_status()
    return answer.text


@contextmanager
def _desk(archive: Path) -> Iterator[str]:
    words = ("serve", "--archive", str(archive), "--port", "0")
    command = [sys.executable, "-u", "-m", "migrator", *words]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said = running.stdout.readline() if running.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        if found is None:
            raise ValueError(said)
        yield found[0]
    finally:
        running.terminate()
        running.communicate()


def _command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "migrator", *words], check=True, capture_output=True)


if __name__ == "__main__":
    bench_pages(Path(sys.argv[2]), (int(sys.argv[1]),))

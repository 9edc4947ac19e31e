"""The ways to push the shards of a cohort: what each costs, start-up and all.

`python -m benchmarks.cluster` prints the table; with BADGE_MIGRATOR_CLUSTER_DATABASE set, workers
share that PostgreSQL too. Each way pushes its own copy of one archive to its own backpack.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.push import backpack, planned
from migrator.archive.archive import Archive
from migrator.cluster.database import VARIABLE

BADGES = int(os.environ.get("BENCH_CLUSTER", "2000"))
EACH = 10
SECONDS = 0.005
SHARDS = 8
ABREAST = 2
_COMMAND = [sys.executable, "-m", "migrator"]
_KEYS = {
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    "BADGE_MIGRATOR_PASSWORD": "rehearsal",
}
Way = Callable[[Path, dict[str, str]], None]


def call(words: list[str], env: dict[str, str]) -> None:
    """Run one command of ours to its end."""
    subprocess.run([*_COMMAND, *words], env=env, check=True, stdout=subprocess.DEVNULL)


def plain(path: Path, env: dict[str, str]) -> None:
    """Push everything in one process."""
    call(["push", "--to", "badgr", "-a", str(path)], env)


def scheduler(path: Path, env: dict[str, str]) -> None:
    """Have the shards pushed by what every system has for a scheduler."""
    push = ["push", "--to", "badgr", "-a", str(path), "--side-by-side", str(ABREAST)]
    words = ["xargs", "-P", str(ABREAST), "-I{}", *_COMMAND, *push, "--shard", f"{{}}/{SHARDS}"]
    numbers = "\n".join(str(number) for number in range(1, SHARDS + 1))
    subprocess.run(words, input=numbers, text=True, env=env, check=True, stdout=subprocess.DEVNULL)


def local(path: Path, env: dict[str, str]) -> None:
    """Push the shards in processes of one command."""
    words = ["cluster", "run", "--to", "badgr", "-a", str(path), "--shards", str(SHARDS)]
    call([*words, "--side-by-side", str(ABREAST)], env)


def workers(path: Path, env: dict[str, str]) -> None:
    """Put the shards into a queue, and let workers push them."""
    words = ["cluster", "submit", "--to", "badgr", "-a", str(path), "--shards", str(SHARDS)]
    call([*words, "--side-by-side", str(ABREAST)], env)
    words = [*_COMMAND, "cluster", "worker", "-a", str(path)]
    started = [subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL) for _ in range(ABREAST)]
    assert [one.wait() for one in started] == [0] * ABREAST


def measured(name: str, way: Way, made: Path, env: dict[str, str]) -> tuple[float, float]:
    """Push a copy in one way; returns the seconds and those of computing, all having arrived."""
    path = made.with_name(f"{name}.db")
    shutil.copy(made, path)
    with backpack(SECONDS) as (url, _):
        with Archive.open(path) as archive, archive.writing() as conn:
            conn.execute("update destination set url = ?", (url,))
        start, before = time.perf_counter(), computed()
        way(path, env)
        seconds, computing = time.perf_counter() - start, computed() - before
    with Archive.read(path) as archive:
        (left,) = archive.all("select count(*) from transfer where state <> 'done'")
    assert not left[0]
    return seconds, computing


def computed() -> float:
    """Return the seconds that processes which have ended took of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table."""
    env = {name: text for name, text in os.environ.items() if name != VARIABLE} | _KEYS
    ways: list[tuple[str, Way, dict[str, str]]] = [
        ("push, one process", plain, env),
        (f"push --shard under xargs -P {ABREAST}", scheduler, env),
        (f"cluster run, {ABREAST} processes", local, env),
        (f"{ABREAST} workers, queue in SQLite", workers, env),
    ]
    if VARIABLE in os.environ:
        shared = env | {VARIABLE: os.environ[VARIABLE]}
        ways.append((f"{ABREAST} workers, queue in PostgreSQL", workers, shared))
    print(f"{BADGES:,} badges, {SHARDS} shards, a backpack that takes {1000 * SECONDS:.0f} ms")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.db"
        planned(made, BADGES, EACH, "badgr", "http://127.0.0.1:1")
        for number, (name, way, own) in enumerate(ways):
            seconds, computing = measured(str(number), way, made, own)
            rate = f"{seconds:>5.1f} s {BADGES / seconds:>6,.0f} badges/s"
            print(f"{name:<36} {rate} {computing:>6.1f} s computing", flush=True)


if __name__ == "__main__":
    main()

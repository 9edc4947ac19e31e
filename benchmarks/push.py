"""The push: its rate against a backpack that takes 50 ms, its memory, and how soon it goes on.

`python -m benchmarks.push` prints the table; `... memory BADGES FOLDER` one line of JSON.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import cast

import requests

from benchmarks.cohort import Cohort, MadePlace
from benchmarks.memory import peak
from migrator.archive import accounts
from migrator.archive.accounts import SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Destination,
    Held,
    Input,
    OnTokens,
    Outcome,
    OutcomeState,
    Parcel,
    Session,
)
from migrator.destinations.manners import Manners
from migrator.destinations.wrapper import Wrapper
from migrator.openbadges.model import Addresses
from migrator.sources.place import Place
from migrator.transfer.campaign import Campaign
from migrator.transfer.push import Limits

THREADS = 32
SECONDS = 0.05
BADGES = int(os.environ.get("BENCH_PUSH", "9600"))
EACH = 30
MEMORY = tuple(int(one) for one in os.environ.get("BENCH_PUSH_MEMORY", "10000,100000").split(","))
PENDING = int(os.environ.get("BENCH_PENDING", "1000000"))
RESUMED = 5

_ACCOUNTS = """
insert into account (destination_id, learner_id, username, addresses, signed_in_at)
select ?, learner_id, min(value), json_object('verified', json_array(min(value))), '2026'
from identity group by learner_id
"""
_PLANNED = """
insert or replace into transfer
  (assertion_id, account_id, destination_id, route, input, state, changed_at)
select assertion.id, account.id, account.destination_id, 'import',
  case when hosted_url is null then 'assertion' else 'url' end, 'planned', '2026'
from assertion join account on account.learner_id = assertion.learner_id
"""


class NoKeys:
    """Everybody has the same password, and tokens are not kept."""

    def credentials(self, destination: str, username: str) -> Credentials:
        """Return a password."""
        del destination
        return Credentials(username, password="rehearsal")

    def save(self, destination: str, credentials: Credentials) -> None:
        """Forget the tokens."""


@contextmanager
def backpack(seconds: float) -> Iterator[tuple[str, Callable[[], int]]]:
    """Yield the address of a backpack in a process of its own, and what ends it.

    Ending it returns how many requests it has answered.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.backpack", str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()

    def end() -> int:
        process.send_signal(signal.SIGTERM)
        return int(process.communicate()[0])

    try:
        yield f"http://127.0.0.1:{port}", end
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def planned(path: Path, badges: int, each: int, kind: str, url: str) -> SavedDestination:
    """Make an archive (if it is not there) whose every badge is planned for an account."""
    fresh = not path.exists()
    with Archive.open(path) as archive:
        if fresh:
            cohort = Cohort(badges, each=each)
            read_source(archive, cohort, cast(Place, MadePlace()), lambda _: None)
        saved = accounts.save_destination(archive, kind, url)
        with archive.writing() as conn:
            conn.execute(_ACCOUNTS, (saved.id,))
            conn.execute(_PLANNED)
    return saved


def bare(url: str, number: int) -> float:
    """Post as often with nothing but `requests` in threads; returns the seconds."""
    document = json.loads(Cohort(1).document(0))
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    for one in range(number):
        work.put(one)

    def post() -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = "Bearer a"
            while True:
                try:
                    work.get_nowait()
                except queue.Empty:
                    return
                answer = session.post(f"{url}/v2/backpack/import", json={"assertion": document})
                assert answer.json()["result"]

    threads = [threading.Thread(target=post) for _ in range(THREADS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def pushed(path: Path, saved: SavedDestination, destination: Destination) -> float:
    """Push everything with everything on; returns the seconds."""
    with Archive.open(path) as archive:
        campaign = Campaign(
            *(archive, saved, destination, NoKeys(), Manners(destination.capabilities), Limits()),
            threads=THREADS,
        )
        start = time.perf_counter()
        ended = campaign.push(None, lambda _: None)
        seconds = time.perf_counter() - start
        left = archive.one("select count(*) from transfer where state <> 'done'")
    assert left is not None
    assert not left[0], [one.trouble for one in ended[:3]]
    return seconds


def bench_rate(folder: Path) -> None:
    """How fast, against the ideal and against a bare loop in the same run."""
    ideal = THREADS / SECONDS
    print(f"\npush, {THREADS} threads, a backpack that takes {1000 * SECONDS:.0f} ms: requests/s")
    with backpack(SECONDS) as (url, end):
        loop = BADGES / bare(url, BADGES)
        end()
    with backpack(SECONDS) as (url, end):
        destination = Badgr(url)
        # The limit is on, and so high that it never waits.
        destination.capabilities = replace(
            destination.capabilities, requests_per_minute=600_000, at_once=THREADS
        )
        path = folder / "push.db"
        saved = planned(path, BADGES, EACH, destination.kind, destination.url)
        seconds = pushed(path, saved, destination)
        ours = end() / seconds
    print(f"{'ideal':<46} {ideal:>10,.0f}/s")
    print(f"{'a bare loop of requests':<46} {loop:>10,.0f}/s {'':>12} {loop / ideal:>6.2f}")
    print(f"{'push, of the ideal':<46} {ours:>10,.0f}/s {'':>12} {ours / ideal:>6.2f} goal 0.80")
    print(f"{'push, of the bare loop':<46} {ours:>10,.0f}/s {'':>12} {ours / loop:>6.2f} goal 0.90")
    print(f"{'badges moved (3 more requests an account)':<46} {BADGES / seconds:>10,.0f}/s")


class Nothing:
    """A session that takes every badge at once and holds none."""

    def __init__(self, username: str) -> None:
        self.addresses = Addresses((username,))
        self.credentials = Credentials(username)
        self._numbers = count(1)

    def held(self) -> Iterator[Held]:
        """Hold nothing."""
        return iter(())

    def send(self, parcel: Parcel) -> Outcome:
        """Take it."""
        del parcel
        return Outcome(OutcomeState.DONE, remote_id=f"r{next(self._numbers)}", http_status=201)

    def close(self) -> None:
        """Nothing is open."""


class InMemory:
    """A destination without a network."""

    kind = "memory"
    title = "In memory"
    url = "https://backpack.example"
    capabilities = Capabilities(frozenset(Input), at_once=THREADS)

    def sign_in(self, credentials: Credentials, on_tokens: OnTokens | None = None) -> Session:
        """Let everybody in."""
        del on_tokens
        return Wrapper(cast(Session, Nothing(credentials.username)))


@dataclass(frozen=True, slots=True)
class Memory:
    """What a push of so many badges, ten for each account, has taken: MiB at the most, seconds."""

    badges: int
    mib: float
    seconds: float


def memory(badges: int, folder: Path) -> Memory:
    """Measure in a process of its own that does nothing but push."""
    path = folder / f"memory-{badges}.db"
    destination = InMemory()
    planned(path, badges, 10, destination.kind, destination.url)
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.push", "memory", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    facts = json.loads(ran.stdout)
    return Memory(badges, facts["mib"], facts["seconds"])


def measure(path: Path) -> None:
    """Push and print what it took."""
    destination = InMemory()
    seconds = pushed(path, SavedDestination(1, destination.kind, destination.url), destination)
    print(json.dumps({"mib": peak(), "seconds": seconds}))


def bench_memory(folder: Path) -> None:
    """Whether memory grows with the cohort."""
    for badges in MEMORY:
        took = memory(badges, folder)
        what = f"push {badges:,} badges to {badges // 10:,} accounts, no network"
        print(
            f"{what:<54} {badges / took.seconds:>7,.0f}/s {took.mib:>6.0f} MiB goal under 120 MiB"
        )


def first_request(path: Path, port: int) -> float:
    """Start the command; returns the seconds until its first request is there, and kills it."""
    words = ["push", "--to", f"badgr:http://127.0.0.1:{port}", "--archive", str(path)]
    keys = {
        "BADGE_MIGRATOR_PASSWORD": "rehearsal",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(60)
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "migrator", *words],
            env={**os.environ, **keys},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        connection, _ = listening.accept()
        seconds = time.perf_counter() - start
        process.kill()
        process.wait()
        connection.close()
    return seconds


def bench_resume(folder: Path) -> None:
    """How soon a push that was killed makes its first request again."""
    path = folder / f"{PENDING}.db"  # there already when the archives of growing size were measured
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    planned(path, PENDING, 3, "badgr", f"http://127.0.0.1:{port}")
    times = sorted(first_request(path, port) for _ in range(RESUMED))
    what = f"push killed with {PENDING:,} pending: first request after"
    print(f"{what:<60} {1000 * times[RESUMED // 2]:>7,.0f} ms goal 1,000 ms")


def main(folder: Path) -> None:
    """Print everything about the push."""
    bench_rate(folder)
    bench_memory(folder)
    bench_resume(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        measure(Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))

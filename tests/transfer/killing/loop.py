"""The kill test: push an archive to a bad backpack, and be killed with -9 again and again.

    python loop.py KILLS SEED FOLDER

A process of its own without threads, because it forks: once for the backpack, and once for every
life of the push. A life ends at a random moment, or at a random statement of SQL. It prints what
was lost and what was doubled, as one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from migrator.archive import accounts, ledger
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.archive.proof.check import check
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials
from migrator.destinations.manners import Manners
from migrator.destinations.wrappers import Pace
from migrator.openbadges.model import Addresses
from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.sources.place import open_place
from migrator.transfer.campaign import Campaign
from migrator.transfer.comparison import Compared, Watcher
from migrator.transfer.plan import Question, plan
from migrator.transfer.push import Limits
from migrator.transfer.reconcile import Reconciliation
from migrator.verify.answers import Answer
from tests.conftest import Listing, Maker

PEOPLE, EACH = 48, 25
PASSWORD = "rehearsal"
THREADS = 8
LONGEST_LIFE = 0.15
MOST_STATEMENTS = 400
PATIENCE = 30
NAMES = [f"learner{n}@example.org" for n in range(PEOPLE)]


class MadeWeb:
    """The issuers' site, in memory: every document of every badge."""

    def __init__(self, make: Maker) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        for number in range(PEOPLE * EACH):
            document = make.json(make.assertion(number, NAMES[number % PEOPLE]))
            self.pages[make.url(number)] = ("application/json", document)
        for number in range(3):
            badge_class = make.badge_class(number)
            self.pages[badge_class["id"]] = ("application/json", make.json(badge_class))
            self.pages[badge_class["image"]] = ("image/png", make.png())
        issuer = make.issuer()
        self.pages[issuer["id"]] = ("application/json", make.json(issuer))

    def get(self, url: str) -> Answer:
        if url in self.pages:
            return Answer(url, 200, *self.pages[url])
        return Answer.unknown(url)


class FileKeys:
    """A keyring in files: each is replaced whole, so that a kill leaves the old one or the new."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def credentials(self, destination: str, username: str) -> Credentials:
        try:
            tokens = json.loads((self.folder / username).read_text())
        except FileNotFoundError:
            tokens = {}
        return Credentials(username, password=PASSWORD, **tokens)

    def save(self, destination: str, credentials: Credentials) -> None:
        tokens = {
            "access_token": credentials.access_token,
            "refresh_token": credentials.refresh_token,
        }
        new = self.folder / f".{credentials.username}"
        new.write_text(json.dumps(tokens))
        new.replace(self.folder / credentials.username)


class Backpack:
    """A rehearsal with faults, in a process of its own."""

    def __init__(self, seed: int, web: MadeWeb, port: int = 0) -> None:
        here, there = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(here[0])
            os.close(there[1])
            self._serve(seed, web, port, here[1], there[0])
        os.close(here[1])
        os.close(there[0])
        self._told, self._tell = os.fdopen(here[0]), there[1]
        self.url = self._told.readline().strip()

    @staticmethod
    def _serve(seed: int, web: MadeWeb, port: int, tell: int, told: int) -> None:
        options = RehearsalOptions(
            accounts=tuple(AccountOptions((name,), password=PASSWORD) for name in NAMES),
            faults=Faults(fail=5, busy=3, lose=3, retry_after=False, seed=seed),
            port=port,
        )
        running = serve(options, fetching=lambda _address: lambda: web)
        os.write(tell, f"{running.url}\n".encode())
        os.read(told, 1)
        held = Counter((held.account, held.open_badge_id) for held in running.state.held.values())
        times = Counter(running.state.imports.values())
        facts = {
            "there": len(held),
            "doubled": sum(n for times_in, n in times.items() if times_in > 1)
            + sum(count > 1 for count in held.values()),
            "faults": dict(running.app.happened),
        }
        os.write(tell, json.dumps(facts).encode() + b"\n")
        os._exit(0)

    def end(self) -> dict[str, object]:
        """Stop it, and return what it holds."""
        os.write(self._tell, b"x")
        facts: dict[str, object] = json.loads(self._told.readline())
        os.waitpid(self.pid, 0)
        return facts


def made(path: Path, web: MadeWeb, make: Maker, url: str) -> None:
    """Make an archive whose every badge is planned."""
    found = [make.found(number, NAMES[number % PEOPLE]) for number in range(PEOPLE * EACH)]
    with Archive.open(path) as archive, open_place(path.parent) as place:
        read_source(archive, Listing(found), place, lambda counts: None)
        destination = Badgr(url)
        saved = accounts.save_destination(archive, destination.kind, destination.url)
        for name in NAMES:
            accounts.save_account(archive, saved.id, name, Addresses((name,)))
        question = Question(saved, destination.capabilities, web, "web", datetime.now(UTC))
        assert plan(archive, question, lambda count: None).to_send == len(found)


def push(path: Path, url: str, folder: Path, die_at: int | None = None) -> bool:
    """Push once; returns whether everything has arrived."""
    with Archive.open(path) as archive:
        if die_at is not None:
            statements = iter(range(die_at))
            archive.conn.set_trace_callback(lambda _: next(statements, None) is None and die())
        (saved,) = accounts.destinations(archive)
        destination = Badgr(url)
        pace = Pace(attempts=4, first=0.005, longest=0.02)
        manners = Manners(destination.capabilities, pace=pace)
        campaign = Campaign(
            archive, saved, destination, FileKeys(folder), manners, Limits(), threads=THREADS
        )
        campaign.push(None, lambda sent: None)
        states = ledger.states(archive, saved.id)
        return states["done"] + states["already_there"] == PEOPLE * EACH


def nothing_to_do(path: Path, url: str, folder: Path) -> bool:
    """Compare the archive with the backpack; returns whether it knows what is there."""
    found: list[Compared] = []
    with Archive.open(path) as archive:
        (saved,) = accounts.destinations(archive)
        destination = Badgr(url)
        manners = Manners(destination.capabilities)
        job = Reconciliation(
            archive, saved, destination, FileKeys(folder), manners, threads=THREADS
        )
        job.run(None, job.since, Watcher(lambda difference: None, found.append))
    return len(found) == PEOPLE and all(
        one.fits == {"known": EACH} and one.repaired == 0 for one in found
    )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def life(path: Path, url: str, folder: Path, chance: random.Random) -> str:
    """Push in a process of its own, and kill it; returns "killed", "finished" or "failed"."""
    die_at = chance.randrange(MOST_STATEMENTS) if chance.random() < 0.5 else None
    seconds = chance.uniform(0, LONGEST_LIFE)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            push(path, url, folder, die_at)
            code = 0
        finally:
            os._exit(code)
    if die_at is None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "failed" if os.WEXITSTATUS(status) else "finished"


def finished(path: Path, url: str, folder: Path) -> dict[str, object]:
    """Push in peace until nothing is left, and look at what the archive knows."""
    for _ in range(PATIENCE):
        with Archive.open(path) as archive:
            (saved,) = accounts.destinations(archive)
            ledger.retry(archive, saved.id, None, None)
        pid = os.fork()
        if not pid:
            os._exit(0 if push(path, url, folder) else 3)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
            break
    pid = os.fork()
    if not pid:
        os._exit(0 if nothing_to_do(path, url, folder) else 3)
    at_one = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    with Archive.open(path) as archive:
        states = ledger.states(archive, 1)
        outcomes = archive.all("select outcome, count(*) from attempt group by outcome")
        report = check(archive, lambda damage: None, lambda rows: None)
        return {
            "known": states["done"] + states["already_there"],
            "states": dict(states),
            "attempts": {row[0]: row[1] for row in outcomes},
            "at_one": at_one,
            "clean": report.clean,
            "leases": archive.one("select count(*) from lease")[0],
        }


def one_round(folder: Path, seed: int, kills: int, make: Maker, web: MadeWeb) -> dict[str, object]:
    """Move one cohort while being killed up to `kills` times."""
    chance = random.Random(seed)
    folder.mkdir()
    (folder / "keys").mkdir()
    backpack = Backpack(seed, web)
    path = folder / "archive.db"
    made(path, web, make, backpack.url)
    ends: Counter[str] = Counter()
    while ends["killed"] < kills and not ends["finished"]:
        ends[life(path, backpack.url, folder / "keys", chance)] += 1
        if ends["failed"]:
            break
    known = finished(path, backpack.url, folder / "keys")
    facts = {**known, **backpack.end(), "kills": ends["killed"], "failed": ends["failed"]}
    shutil.rmtree(folder)
    return facts


def main() -> None:
    kills, seed, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    make = Maker()
    web = MadeWeb(make)
    began = time.monotonic()
    done, rounds, wrong, attempts = 0, 0, [], Counter()
    while done < kills:
        facts = one_round(folder / str(rounds), seed + rounds, kills - done, make, web)
        done += facts["kills"]
        rounds += 1
        attempts.update(facts["attempts"])
        right = (facts["there"], facts["known"], facts["doubled"], facts["failed"])
        sound = facts["clean"] and facts["at_one"] and not facts["leases"]
        if right != (PEOPLE * EACH, PEOPLE * EACH, 0, 0) or not sound:
            wrong.append(facts)
    facts = {
        "kills": done,
        "rounds": rounds,
        "badges": rounds * PEOPLE * EACH,
        "seconds": round(time.monotonic() - began, 1),
        "attempts": dict(attempts),
        "wrong": wrong,
    }
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()

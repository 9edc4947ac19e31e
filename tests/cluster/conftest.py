"""A backpack for a small cohort, an archive planned for it, and databases to be shared."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.archive import accounts
from migrator.archive.archive import Archive
from migrator.destinations.badgr.destination import Badgr
from migrator.openbadges.model import Addresses
from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.transfer.plan import Question, plan
from migrator.verify.answers import Answer

PEOPLE = [f"learner{n}@example.org" for n in range(16)]
EACH = 4
PASSWORD = "sesame-of-the-database"
DEBIAN = Path("/usr/lib/postgresql")  # Debian keeps the server out of PATH
NO_POSTGRESQL = "PostgreSQL is not installed; apt-get install postgresql"


class MadeWeb:
    """The issuers' site, in memory: every document of every badge."""

    def __init__(self, make, badges):
        self.pages = {
            make.url(n): ("application/json", make.json(make.assertion(n, PEOPLE[n % len(PEOPLE)])))
            for n in range(badges)
        }
        for number in range(3):
            badge_class = make.badge_class(number)
            self.pages[badge_class["id"]] = ("application/json", make.json(badge_class))
            self.pages[badge_class["image"]] = ("image/png", make.png())
        self.pages[make.issuer()["id"]] = ("application/json", make.json(make.issuer()))

    def get(self, url):
        return Answer(url, 200, *self.pages[url]) if url in self.pages else Answer.unknown(url)


@dataclass
class Cohort:
    """An archive whose every badge is planned for a backpack that is running."""

    path: Path
    to: str
    badges: int
    backpack: object

    def arrived(self):
        """Return how many badges are there, having seen that none came twice."""
        times = self.backpack.state.imports
        assert set(times.values()) <= {1}
        return len(times)

    def states(self):
        with Archive.read(self.path) as archive:
            return dict(map(tuple, archive.all(
                "select state, count(*) from transfer group by state"
            )))  # fmt: skip


@pytest.fixture
def cohort(tmp_path, make, reader, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "rehearsal")
    monkeypatch.delenv("BADGE_MIGRATOR_ARCHIVE", raising=False)
    monkeypatch.delenv("BADGE_MIGRATOR_CLUSTER_DATABASE", raising=False)
    monkeypatch.chdir(tmp_path)
    badges = len(PEOPLE) * EACH
    web = MadeWeb(make, badges)
    options = RehearsalOptions(
        accounts=tuple(AccountOptions((name,), "rehearsal") for name in PEOPLE),
        faults=Faults(slow=0.04),
    )
    with serve(options, fetching=lambda _: lambda: web) as running:
        path = tmp_path / "badge-archive.db"
        destination = Badgr(running.url)
        with Archive.open(path) as archive:
            found = [make.found(n, PEOPLE[n % len(PEOPLE)]) for n in range(badges)]
            reader.outcomes(archive, tmp_path, found)
            saved = accounts.save_destination(archive, destination.kind, destination.url)
            for name in PEOPLE:
                accounts.save_account(archive, saved.id, name, Addresses((name,)))
            question = Question(saved, destination.capabilities, web, "web", datetime.now(UTC))
            assert plan(archive, question, lambda count: None).to_send == badges
        yield Cohort(path, saved.name, badges, running)


def _binary(name):
    found = sorted(DEBIAN.glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def postgresql():
    """Start a PostgreSQL of our own on 127.0.0.1; yields its address with the password in it."""
    if not (_binary("initdb") and _binary("pg_ctl")):
        pytest.skip(NO_POSTGRESQL)
    folder = Path(tempfile.mkdtemp(prefix="badge-migrator-pg-"))
    as_user = []
    if os.getuid() == 0:  # it refuses to run as root
        if not shutil.which("runuser"):
            pytest.skip(
                f"PostgreSQL does not run as root, and there is no runuser. {NO_POSTGRESQL}"
            )
        as_user = ["runuser", "-u", "postgres", "--"]
    (folder / "password").write_text(PASSWORD)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    data = folder / "data"

    def call(name, *words):
        command = [*as_user, _binary(name), "-D", str(data), *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            pytest.skip(f"PostgreSQL cannot be started here: {done.stderr.strip()[-200:]}")

    try:
        if as_user:
            shutil.chown(folder, "postgres")
            shutil.chown(folder / "password", "postgres")
        call("initdb", "-U", "postgres", "-A", "scram-sha-256", "-N", f"--pwfile={folder}/password")
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
        settings += f" -c unix_socket_directories={folder}"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
        yield f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/cluster"
        call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

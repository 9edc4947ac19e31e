"""The command line as a person uses it, with a rehearsal backpack beside it."""

from __future__ import annotations

import html
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from migrator.archive.archive import Archive
from migrator.cli.app import main
from migrator.rehearsal.server import Rehearsal, RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"


@dataclass(frozen=True)
class Ran:
    """What one command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        lines = self.out.strip().splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])


@pytest.fixture(autouse=True)
def place_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "rehearsal")
    monkeypatch.delenv("BADGE_MIGRATOR_ARCHIVE", raising=False)


@pytest.fixture
def run(monkeypatch, capsys) -> Callable[..., Ran]:
    def command(*words: object, expected: int | None = 0) -> Ran:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        monkeypatch.setattr(sys, "argv", ["badge-migrator", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        assert {n: signal.getsignal(n) for n in before} == before
        if expected is not None:
            assert code == expected, f"{words}: {printed.out}\n{printed.err}"
        return Ran(code, printed.out, printed.err)

    return command


@pytest.fixture
def demo_data() -> Path:
    return DEMO


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start commands in processes of their own; what still runs at the end is ended."""
    running = []

    def command(*words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "migrator", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ},
        )
        running.append(process)
        return process

    yield command
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    accounts = tuple(AccountOptions((email,), "rehearsal") for email in (MARIA, JOERG, AIKO))
    with serve(RehearsalOptions(accounts=accounts, folder=DEMO)) as running:
        yield running


@pytest.fixture
def unhurried(monkeypatch):
    """Read live sources without the pause between two requests, which has a test of its own."""
    monkeypatch.setattr("migrator.cli.live.PatientWeb._pace", lambda self: None)


@pytest.fixture
def imported(rehearsal) -> Callable[[], int]:
    def count() -> int:
        """Return how many badges arrived, having seen that none arrived twice."""
        assert [badge for badge, times in rehearsal.state.imports.items() if times > 1] == []
        return len(rehearsal.state.imports)

    return count


@pytest.fixture
def as_if_real(tmp_path):
    """Take what a rehearsal has answered for the answers of the real hosts: no test asks those."""

    def believed(path=tmp_path / "badge-archive.db"):
        with Archive.open(path) as opened, opened.writing() as conn:
            conn.execute("update web_answer set origin = 'live', via = null")

    return believed


@pytest.fixture
def everybody_ready(run, rehearsal, demo_data):
    """Archive the demo's badges and plan them for all of its people; returns the backpack."""
    to = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for email in (MARIA, JOERG, AIKO):
        run("login", to, "--as", email)
    run("plan", "--to", to, "--via", rehearsal.web_url)
    return to


class Person(io.StringIO):
    """Somebody who reads what is printed, says yes in the browser, and pastes what it shows.

    `first` is what they paste before that; `email` is as whom their browser is signed in. Some sit
    at a terminal.
    """

    def __init__(
        self, capsys, email=MARIA, first=(), change=lambda address: address, terminal=False
    ):
        super().__init__()
        self.isatty = lambda: terminal
        self._capsys = capsys
        self._email = email
        self._first = list(first)
        self._change = change
        self.out = self.err = ""

    def readline(self, *_):
        printed = self._capsys.readouterr()
        self.out, self.err = self.out + printed.out, self.err + printed.err
        if self._first:
            return f"{self._first.pop(0)}\n"
        url = re.search(r"^  (http://\S+)$", self.out + self.err, re.MULTILINE)[1]
        form = {"username": self._email, "password": "rehearsal", "allow": "yes"}
        page = requests.post(url, data=form, timeout=10).text
        return self._change(html.unescape(re.search(r'id="address">([^<]+)<', page)[1]))


@pytest.fixture
def person(monkeypatch, capsys):
    def sit_down(**how):
        one = Person(capsys, **how)
        monkeypatch.setattr(sys, "stdin", one)
        return one

    return sit_down

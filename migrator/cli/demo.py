"""`badge-migrator demo`: the main job from end to end on example data, offline.

Every step is the real command in a process of its own; the demo only types and watches.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

_ACCOUNTS = ("maria@example.org", "joerg@example.net", "aiko@example.jp")
_MARK = "made-by-badge-migrator-demo.txt"
_SECONDS = 30
_INTERRUPT_AFTER, _KILL_AFTER = 3, 7


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the demo leaves its archive and report.")
    ] = Path("demo"),
) -> None:
    """Show the whole journey on example data, against a backpack on this computer.

    Archives an export and a database dump, plans, pushes, is interrupted and killed, goes on, and
    says where each badge is. Needs no network and touches no account of yours.
    """
    _prepare(folder)
    shown = _Shown(folder)
    with _rehearsal(shown) as facts:
        _journey(shown, f"badgr:{facts['url']}", str(facts["web_url"]))
        _proof(str(facts["url"]))
    print(f"\nLook around: {folder / 'report.html'} is the report, {shown.archive} the archive")
    print(f"(open it with any SQLite tool, or: badge-migrator status --archive {shown.archive}).")


def _journey(shown: _Shown, to: str, via: str) -> None:
    shown.title("1. Keep everything: Maria's export and a database dump go into one file")
    shown.run("archive", "mozilla-export.zip", "backpack.sql", expected=3)
    shown.title("2. Sign three people in at the backpack")
    for account in _ACCOUNTS:
        shown.run("login", to, "--as", account)
    shown.title("3. Plan: what will the backpack say to each badge? The issuers' sites are asked")
    shown.run("plan", "--to", to, "--via", via)
    shown.title("4. Push, and press Ctrl-C in the middle")
    shown.stop_after(_INTERRUPT_AFTER, "interrupt", "push", "--to", to)
    shown.title("5. Go on, and this time kill the program (kill -9)")
    shown.stop_after(_KILL_AFTER - _INTERRUPT_AFTER, "kill", "push", "--to", to)
    shown.title("6. Go on to the end")
    shown.run("push", "--to", to, expected=3)
    shown.title("7. Where are Maria's badges?")
    shown.run("status", "maria@example.org")
    shown.title("8. And everybody's?")
    shown.run("status")
    shown.run("report", "--to", str(shown.folder / "report.html"))


def _proof(url: str) -> None:
    import requests

    seen = requests.get(f"{url}/__rehearsal__/", timeout=_SECONDS).json()
    twice = len(seen["imported_twice"])
    print(f"\nThe backpack itself says: {seen['badges']} badges arrived, {twice} of them twice.")
    if twice:
        raise errors.MigratorError("A badge arrived twice.", "This is a defect; please report it.")


class _Shown:
    """Runs commands as a person would, printing each before what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "badge-archive.db"

    def title(self, text: str) -> None:
        print(f"\n== {text}", flush=True)

    def run(self, *words: str, expected: int = 0) -> None:
        import subprocess

        done = subprocess.run(self.command(*words), env=self.environment(), check=False)  # noqa: S603 - our own command
        if done.returncode != expected:
            raise errors.MigratorError(
                f"`badge-migrator {words[0]}` ended with {done.returncode}, not {expected}.",
                "This is a defect; please report it with what is printed above.",
            )

    def stop_after(self, lines: int, how: str, *words: str) -> None:
        """Start a command and stop it when it has said what became of so many badges."""
        import signal

        with self.started(*words) as process:
            seen = 0
            for line in process.stdout or ():
                print(line, end="", flush=True)
                seen += line.startswith("  ")
                if seen == lines:
                    seen += 1
                    print("  ^C" if how == "interrupt" else "  (killed)", flush=True)
                    process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGKILL)
        print(f"  (ended with {process.returncode})", flush=True)

    def started(self, *words: str) -> subprocess.Popen[str]:
        import subprocess

        command = self.command(*words)
        return subprocess.Popen(  # noqa: S603 - our own command
            command, env=self.environment(), stdout=subprocess.PIPE, text=True
        )

    def command(self, *words: str) -> list[str]:
        import shlex
        import sys

        print(f"$ badge-migrator {shlex.join(words)}", flush=True)
        data = _data()
        paths = [str(data / word) if (data / word).is_file() else word for word in words]
        return [sys.executable, "-u", "-m", "migrator", *paths]

    def environment(self) -> Mapping[str, str]:
        import os

        from migrator.cli.rehearse import PASSWORD

        return {
            **os.environ,
            "BADGE_MIGRATOR_ARCHIVE": str(self.archive),
            "BADGE_MIGRATOR_PASSWORD": PASSWORD,
            # The visitor's own keyring is left alone.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }


def _rehearsal(shown: _Shown) -> _Rehearsal:
    accounts = [word for account in _ACCOUNTS for word in ("--account", account)]
    return _Rehearsal(
        shown,
        *("rehearse", "serve", "--folder", str(_data()), *accounts),
        *("--port", "0", "--web-port", "0", "--slow", "0.15", "--json"),
    )


class _Rehearsal:
    """The rehearsal server as a process beside the demo, stopped at its end."""

    def __init__(self, shown: _Shown, *words: str) -> None:
        self._process = shown.started(*words)

    def __enter__(self) -> dict[str, object]:
        import json

        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise errors.MigratorError(
                "The rehearsal did not start.", "What it said is printed above."
            )
        facts: dict[str, object] = json.loads(line)
        print(f"A rehearsal backpack is running at {facts['url']}")
        return facts

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()


def _data() -> Path:
    from importlib import resources

    return Path(str(resources.files("migrator.fixtures"))) / "demo"


def _prepare(folder: Path) -> None:
    mark = folder / _MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise errors.Usage(
            f"The folder {folder} holds something else.", "Name another one with --folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("The files beside this one are example data; delete them as you like.\n")
    for old in _left_by_us(folder):
        old.unlink()


def _left_by_us(folder: Path) -> Iterator[Path]:
    yield from folder.glob("badge-archive.db*")
    yield from folder.glob("report.html")

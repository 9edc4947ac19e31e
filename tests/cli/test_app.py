from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
import typer

from migrator import __version__, errors
from migrator.cli import app as app_module
from migrator.cli.app import COMMANDS, app

ROOT = Path(__file__).parents[2]


def commands():
    group = typer.main.get_command(app)
    return sorted(group.commands)


def test_whoever_comes_without_a_command_is_greeted_with_three(run):
    ran = run()
    assert ran.out.count("  badge-migrator ") == 3
    assert "--help" in ran.out


def test_the_version_is_the_packages(run):
    assert run("--version").out == f"badge-migrator {__version__}\n"


@pytest.mark.parametrize("line", COMMANDS, ids=[line.name for line in COMMANDS])
def test_the_list_says_of_a_command_what_its_own_help_says_first(line):
    said = " ".join(line.load().help.split("\n\n")[0].split())
    assert line.summary == said.partition(". ")[0].removesuffix(".") + "."


def test_commands_of_one_task_stand_together():
    tasks = [line.task for line in COMMANDS]
    assert tasks == sorted(tasks, key=tasks.index)


@pytest.mark.parametrize("command", commands())
def test_every_command_helps_and_is_documented(run, command):
    assert run(command, "--help").out.startswith("Usage:")
    assert f"## {command}" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


# What each of these may not import, by the name of the package or module.
_SLOW = (
    *("requests", "urllib3", "flask", "sqlite_utils", "keyring", "joserfc", "cryptography"),
    *("bs4", "tenacity", "tqdm", "rich", "pydantic", "importlib.metadata", "asyncio"),
)


def imported_by(*words):
    """Return the modules that a command has imported when it is done, in a process of its own."""
    code = (
        "import sys\nfrom migrator.cli.app import app\n"
        f"app({list(words)!r}, prog_name='badge-migrator', standalone_mode=False)\n"
        "print('imported:', *sys.modules)"
    )
    # Measuring coverage would itself load sqlite3.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=alone
    )
    return set(done.stdout.rpartition("imported:")[2].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_no_command_and_nothing_heavy(option):
    found = imported_by(option)
    assert not found & {*_SLOW, "sqlite3"}
    ours = {name for name in found if name.startswith("migrator.")}
    assert {name for name in ours if not name.startswith("migrator.cli")} == {"migrator.errors"}
    of_commands = {(line.module or line.name).partition(":")[0] for line in COMMANDS}
    assert not ours & {f"migrator.cli.{name.replace('-', '_')}" for name in of_commands}


@pytest.mark.parametrize("who", [(), ("maria@example.org",), ("html basics",)])
def test_status_imports_nothing_that_takes_long(run, demo_data, who):
    run("archive", demo_data / "backpack.sql")
    found = imported_by("status", *who)
    assert "sqlite3" in found
    assert not found & {*_SLOW}
    assert not any(name.startswith("migrator.destinations") for name in found)


def test_a_wrong_option_is_a_usage_error(run):
    assert "--nope" in run("status", "--nope", expected=2).err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.MigratorError("It broke.", "Mend it."), 1),
        (errors.Usage("Wrong.", "Right."), 2),
        (errors.Incomplete("Left.", "Later."), 4),
        (errors.SignInFailed("No.", "Try."), 5),
        (errors.ArchiveDamaged("Bad.", "Copy."), 6),
        (errors.ArchiveLocked("Busy.", "Wait."), 7),
        (errors.Interrupted("Stopped.", "Go on."), 130),
    ],
)
def test_every_error_has_its_exit_code_and_says_what_next(run, monkeypatch, error, code):
    def broken(prog_name: str) -> None:
        raise error

    monkeypatch.setattr(app_module, "app", broken)
    ran = run(expected=code)
    assert error.what in ran.err
    assert f"What next: {error.next_step}" in ran.err
    documented = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert f"| {code} |" in documented


def test_the_package_says_what_it_needs():
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = facts["tool"]["setuptools"]["packages"]
    found = {
        ".".join(one.parent.relative_to(ROOT).parts) for one in ROOT.glob("migrator/**/__init__.py")
    }
    assert found <= set(packages)


def test_no_machine_paths_are_in_the_docs():
    for page in [*ROOT.glob("docs/*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        assert "/root/" not in page.read_text(encoding="utf-8")


def wait_for_opened(process, name):
    """Wait until a process has a file open, where /proc tells, else as long as that takes."""
    files = Path(f"/proc/{process.pid}/fd")
    until = time.monotonic() + (20 if files.exists() else 2)
    while time.monotonic() < until:
        time.sleep(0.05)
        # A file may be closed while it is looked at.
        with suppress(OSError):
            if any(one.readlink().name == name for one in files.iterdir()):
                return


def test_ctrl_c_says_how_to_go_on(start, tmp_path, demo_data):
    from migrator.archive.archive import Archive  # noqa: PLC0415 - for this one test

    with Archive.open(tmp_path / "badge-archive.db") as archive, archive.writing():
        # The command waits for the archive, which is being written.
        process = start("archive", demo_data / "backpack.sql")
        wait_for_opened(process, "badge-archive.db")
        process.send_signal(signal.SIGINT)
    # SQLite waits without listening: the signal is heard as soon as the archive is free.
    _, err = process.communicate(timeout=20)
    # Interrupted while it makes a class, Python ends itself by the signal: 130 to a shell, too.
    assert process.returncode in {130, -signal.SIGINT}, err
    assert "Run the same command again" in err

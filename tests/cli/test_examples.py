"""Every example that a help shows, typed as it stands there."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
import typer

from migrator.cli.app import app
from migrator.cli.examples import EXAMPLES
from migrator.cli.manners import example_text
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

FIXTURES = Path(__file__).parents[2] / "fixtures"
PEOPLE = ("maria@example.org", "joerg@example.net", "aiko@example.jp")
ALL = [(path, one) for path, found in EXAMPLES.items() for one in found]
# Why an example is not run here, only taken apart by the real command line.
ONLY_PARSED = {
    "cluster run": "it starts processes; tests/cluster runs it",
    "cluster submit": "it starts processes; tests/cluster runs it",
    "cluster worker": "it serves until it is stopped; tests/cluster runs it",
    "demo": "tests/cli/test_demo.py runs it",
    "recover": "it asks a web archive",
    "rehearse serve": "it serves until it is stopped",
    "serve": "it serves until it is stopped",
    "rehearse site": "it serves until it is stopped",
}


def within(command, path=""):
    """Yield every command by its path."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from within(inner, f"{path} {name}".strip())
    if not hasattr(command, "commands"):
        yield path, command


GROUP = typer.main.get_command(app)
COMMANDS = dict(within(GROUP))


@pytest.fixture(scope="module")
def backpack():
    accounts = tuple(AccountOptions((one,), "rehearsal") for one in PEOPLE)
    with serve(RehearsalOptions(accounts=accounts, folder=FIXTURES / "demo")) as running:
        yield running


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return a folder that holds what the examples name; the archive is made by the first test."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def here(run, prepared, tmp_path, backpack):
    """Fill the folder in which a test runs."""
    if not any(prepared.iterdir()):
        for name in ("mozilla-export.zip", "backpack.sql"):
            shutil.copy(FIXTURES / "demo" / name, prepared)
        (prepared / "downloads").mkdir()
        shutil.copy(FIXTURES / "demo" / "mozilla-export.zip", prepared / "downloads")
        (prepared / "accounts.csv").write_text(
            "email,account\n" + "".join(f"{one},{one}\n" for one in PEOPLE), encoding="utf-8"
        )
        (prepared / "people.csv").write_text(
            "Mail,Login,Badge\n" + "".join(f"{one},{one},x\n" for one in PEOPLE), encoding="utf-8"
        )
        run(
            "archive",
            prepared / "mozilla-export.zip",
            prepared / "backpack.sql",
            "-a",
            prepared / "badge-archive.db",
            expected=3,
        )
        shutil.copy(prepared / "badge-archive.db", prepared / "other.db")
        for one in PEOPLE:
            run("login", f"badgr:{backpack.url}", "--as", one, "-a", prepared / "badge-archive.db")
        run("plan", "--to", f"badgr:{backpack.url}", "-a", prepared / "badge-archive.db")
        run("manifest", "write", prepared / "manifest.json", "-a", prepared / "badge-archive.db")
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)


def typed(example, backpack):
    there = {
        "badgr:eu": f"badgr:{backpack.url}",
        "pass show badgr/{username}": "printenv BADGE_MIGRATOR_PASSWORD",
    }
    words = [there.get(one, one) for one in shlex.split(example.typed)]
    command = next(one for path, one in COMMANDS.items() if example.typed.startswith(path))
    options = {name for param in command.params for name in param.opts}
    if "--yes" in options and "--yes" not in words:
        words.append("--yes")
    if "--via" in options:
        words += ["--via", backpack.web_url]
    return words


def test_every_command_has_examples_and_no_other():
    assert sorted(set(COMMANDS) - set(EXAMPLES)) == [], "migrator/cli/examples.py lacks these"
    assert sorted(set(EXAMPLES) - set(COMMANDS)) == []


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_an_example_is_the_same_words_however_narrow_the_terminal(columns):
    for _, one in ALL:
        said, _, lines = example_text(one, columns).partition(":\n")
        assert said.strip().startswith("# ")
        assert shlex.split(lines.replace("\\\n", "")) == ["badge-migrator", *shlex.split(one.typed)]
        if columns >= 60:
            assert max(map(len, lines.splitlines())) <= columns


def test_examples_end_a_commands_help(run):
    out = run("plan", "--help").out
    assert out.rstrip().endswith("--issued-after 2014-01-01")
    assert "\nExamples:\n  # See what would happen to each badge:\n  badge-migrator plan " in out
    assert "Examples:" not in run("export", "--help").out


@pytest.mark.parametrize(("path", "example"), ALL, ids=[one.typed for _, one in ALL])
def test_an_example_is_what_the_command_line_takes(path, example):
    assert example.typed.startswith(path)
    assert example.what.endswith(":")
    words = shlex.split(example.typed)[len(path.split()) :]
    context = COMMANDS[path].make_context(path, words)
    assert context.args == []


@pytest.mark.parametrize(
    ("path", "example"),
    [pair for pair in ALL if pair[0] not in ONLY_PARSED],
    ids=[one.typed for path, one in ALL if path not in ONLY_PARSED],
)
def test_an_example_does_what_it_says(run, here, backpack, path, example):
    ran = run(*typed(example, backpack), expected=None)
    # 3 and 4 say that something is left to do, as in the demo's data there is.
    assert ran.code in {0, 3, 4}, ran.out + ran.err
    assert ran.out

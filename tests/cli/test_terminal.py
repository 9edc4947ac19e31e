"""How the program looks on a terminal, at its width and in its colours."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
import typer

from migrator.cli.app import app
from migrator.cli.console import Console
from migrator.cli.progress import progress
from migrator.cli.terminal import colours, fitted, painted

STYLED = re.compile(r"\x1b\[\d+m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def planned(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    run("plan", "--to", "badgr:http://127.0.0.1:9")


def on_terminal(*words, columns=60, **settings):
    """Return what a command shows on a real terminal, in a process of its own."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    left_out = {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**env, "TERM": "xterm", **settings},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    process.wait(20)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def test_status_fits_a_narrow_terminal_and_paints_its_bars(planned):
    shown = on_terminal("status")
    assert "\x1b[33m####" in shown  # held back
    plain = STYLED.sub("", shown)
    assert max(map(len, plain.splitlines())) <= 60
    assert "  expired: The badge has expired, and the\n             backpack refuses" in plain


def test_no_color_and_columns_are_honoured(planned):
    shown = on_terminal("status", NO_COLOR="1", COLUMNS="120")
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) > 60


def test_help_has_its_headings_in_bold_on_a_terminal():
    shown = on_terminal("status", "--help")
    assert "\x1b[1mUsage:\x1b[0m badge-migrator status" in shown
    assert "\x1b[1mExamples:\x1b[0m\n\x1b[2m  # See how many" in shown


def test_a_file_gets_neither_colours_nor_line_breaks(run, planned, monkeypatch):
    for command in (("status",), ("status", "--help"), ("--help",)):
        assert "\x1b" not in run(*command).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    forced = run("status").out
    assert "\x1b[33m####" in forced
    assert max(map(len, forced.splitlines())) > 100
    assert "\x1b[1mExamples:" in run("status", "--help").out
    assert "\x1b" not in run("status", "--csv").out
    assert "\x1b" not in run("status", "--json").out


@pytest.mark.parametrize(
    ("settings", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_who_wants_colours_gets_them(monkeypatch, settings, terminal, wanted):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert colours(Terminal() if terminal else io.StringIO()) is wanted


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("short", "short"),
        ("  Found in one two three", "  Found in one two\n    three"),
        (
            "       17  because of this and that",
            "       17  because of\n          this and\n          that",
        ),
        ("Next: badge-migrator plan --to DESTINATION", None),
        ("    badge-migrator export restore-site --host x", None),
        ("Do it with `badge-migrator plan` now", "Do it with\n  `badge-migrator plan`\n  now"),
        ("https://example.org/without/a/single/blank", None),
    ],
)
def test_a_line_is_broken_below_its_first_words_and_a_command_never(text, broken):
    assert fitted(text, 21) == (broken or text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "  ####................         4  moved",
            "  \x1b[32m####\x1b[0m\x1b[2m................\x1b[0m",
        ),
        ("  ####................         4  refused", "  \x1b[31m####\x1b[0m"),
        ("  ####................         4  A Guild: 4 moved", "  \x1b[32m####\x1b[0m"),
        (
            "  ....................         4  A Guild: 4 held",
            "  \x1b[2m....................\x1b[0m",
        ),
        ("# not a bar", "# not a bar"),
        ("1. a step", "1. a step"),
    ],
)
def test_a_bar_has_the_colour_of_its_state(text, shown):
    assert painted(text).startswith(shown)
    assert STYLED.sub("", painted(text)) == text


def test_lines_stand_above_the_bar_and_the_bar_says_what_is_left(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "70")
    with progress("Sending", 40) as show:
        show(20)
        Console().say("  HTML Basics: moved")
        show(30)
    shown = terminal.getvalue()
    assert re.search(r"\r {69}\r  HTML Basics: moved\n", shown)
    assert re.search(r"\rSending: \|.+\| 20 of 40 badges, [\d,]+ a minute, 0 s left", shown)
    assert max(map(len, re.split(r"[\r\n]", shown))) <= 69


def every_help(command, name):
    context = command.make_context(name, [], resilient_parsing=True)
    yield command.get_help(context)
    for inner, one in getattr(command, "commands", {}).items():
        yield from every_help(one, f"{name} {inner}")


def test_every_help_can_be_read_at_sixty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    helps = list(every_help(typer.main.get_command(app), "badge-migrator"))
    assert len(helps) > 40
    for said in helps:
        assert re.search(r"<[a-z]", said) is None  # no <int range> of typer's
        # Only what cannot be broken, such as an address, may be longer.
        assert [line for line in said.splitlines() if len(line) > 60 and " " in line.strip()] == []

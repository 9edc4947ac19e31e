from __future__ import annotations

import io
import sys

import pytest

from migrator.cli import progress as module
from migrator.cli.console import Console
from migrator.cli.progress import lasting, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar_on_standard_error(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("Reading", 10, "rows") as show:
        for done in range(11):
            show(done)
    assert "Reading" in terminal.getvalue()
    assert "rows" in terminal.getvalue()


def test_elsewhere_a_line_is_printed_now_and_then(monkeypatch, capsys):
    moments = iter([0.0, 1.0, 12.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(moments))
    with progress("Reading", 1_000) as show:
        show(1)
        show(500)
    assert capsys.readouterr().err == ("Reading: 500 of 1,000, 2,500 a minute, 12 s left\n")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (90, "2 min"),
        (12_000, "3 h 20 min"),
        (200_000, "2 days 8 h"),
    ],
)
def test_a_time_is_told_as_a_person_says_it(seconds, words):
    assert lasting(seconds) == words


@pytest.mark.parametrize(("no_color", "expected"), [(None, "\x1b[1mend\x1b[0m\n"), ("1", "end\n")])
def test_the_last_line_is_bold_on_a_terminal_that_wants_colours(monkeypatch, no_color, expected):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    Console().last("end")
    assert terminal.getvalue() == expected

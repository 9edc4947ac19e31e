from __future__ import annotations

import io
import sys

import pytest

from migrator.cli import progress as module
from migrator.cli.console import Console
from migrator.cli.progress import progress


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
    moments = iter([0.0, 1.0, 11.0, 12.0, 12.0, 30.0, 30.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(moments))
    with progress("Reading", 1_000) as show:
        show(1)
        show(500)
    assert capsys.readouterr().err == "Reading: 500 of 1,000\n"


@pytest.mark.parametrize(("no_color", "expected"), [(None, "\x1b[1mend\x1b[0m\n"), ("1", "end\n")])
def test_the_last_line_is_bold_on_a_terminal_that_wants_colours(monkeypatch, no_color, expected):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    Console().last("end")
    assert terminal.getvalue() == expected

"""Plain values are taken without typer's own way, and are the same."""

from __future__ import annotations

import pytest
import typer

from migrator.cli.app import app
from migrator.cli.manners import first_sentence, lighten


def every_param(command, path=""):
    for name, inner in getattr(command, "commands", {}).items():
        yield from every_param(inner, f"{path} {name}".strip())
    for param in command.params:
        yield path, param


def taken(runtime, param, value):
    """Return the value, or that it was refused."""
    try:
        found = runtime.coerce(value, param=param, ctx=None)
    except typer.BadParameter:
        return "refused"
    return (list, *found) if isinstance(found, (list, tuple)) else (type(found), found)


@pytest.fixture(scope="module")
def params():
    found = list(every_param(typer.main.get_command(app)))
    plain = [param.get_runtime_param for _, param in found]
    lighten([param for _, param in found])
    return [(path, param, one) for (path, param), one in zip(found, plain, strict=True)]


def test_values_are_what_typer_would_make_of_them(params, tmp_path):
    (tmp_path / "file").touch()
    for path, param, typers in params:
        many = param.multiple or param.nargs == -1
        values = ["", "a b", "3", "-", "ä", str(tmp_path), str(tmp_path / "file"), param.default]
        for value in [[one] if many and isinstance(one, str) else one for one in values]:
            ours = taken(param.get_runtime_param(), param, value)
            assert ours == taken(typers(), param, value), (path, param.name, value)


def test_a_file_that_may_not_be_read_is_left_to_typer(params, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.touch()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may read everything
    _, param, _ = next(one for one in params if one[1].name == "archive_file")
    assert taken(param.get_runtime_param(), param, str(secret)) == "refused"


def test_the_first_sentence_is_one_line():
    assert first_sentence("Do this\nand that. Then more.\n\nAnd more.") == "Do this and that."
    assert first_sentence("Do this") == "Do this."


def test_values_are_called_in_the_help_what_people_call_them(run):
    out = run("verify", "--help").out
    assert "--at-once N " in out
    assert "Usage: badge-migrator archive [OPTIONS] SOURCE...\n" in run("archive", "--help").out
    assert "Usage: badge-migrator status [OPTIONS] [WHO]\n" in run("status", "--help").out
    assert "\n  [FILE]  Where the key goes" in run("manifest", "key", "--help").out

from __future__ import annotations

import re

import pytest

from migrator import errors

TREE = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.MigratorError)
}


def test_the_tree_drawn_at_the_top_is_the_tree_there_is():
    above = ["Exception"]
    drawn = {}
    for bars, name, code in re.findall(
        r"^    ([|\- ]*)(\w+) +(\d+)\b", errors.__doc__, re.MULTILINE
    ):
        depth = 1 + bars.count("|")
        del above[depth:]
        drawn[name] = (above[-1], int(code))
        above.append(name)
    assert drawn == {name: (kind.__base__.__name__, kind.exit_code) for name, kind in TREE.items()}


@pytest.mark.parametrize("kind", TREE.values(), ids=list(TREE))
def test_every_error_says_what_happened_and_what_to_do(kind):
    error = kind("The disk is full.", "Make room.")
    assert (error.what, error.next_step) == ("The disk is full.", "Make room.")
    assert str(error) == "The disk is full. Make room."
    assert str(kind("It failed.")) == "It failed."


def test_exit_codes_are_the_ones_that_are_promised():
    codes = {name: kind.exit_code for name, kind in TREE.items()}
    assert codes["MigratorError"] == 1
    assert codes["Usage"] == codes["NotRecognised"] == codes["SourceUnreadable"] == 2
    assert codes["Incomplete"] == 4
    assert codes["SignInFailed"] == 5
    assert (codes["ArchiveDamaged"], codes["ArchiveLocked"]) == (6, 7)
    assert issubclass(errors.NotRecognised, errors.Usage)
    assert issubclass(errors.SourceUnreadable, errors.Usage)

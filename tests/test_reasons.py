from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator import reasons
from migrator.cli.app import COMMANDS
from migrator.reasons import REASONS, Retry, Who, reason

MIGRATOR = Path(reasons.__file__).parent


@pytest.mark.parametrize("one", REASONS.values(), ids=list(REASONS))
def test_every_reason_can_be_read_out(one):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", one.code)
    for text in (one.sentence, one.next_step, one.in_letter):
        assert text == text.strip()
        assert text[0].isupper()
        assert text.endswith(".")
        assert text.isprintable()
    assert len(one.sentence) < 140
    assert not re.search(r"HTTP|JSON|null|None|Exception|\bAPI\b", one.sentence)


@pytest.mark.parametrize("one", REASONS.values(), ids=list(REASONS))
def test_retrying_and_acting_fit_together(one):
    if one.retry is Retry.LATER:
        assert one.who is Who.NOBODY
        assert "again" in one.next_step
    if one.retry is Retry.AFTER_CHANGE:
        assert one.who is not Who.NOBODY or one.code == "version_unsupported"


@pytest.mark.parametrize("one", REASONS.values(), ids=list(REASONS))
def test_who_has_a_letter_and_not_the_program_is_told_no_command(one):
    assert "`" not in one.in_letter
    assert "badge-migrator" not in one.in_letter
    known = "|".join(re.escape(line.name) for line in COMMANDS if line.name != "letter")
    assert not re.search(rf"\b(run|{known})\b|--\w", one.in_letter)


def test_commands_in_next_steps_exist():
    known = {line.name for line in COMMANDS}
    for one in REASONS.values():
        for words in re.findall(r"`([^`]+)`", one.next_step):
            assert words.split()[0] in known, one.code


def test_a_reason_is_found_by_its_code_and_no_other_way():
    assert reason("host_dead").code == "host_dead"
    with pytest.raises(KeyError):
        reason("no such reason")


def test_every_code_the_program_uses_is_in_the_table():
    used = set()
    for path in MIGRATOR.rglob("*.py"):
        if path.name != "reasons.py":
            text = path.read_text(encoding="utf-8")
            used |= set(re.findall(r'reason="([a-z0-9_]+)"', text))
            used |= set(re.findall(r'\breason\("([a-z0-9_]+)"\)', text))
    assert used
    assert used <= set(REASONS)


def test_every_code_in_the_table_is_used():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in MIGRATOR.rglob("*.py")
        if path.name != "reasons.py"
    )
    assert [code for code in REASONS if f'"{code}"' not in text] == []

from __future__ import annotations

from migrator.report.facts import facts
from migrator.report.ticket import ticket_lines


def test_a_ticket_has_the_counts_and_who_can_act(hostile):
    lines = list(ticket_lines(facts(hostile)))
    assert lines[0] == "## Badge migration"
    assert "| moved | 1 |" in lines
    assert any(line.startswith("| The issuers | 1 | `") for line in lines)
    assert any("missing: 0." in line for line in lines)


def test_no_name_means_anything_in_a_ticket(hostile):
    (head,) = [line for line in ticket_lines(facts(hostile)) if line.startswith("### ")]
    assert "\\<script\\>" in head


def test_a_ticket_of_an_empty_archive(archive):
    assert "0 badges" in "\n".join(ticket_lines(facts(archive)))

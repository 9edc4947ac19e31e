from __future__ import annotations

from dataclasses import replace

from migrator.archive import totals
from migrator.archive.totals import DestinationTotal, SourceTotal, StateTotal, Totals
from migrator.reasons import REASONS
from migrator.report.summary import destination_lines, summary_lines

SOURCE = SourceTotal("mozilla-mysql", "b.sql", "/b.sql", "complete", "2026", 1219, 1000, 200, 19)
TOTAL = DestinationTotal(
    "badgr:https://x",
    3,
    (
        StateTotal("done", None, 600),
        StateTotal("held", "host_dead", 300),
        StateTotal("held", "no_account", 99),
        StateTotal("waiting", "rate_limited", 1),
    ),
    0,
    1000,
)
EVERYTHING = Totals(1000, 900, 7, 1, 19, 2, (SOURCE,), (TOTAL,))


def test_the_archive_at_a_glance():
    assert list(summary_lines(EVERYTHING)) == [
        "1,000 badges of 900 learners from 1 issuer, 7 collections.",
        "  b.sql (mozilla-mysql): 1,219 found = 1,000 archived + 200 known + 19 with problems",
        "  19 problems: badge-migrator status --problems",
        "",
        "badgr:https://x, 3 accounts",
        "  ##################............       600  moved",
        "  #.............................         1  waiting to be tried again",
        "  ############..................       399  held back",
        f"        300  host_dead: {REASONS['host_dead'].sentence}",
        f"         99  no_account: {REASONS['no_account'].sentence}",
        f"          1  rate_limited: {REASONS['rate_limited'].sentence}",
        "1,000 badges = 600 moved + 1 waiting to be tried again + 399 held back; missing: 0.",
    ]


def test_a_source_not_read_to_the_end_says_so():
    cut = replace(EVERYTHING, sources=(replace(SOURCE, state="interrupted"),), problems=0)
    lines = list(summary_lines(cut))
    assert lines[1].endswith("with problems (not read to the end: run `archive` again)")
    assert not any("--problems" in line for line in lines)


def test_of_many_sources_the_sum_is_told_and_which_were_not_read_to_the_end():
    cut = replace(SOURCE, label="cut.sql", state="interrupted")
    many = replace(EVERYTHING, sources=(*[SOURCE] * 8, cut, *[SOURCE] * 3), problems=0)
    assert list(summary_lines(many))[1:3] == [
        (
            "  cut.sql (mozilla-mysql): 1,219 found = 1,000 archived + 200 known + 19 with problems"
            " (not read to the end: run `archive` again)"
        ),
        (
            "  12 sources: 14,628 found = 12,000 archived + 2,400 known + 228 with problems"
            " (each: badge-migrator status --sources)"
        ),
    ]
    worse = list(summary_lines(replace(many, sources=(cut,) * 25)))
    assert sum("cut.sql" in line for line in worse) == 10
    assert "  and 15 more not read to the end" in worse


def test_an_empty_archive_has_a_summary_too():
    nothing = DestinationTotal("badgr:https://x", 0, (), 0, 0)
    empty = Totals(0, 0, 0, 0, 0, 0, (), (nothing,))
    lines = list(summary_lines(empty))
    assert lines[0] == "0 badges of 0 learners from 0 issuers, 0 collections."
    assert lines[-1] == "0 badges = 0; missing: 0."


def test_what_is_missing_is_said_aloud():
    assert list(destination_lines(replace(TOTAL, badges=1003)))[-1].endswith("missing: 3.")


def test_the_last_line_of_a_real_archive_adds_up(hostile):
    found = totals.totals(hostile)
    lines = list(summary_lines(found))
    assert all(line.isprintable() for line in lines)
    assert lines[-1].endswith("2 not planned yet; missing: 0.")
    for state in found.destinations[0].states:
        assert any(f"  {state.reason}: " in line for line in lines) or state.reason is None

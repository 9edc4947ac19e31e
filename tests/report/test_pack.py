from __future__ import annotations

from migrator.report.facts import facts
from migrator.report.pack import sheets


def test_every_sheet_has_rows_as_wide_as_its_columns(hostile):
    names = []
    for sheet in sheets(hostile, facts(hostile)):
        rows = list(sheet.rows)
        assert rows, sheet.name
        assert all(len(row) == len(sheet.columns) for row in rows), sheet.name
        names.append(sheet.name)
    grouped = ["by-issuer", "by-class", "by-cohort", "by-day"]
    assert names == ["states", "reasons", *grouped, "requests", "problems", "badges"]


def test_every_way_of_counting_counts_every_badge(hostile):
    found = {one.name: list(one.rows) for one in sheets(hostile, facts(hostile))}
    for name in ("states", "by-issuer", "by-class", "by-cohort", "by-day"):
        assert sum(row[-1] for row in found[name]) == 9, name
    assert len(found["badges"]) == 9
    assert {row[7] for row in found["badges"]} >= {"moved", "held back", "not planned yet"}

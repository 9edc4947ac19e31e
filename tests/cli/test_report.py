"""A report as an admin makes it."""

from __future__ import annotations

import csv
import sqlite3

import pytest

MARIA = "maria@example.org"


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)


def test_a_page_is_written_and_written_again(run, archived, tmp_path):
    ran = run("report")
    assert "Report written to report.html (" in ran.out
    assert MARIA in (tmp_path / "report.html").read_text(encoding="utf-8")
    run("report", "--mask")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert MARIA not in page
    assert "m***@example.org" in page
    assert len(list(tmp_path.glob("*.html"))) == 1
    told = run("report", "--json").json
    assert told["page"]["bytes"] == (tmp_path / "report.html").stat().st_size


def test_a_file_of_somebody_elses_stays(run, archived, tmp_path):
    (tmp_path / "report.html").write_text("mine")
    assert "Report written to report~" in run("report", "--to", "report.html").out
    assert (tmp_path / "report.html").read_text() == "mine"


def test_tables_run_nothing_in_a_spreadsheet(run, archived, tmp_path):
    with sqlite3.connect(tmp_path / "badge-archive.db") as conn:
        conn.execute("pragma trusted_schema = on")
        conn.execute("update badge_class set name = '=cmd|''/c calc''!A1' where id = 1")
        conn.execute("update learner set name = '@SUM(1)' where id = 1")
    conn.close()
    run("report", "--csv-pack", "masked", "--mask")
    for path in (tmp_path / "masked").iterdir():
        assert MARIA not in path.read_text(encoding="utf-8")
    ran = run("report", "--csv-pack", "tables")
    assert "9 tables written to tables." in ran.out
    assert not (tmp_path / "report.html").exists()
    seen = ""
    for path in (tmp_path / "tables").iterdir():
        text = path.read_text(encoding="utf-8")
        seen += text
        for row in csv.reader(text.splitlines()):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=cmd|" in seen
    assert "'@SUM(1)" in seen


def test_a_ticket_is_printed(run, archived, tmp_path):
    assert run("report", "--markdown").out.startswith("## Badge migration\n")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(("how", "ending"), [("html", "html"), ("md", "md"), ("text", "txt")])
def test_each_learner_gets_a_letter_listed_for_a_mail_merge(run, archived, tmp_path, how, ending):
    for _ in range(2):
        assert "3 letters written" in run("report", "--letters", "out", "--format", how).out
    assert MARIA in (tmp_path / f"out/{MARIA}.{ending}").read_text(encoding="utf-8")
    with (tmp_path / "out/letters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["address"] for row in rows} >= {MARIA}
    assert all((tmp_path / "out" / row["file"]).is_file() for row in rows)
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_letters_are_neither_masked_nor_written_in_unknown_forms(run, archived):
    assert "--mask" in run("report", "--letters", "out", "--mask", expected=2).err
    assert "md, html or text" in run("report", "--letters", "o", "--format", "pdf", expected=2).err

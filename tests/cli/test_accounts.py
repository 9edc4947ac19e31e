"""An admin's day: accounts.csv, the matching, the sign-ins, a plan, a push and the last report."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from migrator.archive.archive import Archive
from migrator.openbadges.recipient import hash_identity
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "fixtures" / "demo"
MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"
SCHOOL = "maria.garcia@school.example.edu"
SECRET = "Pl4nted-password"
FILE = f"""email,account
"{MARIA}; {SCHOOL}",{MARIA}
{JOERG},{JOERG}
"""


@pytest.fixture
def rehearsal():
    accounts = (
        AccountOptions((MARIA, SCHOOL), "rehearsal"),
        AccountOptions((JOERG,), "rehearsal"),
    )
    with serve(RehearsalOptions(accounts=accounts, folder=DEMO)) as running:
        yield running


@pytest.fixture
def to(run, rehearsal):
    run("archive", DEMO / "mozilla-export.zip", DEMO / "backpack.sql", expected=3)
    return f"badgr:{rehearsal.url}"


@pytest.fixture
def write(tmp_path):
    def written(text, name="accounts.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def refusals(rehearsal):
    """How often the backpack has refused a sign-in."""
    return sum(
        count
        for (kind, status), count in rehearsal.state.requests.items()
        if kind == "POST /o/token" and status >= 400
    )


def examples():
    """Yield the commands of the docs' example, each with the lines that must come of it."""
    text = (ROOT / "docs" / "cohort.md").read_text(encoding="utf-8")
    section = text.partition("## A worked example")[2].partition("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    starts = [at for at, line in enumerate(lines) if line.startswith("badge-migrator ")]
    for start, end in pairwise([*starts, len(lines)]):
        yield lines[start].split()[1:], lines[start + 1 : end]


def example_file():
    text = (ROOT / "docs" / "cohort.md").read_text(encoding="utf-8")
    return re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1]


def test_the_example_of_the_docs_works_as_printed(run, rehearsal, to, write):
    write(example_file())
    codes = {"import": [3], "check": [5, 5], "push": [3]}
    seen = 0
    for printed, expected in examples():
        words = [
            one.replace("http://127.0.0.1:8401", rehearsal.web_url).replace(
                "http://127.0.0.1:8400", rehearsal.url
            )
            for one in printed
        ]
        code = next((codes[one].pop(0) for one in words[:2] if codes.get(one)), 0)
        ran = run(*words, expected=code)
        out = ran.out.replace(rehearsal.url, "http://127.0.0.1:8400").splitlines()
        for line in filter(None, expected):
            assert line in out, f"{words}\n{line}\n{ran.out}"
            seen += 1
    assert seen > 12
    assert [times for times in rehearsal.state.imports.values() if times > 1] == []


def test_an_imported_cohort_is_planned_and_pushed_without_a_login(run, rehearsal, to, write):
    ran = run("accounts", "import", write(FILE), "--to", to)
    assert "2 accounts = 2 new + 0 brought up to date + 0 as they were; missing: 0." in ran.out
    assert "3 learners with badges = 2 with an account + 0 to be decided + 1 without" in ran.out
    ran = run("plan", "--to", to, "--via", rehearsal.web_url, "--json")
    assert ran.json["to_send"] > 5
    run("push", "--to", to, "--password-command", "echo rehearsal", expected=3)
    assert len(rehearsal.state.imports) == ran.json["to_send"]


def test_bad_lines_are_named_and_the_run_goes_on(run, to, write):
    path = write(f"{FILE}nobody,x@example.org\n{JOERG},other@example.org\n,\n")
    ran = run("accounts", "import", path, "--to", to, expected=3)
    assert "  line 4: nobody is no e-mail address." in ran.out
    assert f"  line 5: {JOERG} belongs to another account by line 3." in ran.out
    assert "4 lines = 2 read + 2 that cannot be used; missing: 0." in ran.out
    ran = run("accounts", "import", path, "--to", to, "--json", expected=3).json
    assert (ran["new"], ran["changed"], ran["known"]) == (0, 0, 2)
    assert [one["line"] for one in ran["bad_lines"]] == [4, 5]


def test_a_changed_line_is_said(run, to, write):
    run("accounts", "import", write(FILE), "--to", to)
    changed = FILE.replace(SCHOOL, "new@example.org")
    ran = run("accounts", "import", write(changed), "--to", to)
    assert f"  line 2, {MARIA}: + new@example.org, - {SCHOOL}" in ran.out
    assert "2 accounts = 0 new + 1 brought up to date + 1 as they were; missing: 0." in ran.out


def test_many_bad_lines_are_cut_short_but_counted(run, to, write):
    bad = "".join(f"nobody {n},a{n}@example.org\n" for n in range(250))
    ran = run("accounts", "import", write(FILE + bad), "--to", to, expected=3)
    assert ran.out.count("is no e-mail address") == 100
    assert "... and 150 more lines that cannot be used." in ran.out
    assert "252 lines = 2 read + 250 that cannot be used; missing: 0." in ran.out


def test_the_lists_show_who_has_no_account_and_what_to_do(run, to, write):
    text = f'{FILE}"nobody@example.com","nobody@example.com"\n'
    run("accounts", "import", write(text), "--to", to)
    ran = run("accounts", "list", "--to", to)
    assert f"{MARIA}: matched with one learner, by" in ran.out
    assert "nobody@example.com: without a learner (0 badges)" in ran.out
    assert f"no account: Aiko Tanaka, {AIKO} (3 badges)" in ran.out
    assert f"Add a line with {AIKO} and the account to the file" in ran.out
    found = run("accounts", "list", "--to", "badgr", "--first", 1, "--json").json
    assert len(found["accounts"]) == len(found["without_account"]) == 1
    assert found["matching"]["accounts"] == {
        "matched": 2,
        "several_learners": 0,
        "second_account": 0,
        "no_learner": 1,
    }
    assert found["matching"]["without"] == 1
    assert all(one["next"] for one in found["accounts"])


def test_masked_lists_show_no_address(run, to, write):
    run("accounts", "import", write(FILE), "--to", to)
    for more in ([], ["--json"], ["--csv"]):
        out = run("accounts", "list", "--to", to, "--mask", *more).out
        assert "m***@example.org" in out
        for address in (MARIA, SCHOOL, JOERG, AIKO):
            assert address not in out


def test_the_table_runs_nothing_in_a_spreadsheet(run, to, write):
    run(
        "accounts",
        "import",
        write("email,account\n=1+1@example.org,=cmd@example.org\n"),
        "--to",
        to,
    )
    table = list(csv.DictReader(io.StringIO(run("accounts", "list", "--to", to, "--csv").out)))
    assert [one["account"] for one in table if one["what"] == "account"] == ["'=cmd@example.org"]
    assert {one["state"] for one in table} == {"no_learner", "no_account"}
    assert sum(int(one["badges"]) for one in table) == 18


def test_several_learners_of_an_account_are_shown_and_joined_only_when_told_to(run, to, write):
    path = write(f"email,account\n{JOERG} {AIKO},both@example.org\n")
    run("accounts", "import", path, "--to", to)
    ran = run("accounts", "list", "--to", to)
    assert f"If they are one person: badge-migrator learner merge {JOERG} {AIKO}" in ran.out
    assert ran.out.splitlines()[-1].startswith("Next: decide on the accounts")
    ran = run("accounts", "import", path, "--to", to, "--join-learners")
    assert "1 accounts had several learners" in ran.out
    matching = run("accounts", "list", "--to", to, "--json").json["matching"]
    assert (matching["learners"], matching["with_account"], matching["undecided"]) == (2, 1, 0)


def test_a_wrong_password_is_never_tried_twice(run, rehearsal, to, write, monkeypatch):
    run("accounts", "import", write(FILE), "--to", to)
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_JOERG_EXAMPLE_NET", "wrong")
    ran = run("accounts", "check", "--to", to, expected=5)
    assert "2 accounts = 1 signed in + 1 refused" in ran.out
    assert refusals(rehearsal) == 1
    ran = run("accounts", "check", "--to", to, "--json", expected=5)
    assert ran.json["ends"]["refused_before"] == 1
    run("plan", "--to", to, "--via", rehearsal.web_url)
    ran = run("push", "--to", to, expected=5)
    assert f"{JOERG} is not tried again, because its password was refused" in ran.out
    run("retry", "--to", to)
    assert refusals(rehearsal) == 1


def test_when_nobody_is_let_in_the_others_are_not_asked(run, to, write, monkeypatch):
    rows = "".join(f"p{n}@example.org\n" for n in range(9))
    run("accounts", "import", write(f"email\n{rows}"), "--to", to)
    ran = run("accounts", "check", "--to", to, "--json", expected=5)
    assert (ran.json["ends"]["refused"], ran.json["ends"]["not_asked"]) == (5, 4)


def test_an_account_without_any_password_is_named(run, to, write, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    run("accounts", "import", write(FILE), "--to", to)
    ran = run("accounts", "check", "--to", to, expected=5)
    assert f"No password or token is known for {MARIA}." in ran.out
    assert "2 accounts = 2 could not sign in; missing: 0." in ran.out


@pytest.mark.parametrize("allowed", [True, False])
def test_secrets_of_a_file_reach_neither_archive_nor_screen(
    run, to, write, tmp_path, monkeypatch, allowed
):
    kept = {}
    monkeypatch.setattr(
        "migrator.passwords.keep",
        lambda place, name, secret: kept.setdefault((place, name), secret) == secret,
    )
    path = write(f"email,account,Password\n{MARIA},{MARIA},{SECRET}\n{SECRET},x,\n")
    more = ["--allow-secrets-in-file"] if allowed else []
    ran = run("accounts", "import", path, "--to", to, *more, expected=3)
    assert kept == ({(to, MARIA): SECRET} if allowed else {})
    assert SECRET not in ran.out + ran.err
    assert ("Delete them from the file" if allowed else "Not read, because it holds") in ran.err
    for file in tmp_path.glob("badge-archive.db*"):
        assert SECRET.encode() not in file.read_bytes()


def test_without_a_keyring_passwords_of_a_file_are_not_kept_and_that_is_said(run, to, write):
    path = write(f"email,account,password\n{MARIA},{MARIA},{SECRET}\n")
    ran = run("accounts", "import", path, "--to", to, "--allow-secrets-in-file")
    assert "were not kept" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["accounts", "import", "none.csv", "--to", "badgr:eu"], "none.csv cannot be read"),
        (["accounts", "import", "a.csv", "--to", "badgr:eu", "--set", "x=y"], "sets nothing here"),
        (["accounts", "list", "--to", "badgr:eu"], "knows no account at badgr:eu"),
        (["accounts", "check", "--to", "badgr:eu", "--archive", "no.db"], "no archive"),
    ],
)
def test_what_is_not_there_is_a_usage_error(run, to, write, words, says):
    write(FILE, "a.csv")
    assert says in run(*words, expected=2).err


def test_columns_can_be_named_by_hand(run, to, write):
    path = write(f"Who,Where\n{MARIA},{MARIA}\n")
    columns = ["--set", "column.email=who", "--set", "column.account=where"]
    ran = run("accounts", "import", path, "--to", to, *columns, "--json")
    assert ran.json["new"] == 1


def test_an_account_with_no_accounts_says_what_to_import(run, to, write):
    run("plan", "--to", to)
    assert run("accounts", "list", "--to", to).out.splitlines()[-1] == (
        f"Next: badge-migrator accounts import accounts.csv --to {to}"
    )
    assert run("accounts", "check", "--to", to, "--json").json["accounts"] == 0


def test_hashed_recipients_are_recognised_by_the_addresses_of_the_file(
    run, to, write, make, tmp_path
):
    document = make.assertion(1) | {
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": "s",
            "identity": hash_identity("zoe@old.example", "sha256", "s"),
        }
    }
    (tmp_path / "zoe.json").write_text(json.dumps(document))
    run("archive", tmp_path / "zoe.json")
    path = write("email,account\nZoe@old.example,zoe@example.org\n")
    ran = run("accounts", "import", path, "--to", to)
    assert "1 badge with a hashed recipient found their learner." in ran.out
    assert "1 accounts here = 1 matched with one learner." in ran.out
    with Archive.read(tmp_path / "badge-archive.db") as opened:
        assert opened.one("select count(*) from assertion where learner_id is null")[0] == 0

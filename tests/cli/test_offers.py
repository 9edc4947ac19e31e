"""What shells are offered when somebody presses Tab."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.archive.archive import Archive
from migrator.archive.offers import badge_classes, glance, nearest, question
from migrator.cli.completion import ASKED, mend
from migrator.cli.offers import Offer, _plain

BASH = shutil.which("bash")


@pytest.fixture
def asked(run, monkeypatch):
    """Ask as bash does: the pieces it makes of a line, with the cursor in the last one."""

    def ask(*pieces, expected=0):
        monkeypatch.setenv(ASKED, "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(("badge-migrator", *pieces)))
        monkeypatch.setenv("COMP_CWORD", str(len(pieces)))
        ran = run(expected=expected)
        assert ran.err == ""
        monkeypatch.delenv(ASKED)
        return [line for line in ran.out.splitlines() if line]

    return ask


@pytest.fixture
def archived(run, demo_data, tmp_path):
    run("archive", demo_data / "backpack.sql")
    return tmp_path / "badge-archive.db"


def test_commands_are_offered(asked):
    assert asked("st") == ["status"]
    assert {"archive", "push", "demo"} <= set(asked(""))
    assert asked("export", "b") == ["bagit", "bulk-award"]


def test_options_are_offered(asked):
    assert asked("status", "--p") == ["--problems"]
    assert "--version" in asked("--")


def test_values_that_the_program_knows_are_offered(asked):
    assert asked("status", "--by", "") == ["issuer", "class", "cohort", "day"]
    assert asked("archive", "--adapter", "mozilla-e") == ["mozilla-export"]
    assert asked("retry", "--reason", "host_d") == ["host_dead"]
    assert asked("push", "--to", "b")[:2] == ["badgr:us", "badgr:eu"]
    assert asked("push", "--to", "fil") == ["files:"]


def test_values_that_the_archive_knows_are_offered(run, asked, archived):
    assert asked("status", "mari") == ["maria.garcia@school.example.edu", "maria@example.org"]
    assert asked("album", "--learner", "MARIA@") == ["maria@example.org"]
    assert "badges.webmaking.example.org" in asked("verify", "--host", "")
    assert asked("restore", "x", "--source", "") == ["backpack.sql"]
    run("plan", "--to", "badgr:http://127.0.0.1:9")
    assert asked("push", "--to", "badgr", ":", "h") == ["http://127.0.0.1:9"]


def test_badge_classes_are_offered_by_name_as_one_word(asked, archived):
    every = asked("push", "--badge-class", "")
    assert len(every) == 7
    assert asked("plan", "--badge-class", "html") == ["HTML\\ Basics"]
    assert asked("plan", "--badge-class", "HTML\\ B") == ["HTML\\ Basics"]
    assert asked("plan", "--badge-class", '"HTML B') == ["HTML Basics"]
    assert asked("plan", "--badge-class", "'HTML B") == ["HTML Basics"]
    assert asked("plan", "--badge-class", "=", "HTML\\ ") == ["HTML\\ Basics"]
    assert asked("plan", "--badge-class", '"HTML\\') == []
    assert asked("plan", "--badge-class", "Basics") == []
    assert asked("plan", "--badge-class", "no such") == []


def test_a_badge_class_is_offered_by_its_address_where_one_is_typed(asked, archived):
    at = ("https", ":", "//college")
    assert asked("plan", "--badge-class", *at) == ["//college.example.edu/classes/essay.json"]


def test_where_a_badge_class_gets_an_id_its_name_is_offered_with_the_sign(asked, archived):
    line = ("export", "bulk-award", "x.csv", "--badge-class")
    assert asked(*line, "html") == ["HTML\\ Basics="]
    assert asked("reaward", "map", "--badge-class", "html") == ["HTML\\ Basics="]
    assert asked(*line, "https", ":", "//college") == []


def test_a_source_is_offered_though_its_name_has_blanks(run, asked, demo_data, tmp_path):
    (tmp_path / "my dump.sql").write_bytes((demo_data / "backpack.sql").read_bytes())
    run("archive", "my dump.sql")
    assert asked("restore", "x", "--source", "my") == ["my\\ dump.sql"]


def test_of_badge_classes_that_share_a_name_one_is_offered(archive):
    with archive.writing() as conn:
        conn.executemany(
            "insert into badge_class (digest, name) values (?, ?)",
            [(bytes([number]), f"Web {number % 3}") for number in range(99)],
        )
    assert badge_classes(archive, "web") == [("Web 0", ""), ("Web 1", ""), ("Web 2", "")]
    assert badge_classes(archive, "") == badge_classes(archive, "we")
    assert badge_classes(archive, "web 2") == [("Web 2", "")]


@pytest.mark.parametrize("typed", ["", "web", "we b", 'w" OR "x', "https://x.example/"])
def test_the_names_of_badge_classes_are_looked_up_by_an_index_or_in_a_few_rows(archive, typed):
    asked_for = []
    archive.conn.set_trace_callback(asked_for.append)
    badge_classes(archive, typed)
    archive.conn.set_trace_callback(None)
    (sql,) = [one for one in asked_for if one.strip().startswith("select")]
    plan = [row["detail"] for row in archive.all(f"explain query plan {sql}")]
    assert "limit" in sql.partition(") as chosen")[0]
    assert "SCAN issuer" not in plan
    if "match" in sql:
        assert not any(step.startswith("SCAN badge_class") and "INDEX" not in step for step in plan)


def test_badge_classes_of_a_large_archive_are_offered_at_once(archive):
    names = ("Web Basics", "Robot Driver", "html5", "Zürich")
    with archive.writing() as conn:
        conn.executemany(
            "insert into badge_class (digest, name, url_id) values (?, ?, ?)",
            (
                (number.to_bytes(8), f"{names[number % 4]} {number}", f"https://x.example/{number}")
                for number in range(30_000)
            ),
        )
    for typed in ("", "w", "robot driver 1", "zür", "nothing", "https://x.example/1", "https://y"):
        begun = time.process_time()
        badge_classes(archive, typed)
        assert time.process_time() - begun < 0.15


def test_the_archive_that_the_line_names_is_asked(asked, archived, tmp_path):
    archived.rename(tmp_path / "other.db")
    assert asked("status", "mari") == []
    assert asked("status", "--archive", "other.db", "mari") != []
    assert asked("check", "--archive", "o") == ["other.db"]
    assert asked("check", "--archive", "./o") == ["./other.db"]


@pytest.mark.parametrize(
    ("pieces", "words", "behind"),
    [
        (["login", "badgr", ":", "e"], ("login", "badgr:e"), "badgr:"),
        (["login", "badgr", ":"], ("login", "badgr:"), "badgr:"),
        (["status", "a", "@", "b"], ("status", "a@b"), "a"),
        (["push", "--to", "=", "x", ":", "e"], ("push", "--to=x:e"), "x:"),
        (["push", "--to", "="], ("push", "--to="), ""),
        (["status", "ma"], ("status", "ma"), ""),
        ([":"], (":",), ":"),
    ],
)
def test_what_bash_has_cut_is_joined_and_only_the_last_piece_is_replaced(pieces, words, behind):
    mended = mend(pieces, len(pieces) - 1)
    assert (mended.words, mended.behind) == (words, behind)
    assert mended.cursor == len(words) - 1


def test_a_new_word_is_not_joined_to_the_one_before():
    assert mend(["login", "badgr", ":", "eu"], 4).cursor == 2


def test_an_address_is_completed_behind_its_at_sign(asked, archived):
    assert asked("status", "maria", "@") == ["@example.org"]
    assert asked("status", "maria", "@", "ex") == ["@example.org"]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, None])
def test_an_archive_that_cannot_be_read_offers_nothing_and_says_nothing(asked, tmp_path, content):
    if content is not None:
        (tmp_path / "badge-archive.db").write_bytes(content)
    assert asked("status", "m") == []


def test_a_damaged_archive_offers_nothing_and_says_nothing(asked, archived):
    with archived.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (archived.stat().st_size - 4096))
    assert asked("status", "m", expected=None) == []


def test_an_older_archive_is_left_as_it_is(asked, archived):
    with Archive.open(archived) as opened:
        opened.conn.execute("pragma user_version = 1")
    before = archived.read_bytes()
    assert asked("status", "m") == []
    assert archived.read_bytes() == before


def test_a_locked_archive_keeps_nobody_waiting(archived):
    with Archive.open(archived) as opened, opened.writing():
        begun = time.monotonic()
        with glance(archived) as seen:
            assert seen is not None
        assert time.monotonic() - begun < 1


def test_what_a_shell_could_run_is_not_offered():
    hostile = [
        "$(reboot)",
        "`id`",
        "a  b",
        "a ",
        " a",
        "a -y",
        "a & b",
        "x;y",
        "it's",
        'q"',
        "\\$(id)",
        "a\nb",
        "*",
    ]
    assert _plain([(one, "") for one in hostile], "") == []
    assert _plain([("a b", "")], "") == []  # two words in a shell that we do not know
    shown = _plain([("maria@example.org", 'M "$(id)" \\`x\\` \n 😀')], "")
    assert shown == [Offer("maria@example.org", "M (id) x")]


@pytest.mark.parametrize(
    ("shell", "settings", "said"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "badge-migrator status mari"}, "Maria Garcia"),
        (
            "fish",
            {
                "_TYPER_COMPLETE_ARGS": "badge-migrator status mari",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
            "maria@example.org\tMaria Garcia",
        ),
        (
            "zsh",
            {"_TYPER_COMPLETE_ARGS": "badge-migrator plan --badge-class HTML\\ b"},
            '"HTML Basics":"Web Making Guild"',
        ),
        (
            "fish",
            {
                "_TYPER_COMPLETE_ARGS": "badge-migrator plan --badge-class html",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
            "HTML Basics\tWeb Making Guild",
        ),
    ],
)
def test_other_shells_show_who_or_what_it_is(run, archived, monkeypatch, shell, settings, said):
    monkeypatch.setenv(ASKED, f"complete_{shell}")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert said in run().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(run, monkeypatch, shell):
    monkeypatch.setenv(ASKED, f"source_{shell}")
    if shell == "bash" and BASH is None:
        pytest.skip("bash is not installed; apt-get install bash")
    assert "complete" in run().out


@pytest.mark.skipif(BASH is None, reason="bash is not installed; apt-get install bash")
def test_tab_in_a_real_bash(run, monkeypatch, archived, tmp_path):
    monkeypatch.setenv(ASKED, "source_bash")
    script = tmp_path / "completion.sh"
    script.write_text(run().out, encoding="utf-8")
    monkeypatch.delenv(ASKED)
    program = tmp_path / "badge-migrator"
    program.write_text(
        f"#!{sys.executable}\nfrom migrator.cli.app import main\nmain()\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    for typed, wanted in (
        ("status maria@ex", "status maria@example.org "),
        ("plan --badge-class html", "plan --badge-class HTML\\ Basics "),
        ("plan --badge-class HTML\\ B", "plan --badge-class HTML\\ Basics "),
        ('plan --badge-class "HTML B', 'plan --badge-class "HTML Basics" '),
    ):
        shown = typed_in_bash(tmp_path, f"badge-migrator {typed}\t", wanted[-6:])
        assert without_redrawing(shown) == f"badge-migrator {wanted}"


def typed_in_bash(folder: Path, keys: str, end: str) -> str:
    """Type in a terminal and return the line that stands there then."""
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        [BASH, "--norc", "--noprofile", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        start_new_session=True,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PS1": "$ ", "TERM": "dumb"},
    )
    os.close(theirs)
    try:
        os.write(ours, b"source completion.sh; echo rea''dy\n")
        read_until(ours, "ready\r\n$ ")
        os.write(ours, keys.encode())
        return read_until(ours, end)
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)


def without_redrawing(shown: str) -> str:
    """Return what stands in the line after bells and steps back."""
    line: list[str] = []
    at = 0
    for sign in shown.replace("\x07", ""):
        if sign == "\b":
            at -= 1
        else:
            line[at : at + 1] = [sign]
            at += 1
    return "".join(line)


def read_until(terminal: int, wanted: str) -> str:
    shown, until = "", time.monotonic() + 20
    while wanted not in shown and time.monotonic() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown


def test_addresses_spelled_nearly_so_are_found(archived):
    with Archive.read(archived) as opened:
        assert nearest(opened, "mraia@example.org")[0] == "maria@example.org"
        assert nearest(opened, "maria@exmaple.org")[0] == "maria@example.org"
        assert nearest(opened, "somebody@elsewhere.net") == []
    assert question([]) == question(["a\nb"]) == ""
    assert question(["a@b"]) == "Did you mean a@b?"
    assert question(["a@b", "a@c", "a@d"]) == "Did you mean a@b, a@c or a@d?"

"""What somebody is told who has mistyped something."""

from __future__ import annotations

import pytest


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)


@pytest.mark.parametrize(
    ("words", "what", "meant"),
    [
        (["statsu"], "There is no command badge-migrator statsu.", "Did you mean status?"),
        (["export", "bagti"], "There is no command badge-migrator export bagti.", "bagit?"),
        (["xyzzy"], "There is no command badge-migrator xyzzy.", "--help` lists the commands."),
        (["--hepl"], "badge-migrator has no option --hepl.", "Did you mean --help?"),
        (["status", "--msak"], "badge-migrator status has no option --msak.", "mean --mask?"),
        (["export", "bagit", "--zip", "x"], "export bagit has no option --zip.", "lists the"),
        (["status", "-x"], "badge-migrator status has no option -x.", "lists the options"),
        (["plan"], "badge-migrator plan needs --to DESTINATION.", "such as badgr:eu"),
        (["archive"], "badge-migrator archive needs SOURCE.", "Files, folders or ZIPs"),
        (["status", "html", "basics"], "cannot take this too: basics.", "in quotes"),
        (["album", "--learner"], "Option '--learner' requires an argument.", "--help`"),
        (["verify", "--at-once", "x"], "'--at-once': it must be a valid integer.", "--help`"),
        (["verify", "--at-once", "99"], "it must be less than or equal to 8.", "--help`"),
        (["login", "bagdr:eu", "--as", "a@b"], "is no destination", "Did you mean badgr:eu?"),
        (["login", "badgr:euu", "--as", "a@b"], "euu is neither", "Did you mean badgr:eu?"),
        (["inspect", ".", "--adapter", "mozila-export"], "no adapter", "mean mozilla-export?"),
        (["retry", "--to", "badgr:eu", "--reason", "host_daed"], "no reason", "mean host_dead?"),
    ],
)
def test_a_mistyped_line_is_answered_with_what_may_be_meant(run, words, what, meant):
    ran = run(*words, expected=2)
    said, _, next_step = ran.err.partition("What next: ")
    assert what in said
    assert meant in next_step
    assert "Usage:" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ["album", "--learner", "EMAIL"],
        ["export", "learner", "EMAIL", "x.zip"],
        ["export", "images", "pictures", "--learner", "EMAIL"],
        ["letter", "--learner", "EMAIL"],
        ["verify", "--learner", "EMAIL"],
        ["plan", "--to", "badgr:eu", "--learner", "EMAIL"],
        ["learner", "split", "EMAIL", "--yes"],
    ],
)
def test_a_mistyped_address_is_answered_with_the_nearest(run, archived, words):
    near = ["mraia@example.org" if one == "EMAIL" else one for one in words]
    ran = run(*near, expected=2)
    assert ran.err == (
        "Nobody in badge-archive.db is known as mraia@example.org.\n"
        "What next: Did you mean maria@example.org?\n"
    )
    far = ["zoe@nowhere.net" if one == "EMAIL" else one for one in words]
    assert "status PART-OF-IT" in run(*far, expected=2).err


def test_status_answers_a_mistyped_address_with_the_nearest(run, archived):
    out = run("status", "maria@exmaple.org").out
    assert out.startswith("Nothing is spelled quite like maria@exmaple.org; this comes near:")
    assert "Maria Garcia" in out


def test_nobody_is_forgotten_by_mistake(run, archived):
    ran = run("forget", "mraia@example.org", expected=2)
    assert "Did you mean maria@example.org?" in ran.out


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["status", "--by", "isuer"], "Did you mean issuer?"),
        (["status", "--by", "colour"], "Choose issuer, class, cohort, day."),
        (["restore", "x", "--source", "mozila-export.zip"], "Did you mean mozilla-export.zip?"),
        (["export", "restore-site", "--host", "acadmy.example.net"], "mean academy.example.net?"),
        (["verify", "--host", "acadmy.example.net"], "Did you mean academy.example.net?"),
        (["verify", "--host", "else.where"], "There are, for example: academy.example.net"),
    ],
)
def test_other_mistyped_names_are_answered_with_the_nearest(run, archived, words, meant):
    assert meant in run(*words, expected=2).err

"""`push --shard`: what any scheduler runs, and what it says of its part."""

from __future__ import annotations

import shutil

import pytest

MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"


@pytest.fixture
def ready(run, rehearsal, demo_data):
    to = f"badgr:{rehearsal.url}"
    run("archive", demo_data / "mozilla-export.zip", demo_data / "backpack.sql", expected=3)
    for email in (MARIA, JOERG, AIKO):
        run("login", to, "--as", email)
    run("plan", "--to", to, "--via", rehearsal.web_url)
    return to


def test_shards_on_copies_of_the_archive_become_one_again_and_add_up(
    run, ready, imported, tmp_path
):
    states, codes = {}, {0: 0, 1: 0, 2: 3}  # nobody is in 0/3, and all that is held back is in 2/3
    for number, code in codes.items():
        copy = tmp_path / f"copy{number}.db"
        shutil.copy(tmp_path / "badge-archive.db", copy)
        words = ("push", "--to", "badgr", "--shard", f"{number}/3", "--archive", copy)
        said = run(*words, "--side-by-side", 3, "--json", expected=code).json
        assert said["shard"] == {"number": number or 3, "of": 3}
        for state, count in said["selected"]["states"].items():
            states[state] = states.get(state, 0) + count
    assert imported() == states["done"] == 12
    run("merge", *(tmp_path / f"copy{number}.db" for number in range(3)))
    (destination,) = run("status", "--json").json["destinations"]
    told = {}
    for one in destination["states"]:
        told[one["state"]] = told.get(one["state"], 0) + one["badges"]
    assert told == states
    # There is nothing left to do, and the badges of the other shards are not ours.
    ran = run("push", "--to", "badgr", "--shard", "1/1000", expected=0)
    assert "Shard 1/1000: 0 badges = 0; missing: 0. In the other shards: 18 badges." in ran.out
    assert imported() == 12


def test_a_shard_and_an_account_are_not_named_together(run, ready):
    ran = run("push", "--to", "badgr", "--shard", "1/2", "--as", MARIA, expected=2)
    assert "Take one of them" in ran.err
    assert "is no shard" in run("push", "--to", "badgr", "--shard", "x", expected=2).err

"""`push --shard`: what any scheduler runs, and what it says of its part."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import typer

from migrator.cli.console import Console
from migrator.cli.shard import end
from migrator.cluster.standing import Standing
from migrator.transfer.shard import Counts

MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"


def test_shards_on_copies_of_the_archive_become_one_again_and_add_up(
    run, everybody_ready, imported, tmp_path
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
    assert "Shard 1/1000: 0 badges = 0; missing: 0. All others: 18 badges." in ran.out
    assert imported() == 12


def test_a_shard_and_an_account_are_not_named_together(run, everybody_ready):
    ran = run("push", "--to", "badgr", "--shard", "1/2", "--as", MARIA, expected=2)
    assert "Take one of them" in ran.err
    assert "is no shard" in run("push", "--to", "badgr", "--shard", "x", expected=2).err


def standing(states, **more):
    counts = Counts(sum(more.get("badges", {}).values()), more.pop("badges", {}), **more)
    return Standing("badgr:https://x.example", sum(states.values()), states, counts)


@pytest.mark.parametrize(
    ("standings", "code"),
    [
        ([standing({"finished": 2}, badges={"done": 3})], 0),
        ([standing({"finished": 2}, badges={"done": 3, "held": 1})], 3),
        ([standing({"finished": 2}, badges={"refused": 1})], 3),
        ([standing({"finished": 2}, badges={"waiting": 1, "held": 1})], 4),
        ([standing({"finished": 1, "queued": 1}, badges={"done": 1}, shut_out=1)], 4),
        ([standing({"finished": 1, "failed": 1})], 4),
        ([standing({"finished": 1}, badges={"planned": 1}, shut_out=1)], 5),
        ([replace(standing({"finished": 1}), shards=2)], 1),
        ([standing({"finished": 1}, badges={"held": 1}), standing({"queued": 1})], 4),
        ([replace(standing({"finished": 1}), troubles={"1/1": "No."})], 4),
    ],
)
def test_how_shards_stand_is_an_exit_code_for_scripts(standings, code, capsys):
    if code:
        with pytest.raises(typer.Exit) as ended:
            end(Console(), standings, "cluster status")
        assert ended.value.exit_code == code
    else:
        end(Console(), standings, "cluster status")
    assert capsys.readouterr().out.count("badgr:https://x.example: ") == len(standings)


def test_trouble_is_told_of_the_first_shards_and_of_the_others_how_many(capsys):
    one = standing({"finished": 30}, badges={"planned": 4}, shut_out=2)
    troubled = replace(one, troubles={f"{n}/30": "No archive." for n in range(1, 26)})
    with pytest.raises(typer.Exit):
        end(Console(), [replace(troubled, workers=("here:1:a",))], "cluster status")
    said = capsys.readouterr().out
    assert said.count("No archive.") == 20
    assert "... and 5 more shards with trouble." in said
    assert "2 accounts could not sign in." in said
    assert "Workers at work: here:1:a" in said


def test_who_has_interrupted_is_told_so_by_the_code():
    with pytest.raises(typer.Exit) as ended:
        end(Console(), [], "cluster run", interrupted=True)
    assert ended.value.exit_code == 130

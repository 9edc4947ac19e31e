"""`cluster run`, `submit`, `worker` and `status` as a person uses them."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def ready(everybody_ready, monkeypatch):
    monkeypatch.delenv("BADGE_MIGRATOR_CLUSTER_DATABASE", raising=False)
    return everybody_ready


def test_all_shards_are_pushed_here_and_add_up(run, ready, imported):
    ran = run("cluster", "run", "--to", "badgr", "--shards", 3, expected=3)
    assert f"{ready}: 3 shards = 3 finished; missing: 0." in ran.out
    assert "Pushed so far: 18 badges = 12 moved + 6 held back; missing: 0." in ran.out
    assert imported() == 12
    said = run("cluster", "run", "--to", "badgr", "--side-by-side", 1, "--json", expected=3).json
    (destination,) = said["destinations"]
    assert destination["counts"]["states"] == {"done": 12, "held": 6}
    assert (destination["shards"], said["interrupted"]) == (1, False)
    assert imported() == 12


def test_shards_are_submitted_once_and_a_worker_pushes_them(run, ready, imported, start, tmp_path):
    submitted = run("cluster", "submit", "--to", "badgr", "--shards", 2).out
    assert "2 shards = 2 put into the queue + 0 in it already; missing: 0." in submitted
    again = run("cluster", "submit", "--to", "badgr", "--shards", 2, "--json").json
    assert (again["new"], again["known"]) == (0, 2)
    assert (tmp_path / "badge-archive-cluster.db").is_file()
    waiting = run("cluster", "status", expected=4).out
    assert "2 shards = 2 waiting for a worker; missing: 0." in waiting
    worker = start("cluster", "worker", "--stay")
    waited = run("cluster", "submit", "--to", "badgr", "--shards", 2, "--wait", expected=3).out
    assert "2 shards = 2 finished; missing: 0." in waited
    assert waited.count("  Shard ") == 2
    worker.terminate()
    assert worker.wait(timeout=20) == 130
    (destination,) = run("cluster", "status", "--json", expected=3).json["destinations"]
    assert destination["counts"]["states"] == {"done": 12, "held": 6}
    assert imported() == 12


def test_without_the_extra_it_is_said_how_to_get_it_and_the_rest_works(
    run, ready, monkeypatch, imported
):
    for name in [name for name in sys.modules if name.startswith("migrator.cluster.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dbos", None)
    for words in (("submit", "--to", "badgr"), ("worker",), ("status",)):
        said = run("cluster", *words, expected=2).err
        assert "pip install 'badge-migrator[cluster]'" in said
        assert "cluster run" in said
    run("cluster", "run", "--to", "badgr", "--shards", 1, expected=3)
    assert imported() == 12


def test_a_password_of_the_database_is_never_printed(run, ready, monkeypatch):
    url = "postgresql://me:sesame@127.0.0.1:1/cluster"
    told = run("cluster", "status", "--database", url, expected=2)
    monkeypatch.setenv("BADGE_MIGRATOR_CLUSTER_DATABASE", url)
    tried = run("cluster", "submit", "--to", "badgr", expected=2)
    assert "cannot be used" in tried.err
    assert "127.0.0.1:1" in tried.err
    assert "sesame" not in told.out + told.err + tried.out + tried.err


def test_nothing_submitted_is_said_so_and_nothing_made(run, ready, tmp_path):
    assert "Nothing was submitted" in run("cluster", "status").out
    assert not (tmp_path / "badge-archive-cluster.db").exists()


def test_an_archive_that_is_not_there_is_not_made(run, tmp_path):
    for words in (("run", "--to", "badgr:eu"), ("submit", "--to", "badgr:eu"), ("worker",)):
        assert "There is no archive" in run("cluster", *words, expected=2).err
    assert list(tmp_path.iterdir()) == []

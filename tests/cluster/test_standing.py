from __future__ import annotations

from migrator.archive.shard import Shard
from migrator.cluster.job import Done
from migrator.cluster.standing import Entry, standings
from migrator.transfer.shard import Counts

HERE, THERE = "badgr:https://a.example", "badgr:https://b.example"


def entry(place, shard, state="queued", done=None, worker=None):
    return Entry(f"{place} {shard} {state}", f"{place} {shard}", "", state, worker, "", done)


def finished(place, number, of, trouble=None, **states):
    counts = Counts(sum(states.values()), states)
    return entry(
        place, f"{number}/{of}", "finished", Done(Shard(number, of), counts, trouble), "w:1:a"
    )


def test_nothing_submitted_is_no_standing():
    assert standings([]) == []


def test_each_destination_has_its_own_and_shards_add_up():
    entries = [
        finished(HERE, 1, 3, done=5),
        entry(HERE, "2/3", "running", worker="w:2:b"),
        entry(HERE, "3/3"),
        finished(THERE, 1, 1, done=1, held=2),
    ]
    here, there = standings(entries)
    assert (here.shards, here.open, here.missing) == (3, 2, 0)
    assert here.states == {"finished": 1, "running": 1, "queued": 1}
    assert here.counts == Counts(5, {"done": 5})
    assert here.workers == ("w:2:b",)
    assert (there.counts.states, there.open, there.missing) == ({"done": 1, "held": 2}, 0, 0)


def test_what_a_shard_came_to_last_counts_also_while_it_is_done_again():
    entries = [
        finished(HERE, 1, 2, waiting=2, done=3),
        finished(HERE, 2, 2, done=4),
        entry(HERE, "1/2", "delayed"),
    ]
    (one,) = standings(entries)
    assert one.states == {"delayed": 1, "finished": 1}
    assert one.counts == Counts(9, {"waiting": 2, "done": 7})
    (one,) = standings([*entries, finished(HERE, 1, 2, done=5)])
    assert one.counts == Counts(9, {"done": 9})


def test_a_cohort_divided_anew_counts_as_it_was_divided_last():
    entries = [finished(HERE, 1, 2, done=1), finished(HERE, 2, 2, done=1), entry(HERE, "1/1")]
    (one,) = standings(entries)
    assert (one.shards, one.states, one.counts) == (1, {"queued": 1}, Counts())


def test_trouble_is_told_by_shard_and_a_lost_shard_is_missed():
    (one,) = standings([finished(HERE, 2, 3, trouble="No archive."), entry(HERE, "1/3", "failed")])
    assert one.troubles == {"2/3": "No archive."}
    assert one.missing == 1
